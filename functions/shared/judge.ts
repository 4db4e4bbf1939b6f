import type { AlertRow, StoredRow } from "./alert-row";

/** For so long after a state was recorded, the same state heard again is a repeat that tells nobody anything. */
export const repeatWindow = 5 * 60_000;
/** After so long an execution has ended; what it has not done by then stays undone. */
export const longestExecution = 60_000;

type AlertState = Pick<AlertRow, "status" | "startsAt" | "endsAt">;

/** What a delivery means for what is stored. */
export type Verdict =
  /** A state of which people have not heard. `slot` tells it from an earlier one of the same start. */
  | { is: "news"; slot: string }
  /** Still firing, long after people last heard of it. */
  | { is: "reminder"; slot: string }
  /** Known already; the row takes over its texts and times. */
  | { is: "refresh"; mayBeUntold: boolean }
  /** Known already, and to be left alone. `mayBeUntold`: whoever recorded it has ended, and may have told nobody. */
  | { is: "repeat"; mayBeUntold: boolean }
  /** Older than what is stored. */
  | { is: "late" };

/**
 * The order of an alert's states: above 0 when `a` is newer than `b`, 0 when they are the same.
 *
 * A firing alert is known to fire at its start, a resolved one to be over at its end; the later of these moments is the
 * newer state. So a resolution ends every firing that began before it, whichever start the Alertmanager that sends it
 * knew of, and a firing that began after a resolution is newer than it. At the same moment the later start is newer;
 * with the same start too, it is over.
 */
export function compareStates(a: AlertState, b: AlertState): number {
  return (
    momentOf(a) - momentOf(b) ||
    Date.parse(a.startsAt) - Date.parse(b.startsAt) ||
    Number(a.status === "resolved") - Number(b.status === "resolved")
  );
}

function momentOf({ status, startsAt, endsAt }: AlertState): number {
  const start = Date.parse(startsAt);
  return status === "firing" ? start : Math.max(start, Date.parse(endsAt ?? startsAt));
}

/**
 * Weighs an alert that arrives against the row of its fingerprint.
 *
 * Besides the order above:
 * - Two Alertmanagers may know different starts of one firing. The earlier is a repeat of the later.
 * - When Prometheus was away for minutes, Alertmanager resolves its alerts by itself, and fires them again with their
 *   old start. Nothing in the delivery tells that from a late delivery, but late ones are late by seconds: a firing
 *   that arrives five minutes after its resolution was recorded is taken for what it says.
 *
 * @param now milliseconds since 1970
 */
export function judge(stored: StoredRow | undefined, arriving: AlertRow, now: number): Verdict {
  if (!stored) return { is: "news", slot: "" };
  const order = compareStates(arriving, stored);
  const quiet = now - Date.parse(stored.updatedAt);
  if (order > 0)
    return isCorrection(stored, arriving) ? { is: "refresh", mayBeUntold: false } : { is: "news", slot: "" };
  if (arriving.status === "resolved") {
    return order === 0 ? { is: "repeat", mayBeUntold: quiet >= longestExecution } : { is: "late" };
  }
  if (stored.status === "resolved") {
    const firesAgain = quiet >= repeatWindow && Date.parse(arriving.startsAt) >= Date.parse(stored.startsAt);
    return firesAgain ? { is: "news", slot: stored.updatedAt } : { is: "late" };
  }
  if (quiet < repeatWindow) return { is: "repeat", mayBeUntold: quiet >= longestExecution };
  return remindsOf(arriving) ? { is: "reminder", slot: stored.updatedAt } : { is: "refresh", mayBeUntold: true };
}

/** Whether people hear of it again while it goes on. */
function remindsOf({ severity }: AlertRow): boolean {
  return severity === "critical" || severity === "emergency";
}

/** Another end of the same resolved alert. */
function isCorrection(stored: AlertRow, arriving: AlertRow): boolean {
  if (stored.status === "firing" || arriving.status === "firing") return false;
  return Date.parse(arriving.startsAt) <= Date.parse(stored.endsAt ?? stored.startsAt);
}
