import * as state from "@pulumi/pulumi/runtime/state";
import { toItsEnd } from "./to-its-end";

/** What the SDK still waits for, which it leaves out of its types. */
const waitsFor = (): ReadonlySet<unknown> =>
  (state as unknown as { getStore: () => { leakCandidates: Set<unknown> } }).getStore().leakCandidates;

/**
 * Runs the program so that it ends as a whole, or fails. One that stops half way would be, to the engine, a program that
 * wants none of the resources that it has not come to yet, and the engine would delete them: here that is a failure,
 * before anything is deleted.
 * @param work the program up to its outputs, all of whose resources are described by then
 */
export async function wholeProgram<Outputs>(work: () => Promise<Outputs>): Promise<Outputs> {
  const outputs = await toItsEnd(work, () => {
    console.error("The program waits for what can no longer come. Nothing was deleted: run the same command again.");
    process.exit(1);
  });
  // The SDK looks for what it still waits for when the process exits, and fails: without this, after the deletions.
  process.on("beforeExit", () => {
    if (waitsFor().size > 0) process.exit();
  });
  return outputs;
}
