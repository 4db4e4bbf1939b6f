import type { DriftReport, DriftRow } from "../../ops/drift/row";
import type { ExpectedRow, InjectedDrift } from "./drift-row";

/**
 * Holds what drift says against what was changed.
 * @param rows all that was changed at once
 * @param code the exit code of `npm run drift`
 * @returns why a row fails: it is not said, or something else is, of its server or of a server of which nothing was to be said
 */
export function judge(rows: InjectedDrift[], code: number, report: DriftReport): Map<InjectedDrift, string> {
  const { drifted, undeployed, unreachable } = report;
  const failures = new Map<InjectedDrift, string>();
  const said = `it says:\n${JSON.stringify({ drifted, undeployed, unreachable }, null, 2)}`;
  const fail = (row: InjectedDrift, why: string) => failures.set(row, failures.get(row) ?? `${why}; ${said}`);
  for (const row of rows) {
    if (code !== 1) fail(row, `exit code ${code}, not 1`);
    const missing = row.says.filter((wanted) => !drifted.some((found) => isSaid(wanted, found, row)));
    const names = missing.map(({ type, resource, what }) => `${type} ${resource} ${what}`);
    if (names.length > 0) fail(row, `not said: ${names.join(", ")}`);
    if (row.unreachable && !unreachable.some(({ why }) => row.unreachable?.test(why))) {
      fail(row, `it does not say that something could not be looked at: ${row.unreachable}`);
    }
  }
  const noise = [
    ...drifted.filter((found) => !rows.some((row) => isSaidBy(row, found))),
    ...undeployed,
    ...unreachable.filter(({ why }) => !rows.some((row) => row.unreachable?.test(why))),
  ];
  for (const { server } of noise) for (const row of ofServer(rows, server)) fail(row, `noise of ${server}`);
  return failures;
}

/**
 * What a deployment has not put right.
 * @param report what drift says after it
 * @returns by the rows that it is left of
 */
export function leftOf(rows: InjectedDrift[], report: DriftReport): Map<InjectedDrift, string> {
  const left = new Map<InjectedDrift, string>();
  for (const one of [...report.drifted, ...report.undeployed, ...report.unreachable]) {
    for (const row of ofServer(rows, one.server)) {
      left.set(row, `after the deployment drift still says:\n${JSON.stringify(report, null, 2)}`);
    }
  }
  return left;
}

/** Whether something that drift says is what has to be said of a row. */
export function isSaidBy(row: InjectedDrift, found: DriftRow): boolean {
  return row.says.some((wanted) => isSaid(wanted, found, row));
}

export function described(found: DriftRow[]): string {
  return found.map(({ type, resource, what }) => `${type} ${resource} ${what}`).join("; ");
}

/** The rows that were done on a server; all where none was. */
function ofServer(rows: InjectedDrift[], server: string): InjectedDrift[] {
  const there = rows.filter((row) => row.server === server);
  return there.length > 0 ? there : rows;
}

function isSaid(wanted: ExpectedRow, found: DriftRow, row: InjectedDrift): boolean {
  const { server = row.server, type, resource, what, differences = {} } = wanted;
  return (
    found.server === server &&
    found.type === type &&
    found.resource === resource &&
    what.test(found.what) &&
    found.repaired === (row.repaired ?? true) &&
    Object.entries(differences).every(([name, pattern]) =>
      found.differences.some((one) => one.setting === name && pattern.test(one.found)),
    )
  );
}
