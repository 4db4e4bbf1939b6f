import type { AlertRow, StoredRow } from "./alert-row";
import type { AlertTable, Written } from "./alert-table";
import { compareStates, judge, type Verdict } from "./judge";

/** What a delivery means, and what is to be written for it; nothing where there is nothing to write. */
export interface Plan {
  verdict: Verdict;
  changes?: Partial<AlertRow>;
}

/** Decides by the row of the alert's fingerprint, if there is one, and the time in milliseconds since 1970. */
export type Planner = (stored: StoredRow | undefined, arriving: AlertRow, now: number) => Plan;

export interface Recorded {
  verdict: Verdict;
  /** The state that stands in the table now, with the alert's own texts. */
  row: AlertRow;
  /** `nothing` was to be written. */
  write: "created" | "updated" | "nothing";
}

/** How often somebody else may have been faster. */
const rounds = 8;

/**
 * Brings an alert into the table, whoever else is at it. A row that does not exist is created under an id that only one
 * can take; one that exists is changed only as it was read. Whoever comes second reads again and decides anew.
 * @param known the alert's row as far as it was read before
 * @throws {ServiceError} when Appwrite does not do it
 */
export async function recordAlert(
  table: AlertTable,
  known: StoredRow | undefined,
  arriving: AlertRow,
  now: number,
  planner: Planner = planOf,
): Promise<Recorded> {
  let stored = known;
  let uncertain: Recorded | undefined;
  for (let round = 0; round < rounds; round++) {
    // The answer to our own write may have been lost: then what we read is ours.
    if (uncertain && stored && isFrom(stored, uncertain.row)) return uncertain;
    const { verdict, changes } = planner(stored, arriving, now);
    const row = { ...arriving, ...(stored ? statesOf(stored) : {}), ...changes };
    if (stored && !changes) return { verdict, row, write: "nothing" };
    const recorded: Recorded = { verdict, row, write: stored ? "updated" : "created" };
    const written: Written = stored ? await table.replace(stored, changes ?? {}) : await table.create(arriving);
    if (written.done) return recorded;
    uncertain = written.isUncertain ? recorded : undefined;
    stored = (await table.find([arriving.fingerprint])).get(arriving.fingerprint);
  }
  throw new Error(`the row of ${arriving.fingerprint} was changed by others ${rounds} times in a row`);
}

/** The plan for every alert but the heartbeat. */
export function planOf(stored: StoredRow | undefined, arriving: AlertRow, now: number): Plan {
  const verdict = judge(stored, arriving, now);
  const { fingerprint, createdAt, ...changes } = arriving;
  if (!stored || verdict.is === "news") return { verdict, changes };
  if (verdict.is === "repeat" || verdict.is === "late") return { verdict };
  // Of one firing the later start stays.
  return compareStates(arriving, stored) < 0
    ? { verdict, changes: { ...changes, startsAt: stored.startsAt } }
    : { verdict, changes };
}

/**
 * The plan for the heartbeat: every one that arrives counts, however old it says it is; `updatedAt` is when the last one
 * arrived. That it was resolved does not make it newer.
 */
export function heartbeatPlanOf(stored: StoredRow | undefined, arriving: AlertRow): Plan {
  const { fingerprint, createdAt, ...changes } = arriving;
  if (!stored || arriving.status === "firing") return { verdict: { is: "refresh", mayBeUntold: false }, changes };
  if (compareStates(arriving, stored) <= 0) return { verdict: { is: "late" } };
  const { updatedAt, ...others } = changes;
  return { verdict: { is: "refresh", mayBeUntold: false }, changes: others };
}

function statesOf({ status, startsAt, endsAt }: AlertRow): Pick<AlertRow, "status" | "startsAt" | "endsAt"> {
  return { status, startsAt, endsAt };
}

function isFrom(stored: StoredRow, row: AlertRow): boolean {
  return compareStates(stored, row) === 0 && Date.parse(stored.updatedAt) === Date.parse(row.updatedAt);
}
