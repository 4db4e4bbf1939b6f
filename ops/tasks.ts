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
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  const list = tasks.map(({ title, work, done }) => ({
    title,
    task: async (_: unknown, entry: { title: string; output: string }) => {
      const report = (line: string) => {
        entry.output = line;
      };
      await work(report, stop.signal);
      if (done) entry.title = done();
    },
  }));
  await new Listr(list, {
    fallbackRenderer: "simple",
    registerSignalListeners: false,
    rendererOptions: { showErrorMessage: false, collapseErrors: false },
  }).run();
}
