/**
 * Does work that has to come to its end. Node.js ends a process that waits for what can no longer come (an answer on a
 * connection that is gone) as if all were well.
 * @param stopped called in place of that, when the process is about to end with the work half done
 */
export async function toItsEnd<Result>(work: () => Promise<Result>, stopped: () => void): Promise<Result> {
  process.once("beforeExit", stopped);
  try {
    return await work();
  } finally {
    process.off("beforeExit", stopped);
  }
}
