import * as state from "@pulumi/pulumi/runtime/state";

/** What the SDK still waits for, which it leaves out of its types. */
const waitsFor = (): ReadonlySet<unknown> =>
  (state as unknown as { getStore: () => { leakCandidates: Set<unknown> } }).getStore().leakCandidates;

/**
 * Runs the program so that it ends as a whole, or fails. Node.js ends a process that waits for what can no longer come (an
 * answer on a connection that is gone) as if it were done. To the engine that is a program that wants none of the
 * resources that it has not come to yet, and it would delete them: here that is a failure, before anything is deleted.
 * @param work the program up to its outputs, all of whose resources are described by then
 */
export async function wholeProgram<Outputs>(work: () => Promise<Outputs>): Promise<Outputs> {
  let isDescribed = false;
  // Told when there is nothing left to wait for, and before the SDK tells the engine that the program was a success.
  process.on("beforeExit", () => {
    if (!isDescribed) {
      console.error("The program waits for what can no longer come. Nothing was deleted: run the same command again.");
      process.exit(1);
    }
    // The SDK looks for those when the process exits, and fails: without this, after the deletions.
    if (waitsFor().size > 0) process.exit();
  });
  try {
    return await work();
  } finally {
    isDescribed = true;
  }
}
