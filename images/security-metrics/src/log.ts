export type Level = "info" | "warn" | "error";

/** Where log lines go. @default the standard output */
let write = (line: string) => {
  process.stdout.write(line);
};

/** From now on log lines go to the standard error, as the standard output is for the page. */
export function logToStandardError(): void {
  write = (line) => {
    process.stderr.write(line);
  };
}

/** One line of JSON: `{"time":"…","level":"warn","event":"finding","scan":"files","path":"/tmp/x"}`. */
export function log(level: Level, event: string, fields: Record<string, string | number> = {}): void {
  write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
}
