import { Listr } from "listr2";
import type { Report } from "./progress";

/** One of the things that a command does one after the other. */
export interface Task {
  title: string;
  work: (report: Report, signal: AbortSignal) => Promise<void>;
  /** What to show in place of the title once it is done. */
  done?: () => string;
}

/**
 * Does the tasks in turn, and shows how far they are: a live list in a terminal, a line a step elsewhere. Ctrl-C asks
 * the one that is under way to stop, and no other begins.
 */
export async function runTasks(tasks: Task[]): Promise<void> {
  const stop = new AbortController();
  let failure: unknown;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  const list = tasks.map(({ title, work, done }) => ({
    title,
    task: async (_: unknown, entry: { title: string; output: string }) => {
      let last = "";
      const report = (line: string) => {
        if (line !== last) entry.output = line;
        last = line;
      };
      await work(report, stop.signal).catch((error: unknown) => {
        failure = error;
        // The command prints the error itself, once, at its end.
        throw new Error("see below");
      });
      if (done) entry.title = done();
    },
  }));
  const options = { fallbackRenderer: "simple", registerSignalListeners: false } as const;
  await new Listr(list, { ...options, rendererOptions: { showErrorMessage: false } }).run().catch((error: unknown) => {
    throw failure ?? error;
  });
}
