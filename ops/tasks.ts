import { Listr } from "listr2";
import { interrupted } from "./process";
import type { Report } from "./progress";
import { cut, terminalColumns } from "./terminal";

/** One of the things that a command does one after the other. */
export interface Task {
  title: string;
  work: (report: Report, signal: AbortSignal) => Promise<void>;
  /** What to show in place of the title once it is done. */
  done?: () => string;
}

/** Columns that listr2 keeps of a line about what is being done: for blanks, its mark, and a margin. */
const keptColumns = 6;

/**
 * Does the tasks in turn, and shows how far they are: a live list in a terminal, a line a step elsewhere. Ctrl-C asks
 * the one that is under way to stop, says so, and no other begins.
 */
export async function runTasks(tasks: Task[]): Promise<void> {
  const stop = new AbortController();
  let failure: unknown;
  const onSignal = () => stop.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const list = tasks.map(({ title, work, done }) => ({
    title,
    task: async (_: unknown, entry: { title: string; output: string }) => {
      let last = "";
      const report = (text: string) => {
        const line = stop.signal.aborted ? `stopping: ${text}` : text;
        const columns = terminalColumns();
        // In a terminal one line, which the next one replaces: of two, the list would jump.
        if (line !== last) entry.output = cut(line, columns && columns - keptColumns);
        last = line;
      };
      const stopping = () => report("what is under way comes to its end first");
      stop.signal.addEventListener("abort", stopping, { once: true });
      try {
        if (stop.signal.aborted) throw interrupted();
        await work(report, stop.signal);
      } catch (error) {
        failure = error;
        // The command prints the error itself, once, at its end.
        throw new Error("see below");
      } finally {
        stop.signal.removeEventListener("abort", stopping);
      }
      if (done) entry.title = done();
    },
  }));
  const renderer = {
    fallbackRenderer: "simple",
    // Where lines cannot be replaced, or a list would be shown on no lines at all.
    fallbackRendererCondition: () => !process.stdout.isTTY || !process.stdout.rows || process.env.TERM === "dumb",
    rendererOptions: { showErrorMessage: false },
    registerSignalListeners: false,
  } as const;
  await new Listr(list, renderer).run().catch((error: unknown) => {
    throw failure ?? error;
  });
}
