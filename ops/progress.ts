/** Tells a person what a command is doing now; one line, which the next one replaces. */
export type Report = (line: string) => void;

/** How often a long step says that it is still at it, in seconds: in a terminal, and where every line stays. */
const tickSeconds = process.stderr.isTTY && process.stdout.isTTY ? 1 : 60;

/**
 * Runs a step that may take long, and says what it is and for how long it has been running.
 * @param work gets a way to say how far it is, in place of `line`
 */
export async function step<T>(report: Report, line: string, work: (say: Report) => Promise<T>): Promise<T> {
  const start = Date.now();
  let current = line;
  const say = (next: string) => {
    if (next === current) return;
    current = next;
    report(withTime());
  };
  const withTime = () => {
    const time = Date.now() - start;
    return time < tickSeconds * 1000 ? current : `${current} (${elapsed(time)})`;
  };
  report(line);
  const timer = setInterval(() => report(withTime()), tickSeconds * 1000);
  try {
    return await work(say);
  } finally {
    clearInterval(timer);
  }
}

/** Milliseconds as `1:05`, minutes and seconds. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
