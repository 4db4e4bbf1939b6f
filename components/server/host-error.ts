/**
 * Something about a server that a person can put right. The message says all there is to say: server, what was
 * expected, what to do. It has no stack, because the engine would print it.
 */
export class HostError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HostError";
    this.stack = "";
  }

  override toString(): string {
    return this.message;
  }
}

/** A service has taken a request and did not answer it in time; what it was asked for may come yet. */
export class LateAnswerError extends HostError {}

/** A text as one word of a POSIX shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
