import type { AlertRow } from "../shared/alert-row";
import { each } from "../shared/each";
import type { Execution } from "../shared/execution";
import { compareStates } from "../shared/judge";
import { recordAlert } from "../shared/record-alert";
import { reasonOf } from "../shared/service-error";

/** Rows under way at the same time. */
const atOnce = 12;
/** A write that nobody noticed is done after this, in milliseconds. */
const settling = 500;

/**
 * Looks, a moment later, whether the rows that were changed still say what they were changed to, or something newer: two
 * writes within the same few milliseconds do not notice each other, and the older may have been the last. Not covered is
 * a write that Appwrite holds up for longer than that moment between finding its row and writing it.
 * @param now when the execution began, in milliseconds since 1970
 */
export async function verifyUpdates({ table, clock, log }: Execution, updated: AlertRow[], now: number): Promise<void> {
  let rows = updated;
  try {
    for (let round = 0; round < 3 && rows.length > 0; round++) {
      await clock.sleep(settling);
      const stored = await table.find(rows.map(({ fingerprint }) => fingerprint));
      rows = rows.filter((row) => {
        const found = stored.get(row.fingerprint);
        return found && compareStates(row, found) > 0;
      });
      await each(rows, atOnce, (row) => recordAlert(table, stored.get(row.fingerprint), row, now));
    }
  } catch (error) {
    log.problem(`could not look again at what was stored: ${reasonOf(error)}`);
  }
}
