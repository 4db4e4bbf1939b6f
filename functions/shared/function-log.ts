import type { FunctionContext } from "./function-context";

/** Appwrite's runtime cuts a line at 8,000 characters. */
const lineLength = 7_800;
/** Appwrite keeps the last million characters of an execution's errors. */
const longest = 900_000;

/** An execution's log: no secret in it, nothing cut that can be kept. */
export class FunctionLog {
  private written = 0;
  private readonly secrets: string[];

  /** @param secrets not to be seen in anything that is said */
  constructor(
    private readonly context: Pick<FunctionContext, "log" | "error">,
    secrets: string[] = [],
  ) {
    // The longer first: one may contain another.
    this.secrets = secrets.filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
  }

  say(text: string): void {
    this.write((line) => this.context.log(line), text);
  }

  /** @param whole what it happened to; as many lines as it takes, so that it can be found and sent once more */
  problem(text: string, whole?: string): void {
    this.write((line) => this.context.error(line), whole === undefined ? text : `${text}: ${whole}`);
  }

  /** The text without secrets. */
  redacted(text: string): string {
    return this.secrets.reduce((result, secret) => result.replaceAll(secret, "[hidden]"), text);
  }

  private write(line: (text: string) => void, text: string): void {
    const whole = this.redacted(text);
    const room = Math.max(200, longest - this.written);
    const shown =
      whole.length <= room ? whole : `${whole.slice(0, room)} … (${whole.length} characters; the log is full)`;
    this.written += shown.length;
    const count = Math.ceil(shown.length / lineLength) || 1;
    for (let part = 0; part < count; part++) {
      const piece = shown.slice(part * lineLength, (part + 1) * lineLength);
      line(count === 1 ? piece : `(${part + 1}/${count}) ${piece}`);
    }
  }
}
