import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";

/** What is used of the web configuration. What else it may say, as `tls_server_config`, must not be passed over in silence. */
const schema = z.strictObject({
  basic_auth_users: z.record(z.string(), z.string().regex(/^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/, "is no bcrypt hash")),
});

/** Answers are remembered, as working one out takes a tenth of a second of the processor. */
const mostRemembered = 100;
/** So many may wait for an answer at a time; a program that tries passwords does not get to fill the memory. */
const mostWaiting = 20;
/** Compared with when there is no such user, so that the time that takes does not tell. */
const nobody = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

/** Works out whether a password fits a bcrypt hash. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

export type Verdict = "welcome" | "refused" | "busy";

/**
 * Who may ask, by the web configuration of Prometheus' exporter toolkit, which is read anew at every request.
 * @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
export class BasicAuth {
  private readonly key = randomBytes(32);
  private readonly remembered = new Map<string, boolean>();
  private readonly underWay = new Map<string, Promise<boolean>>();

  /** @param file without one, everybody may ask */
  constructor(
    private readonly file: string | undefined,
    private readonly compare: Compare,
  ) {}

  /** @throws {Error} that names the file, when it is not as it should be */
  check(): void {
    this.users();
  }

  /**
   * @param authorization the header of the request
   * @throws {Error} as {@link check}
   */
  async verdictOn(authorization: string | undefined): Promise<Verdict> {
    const users = this.users();
    if (!users) return "welcome";
    const { user, password } = credentialsIn(authorization) ?? {};
    if (user === undefined || password === undefined) return "refused";
    const hash = Object.hasOwn(users, user) ? users[user] : undefined;
    const isRight = await this.isRight(password, hash ?? nobody);
    if (isRight === undefined) return "busy";
    return isRight && hash !== undefined ? "welcome" : "refused";
  }

  /** Nothing when too many are waiting already. */
  private isRight(password: string, hash: string): Promise<boolean> | boolean | undefined {
    // Neither passwords nor what they could be guessed by stay in memory.
    const key = createHmac("sha256", this.key).update(`${hash}\0${password}`).digest("base64");
    const known = this.remembered.get(key) ?? this.underWay.get(key);
    if (known !== undefined) return known;
    if (this.underWay.size >= mostWaiting) return undefined;
    const answer = this.compare(password, hash)
      .then((isRight) => this.remember(key, isRight))
      .finally(() => this.underWay.delete(key));
    this.underWay.set(key, answer);
    return answer;
  }

  /** Wrong passwords make way for each other; a right one goes when so many others have come. */
  private remember(key: string, isRight: boolean): boolean {
    if (this.remembered.size >= mostRemembered) {
      const [oldest] = [...this.remembered].find(([, right]) => !right) ?? [...this.remembered][0] ?? [""];
      this.remembered.delete(oldest);
    }
    this.remembered.set(key, isRight);
    return isRight;
  }

  private users(): Record<string, string> | undefined {
    if (this.file === undefined) return undefined;
    let content: unknown;
    try {
      content = parse(readFileSync(this.file, "utf8")) ?? {};
    } catch (error) {
      throw new Error(`${this.file} cannot be read: ${(error as Error).message.split("\n")[0]}`);
    }
    const result = schema.safeParse(content);
    if (result.success) return result.data.basic_auth_users;
    // Not the value, which is the secret.
    const issues = result.error.issues.map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`);
    throw new Error(`${this.file}: ${issues.join("; ")} (only basic_auth_users is known here).`);
  }
}

function credentialsIn(authorization: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (!encoded) return undefined;
  const [, user = "", password = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8")) ?? [];
  return user === "" ? undefined : { user, password };
}
