/** What became of one row of a table. */
export interface RowOutcome {
  /** What was done to the fleet. */
  done: string;
  /** What a person saw then; nothing where it was not done. */
  seen: string;
  /** Whether what was done was found and named. */
  found: boolean;
  /** Whether everything was as declared again afterwards. */
  putRight: boolean;
  seconds: number;
  /** What went otherwise than it has to; nothing when the row passed. */
  failure?: string | undefined;
  /** Why the lab cannot do it, or why it cannot be found: such a row neither passes nor fails. */
  cannot?: string | undefined;
}

const longest = 200;

/** One line: what was done, what was seen, found or not, put right or not, seconds; of a failed row also why. */
export function rowLine(outcome: RowOutcome): string {
  const { done, seen, found, putRight, seconds, failure, cannot } = outcome;
  if (cannot !== undefined) return ["– not done", done, oneLine(cannot)].join(" | ");
  const line = [
    failure === undefined ? "✔ passed" : "✖ failed",
    done,
    oneLine(seen) || "nothing",
    found ? "found" : "not found",
    putRight ? "put right" : "not put right",
    `${Math.round(seconds)} s`,
  ].join(" | ");
  return failure === undefined ? line : `${line}\n    ${failure.split("\n").join("\n    ")}`;
}

/** What a table ends with. */
export function lastLine(outcomes: RowOutcome[]): string {
  return `${outcomes.filter(isPassed).length} passed, ${failedOf(outcomes).length} failed`;
}

/** Those that decide the exit code. */
export function failedOf(outcomes: RowOutcome[]): RowOutcome[] {
  return outcomes.filter(({ failure, cannot }) => cannot === undefined && failure !== undefined);
}

function isPassed({ failure, cannot }: RowOutcome): boolean {
  return cannot === undefined && failure === undefined;
}

/**
 * The rows that a pattern picks, a regular expression on what they do, in small or large letters.
 * @throws {SyntaxError} when it is none
 */
export function picked<Row>(rows: Row[], done: (row: Row) => string, pattern: string | undefined): Row[] {
  if (pattern === undefined) return rows;
  const wanted = new RegExp(pattern, "i");
  return rows.filter((row) => wanted.test(done(row)));
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
