import type { AlertRow, StoredRow } from "../shared/alert-row";
import { longestExecution, type Verdict } from "../shared/judge";
import type { Plan } from "../shared/record-alert";
import { durationOf, minuteOf } from "../shared/text";

/** The fingerprint, and id, of the row that says whether the heartbeat is missing. It also keeps when the check ran. */
export const missingFingerprint = "heartbeat-missing";
/** The heartbeat arrives every 5 minutes; two in a row may be lost on the way. In milliseconds. */
export const longestSilence = 15 * 60_000;
/** The check runs every 5 minutes. After a longer pause it cannot know what was missed while nothing ran. */
export const longestPause = 12 * 60_000;

/** What is known of the heartbeat at one moment. */
export interface Heartbeat {
  /** Its row, the one last heard of, where there are several. */
  row: StoredRow | undefined;
  /** When it last arrived; before the first one, when the check first ran. In milliseconds since 1970, as all times. */
  since: number;
  isMissing: boolean;
}

const nothingToSay: Verdict = { is: "repeat", mayBeUntold: false };

/**
 * @param rows of the heartbeat: one of a name that the stack had before may be among them
 * @param marker the check's own row
 */
export function heartbeatOf(rows: StoredRow[], marker: StoredRow | undefined, now: number): Heartbeat {
  const [row] = [...rows].sort((a, b) => arrivalOf(b) - arrivalOf(a));
  const since = row ? arrivalOf(row) : Date.parse(marker?.createdAt ?? new Date(now).toISOString());
  return { row, since, isMissing: now - since > longestSilence };
}

/** When one last arrived that fired; one that only ever ended was alive until then. */
function arrivalOf({ status, updatedAt, endsAt }: StoredRow): number {
  const updated = Date.parse(updatedAt);
  return status === "firing" ? updated : Math.min(updated, Date.parse(endsAt ?? updatedAt));
}

/** The check's own row, if it is to be made anew: firing when the heartbeat is missing, else over before it began. */
export function missingHeartbeatRow(heartbeat: Heartbeat, now: number): AlertRow {
  const { row, since, isMissing } = heartbeat;
  const time = new Date(now).toISOString();
  const last = row
    ? `The last heartbeat arrived at ${minuteOf(since)}`
    : `No heartbeat has arrived since ${minuteOf(since)}`;
  return {
    alertname: "HeartbeatMissing",
    instance: row?.instance ?? "appwrite",
    severity: "emergency",
    category: "monitoring",
    service: "heartbeat-check",
    status: isMissing ? "firing" : "resolved",
    startsAt: time,
    endsAt: isMissing ? null : time,
    summary: isMissing
      ? `No heartbeat of the monitoring for ${durationOf(now - since)}: other alerts may not arrive either`
      : `The heartbeat of the monitoring ${row ? "arrives" : "is waited for"}`,
    description: `${last}. Prometheus or Alertmanager is down, or their calls do not reach Appwrite.`,
    runbook: row?.runbook ?? null,
    impact: "As long as it stays away, no other alert can be expected to arrive.",
    fingerprint: missingFingerprint,
    groupKey: null,
    externalURL: row?.externalURL ?? null,
    rawAlert: JSON.stringify({ raisedBy: "heartbeat-check", lastHeartbeat: new Date(since).toISOString() }),
    createdAt: time,
    updatedAt: time,
  };
}

/**
 * What the check's own row is to become: raised when the heartbeat is missing, resolved when it is back, else only noted
 * that the check ran.
 */
export function missingHeartbeatPlan(stored: StoredRow | undefined, arriving: AlertRow, now: number): Plan {
  const isMissing = arriving.status === "firing";
  if (!stored) return { verdict: isMissing ? { is: "news", slot: "" } : nothingToSay };
  const { updatedAt } = arriving;
  if (isMissing && stored.status === "resolved") {
    // Appwrite was down, and could not take a heartbeat either: it has until the next run.
    if (now - Date.parse(stored.updatedAt) > longestPause) return { verdict: nothingToSay, changes: { updatedAt } };
    const { fingerprint, createdAt, ...changes } = arriving;
    return { verdict: { is: "news", slot: "" }, changes };
  }
  if (!isMissing && stored.status === "firing") {
    return { verdict: { is: "news", slot: "" }, changes: { status: "resolved", endsAt: updatedAt, updatedAt } };
  }
  return { verdict: { is: "repeat", mayBeUntold: mayBeUntold(stored, now) }, changes: { updatedAt } };
}

/** Whether the run that changed the row last has ended, not long ago: it may have been cut short. */
function mayBeUntold({ startsAt, endsAt }: StoredRow, now: number): boolean {
  if (startsAt === endsAt) return false;
  const age = now - Date.parse(endsAt ?? startsAt);
  return age >= longestExecution && (endsAt === null || age < longestSilence);
}
