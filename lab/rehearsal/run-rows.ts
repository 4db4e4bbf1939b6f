import type { RowOutcome } from "./outcome";

/**
 * Runs the rows of a table one after the other.
 * @param report told of every row at its end
 * @param signal no row begins after it
 */
export async function runRows<Row>(
  rows: Row[],
  outcomeOf: (row: Row) => Promise<RowOutcome>,
  report: (outcome: RowOutcome) => void,
  signal?: AbortSignal,
): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for (const row of rows) {
    if (signal?.aborted) break;
    const outcome = await outcomeOf(row);
    outcomes.push(outcome);
    report(outcome);
  }
  return outcomes;
}
