/** Tells a person what a command is doing now; one line, which the next one replaces. */
export type Report = (line: string) => void;

/** How often a long step says that it is still at it, in seconds: in a terminal, and where every line stays. */
const tickSeconds = process.stderr.isTTY && process.stdout.isTTY ? 1 : 60;

/** Runs a step that may take long, and says what it is and for how long it has been running. */
export async function step<T>(report: Report, line: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  report(line);
  const timer = setInterval(() => report(`${line} (${elapsed(Date.now() - start)})`), tickSeconds * 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Milliseconds as `1:05`, minutes and seconds. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
