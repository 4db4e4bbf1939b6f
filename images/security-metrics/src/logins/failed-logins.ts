import type { LogEntry, Repeat } from "./log-entry";

export const loginTypes = ["ssh_password", "ssh_invalid_user", "sudo"] as const;
export type LoginType = (typeof loginTypes)[number];
export type LoginCounts = Record<LoginType, number>;

/** What has been counted, and what has to be known of it to count nothing twice. */
export interface FailedLoginsState {
  counts: LoginCounts;
  /** Connections (process id, else port) whose unknown user was counted, and whose first wrong password belongs to that. */
  announced: string[];
  /** Users of sudo whose first wrong password was counted. */
  sudoing: string[];
  /** User of sudo → wrong passwords that were counted, and that PAM will tell of as "more". */
  expected: Record<string, number>;
}

/** sshd is called `sshd-session` (since OpenSSH 9.8) or `sshd-auth` (since 10.0) once a client is there. */
const sshdPrograms = new Set(["sshd", "sshd-session", "sshd-auth"]);

const patterns = {
  repeated: /^message repeated (\d+) times?: \[ ?(.*)\]$/,
  failed: /^Failed (\S+) for (invalid user )?.* from \S+ port (\d+)(?: ssh\d)?(?: \[preauth\])?$/,
  invalidUser: /^Invalid user .* from \S+?(?: port (\d+))?(?: \[preauth\])?$/,
  notAllowed: /^User .* not allowed because /,
  pamOfSshd: /^error: PAM: Authentication failure for (illegal user )?.* from \S+$/,
  pamOfSudo:
    /^pam_unix\(sudo(?:-i)?:auth\): (?:authentication failure|(\d+) more authentication failures?);.* user=(\S+)/,
  incorrect: /^\s*(\S+) : (\d+) incorrect password attempts? ;/,
};

/** How many connections and users are remembered: more than are under way at a time. */
const mostRemembered = 1000;

/**
 * Counts refused logins by what sshd, sudo and PAM write (OpenSSH 7 to 10, sudo 1.8 and 1.9). Each attempt once,
 * although most are told of in two or three messages:
 * - `ssh_invalid_user`: the first message about an unknown or unwelcome user (`Invalid user`, `not allowed because`) counts,
 *   because without a password there is no other; so the first wrong password of the same connection does not.
 * - `ssh_password`: `Failed password` of a known user, or PAM's refusal where sshd asks through PAM.
 * - `sudo`: PAM tells of the first wrong password at once, sudo at the end of all of them, PAM of "more" after that. What is
 *   told nowhere (a second wrong password before the right one) is not counted.
 */
export class FailedLogins {
  readonly counts: LoginCounts;
  private readonly announced: Set<string>;
  private readonly sudoing: Set<string>;
  private readonly expected: Map<string, number>;
  private last: LogEntry | undefined;

  constructor(state?: FailedLoginsState) {
    this.counts = { ssh_password: 0, ssh_invalid_user: 0, sudo: 0, ...state?.counts };
    this.announced = new Set(state?.announced);
    this.sudoing = new Set(state?.sudoing);
    this.expected = new Map(Object.entries(state?.expected ?? {}));
  }

  get state(): FailedLoginsState {
    const { counts, announced, sudoing, expected } = this;
    return {
      counts,
      announced: [...announced].slice(-mostRemembered),
      sudoing: [...sudoing].slice(-mostRemembered),
      expected: Object.fromEntries([...expected].slice(-mostRemembered)),
    };
  }

  /** Takes the next line of a log; nothing for one that is none. */
  see(line: LogEntry | Repeat | undefined): void {
    if (line && "repeats" in line) {
      if (this.last) this.seeTimes(this.last, line.repeats);
      return;
    }
    this.last = line;
    if (!line) return;
    const repeated = patterns.repeated.exec(line.message);
    if (repeated) this.seeTimes({ ...line, message: repeated[2] ?? "" }, Number(repeated[1]));
    else this.seeTimes(line, 1);
  }

  private seeTimes(entry: LogEntry, times: number): void {
    // A number out of a log that somebody made up must not keep the scan busy.
    for (let time = 0; time < Math.min(times, 10_000); time++) {
      if (sshdPrograms.has(entry.program)) this.seeSshd(entry);
      else if (entry.program === "sudo") this.seeSudo(entry);
    }
  }

  private seeSshd({ pid, message }: LogEntry): void {
    const failed = patterns.failed.exec(message);
    const invalid = patterns.invalidUser.exec(message);
    const pam = patterns.pamOfSshd.exec(message);
    if (failed) this.seeFailed(failed[1] ?? "", failed[2] !== undefined, pid || (failed[3] ?? ""));
    else if (invalid) this.announce(pid || (invalid[1] ?? ""));
    // Without a process id nothing would connect it with the wrong password that may follow, which then counts.
    else if (pid && patterns.notAllowed.test(message)) this.announce(pid);
    else if (pam && pam[1] === undefined) this.counts.ssh_password++;
  }

  private seeFailed(method: string, isInvalid: boolean, connection: string): void {
    const asksThroughPam = method.startsWith("keyboard-interactive");
    if (method !== "password" && !asksThroughPam) return;
    if (isInvalid) {
      if (!this.announced.delete(connection)) this.counts.ssh_invalid_user++;
    } else if (!asksThroughPam) {
      this.counts.ssh_password++;
    }
  }

  private announce(connection: string): void {
    this.counts.ssh_invalid_user++;
    this.announced.add(connection);
  }

  private seeSudo({ message }: LogEntry): void {
    const pam = patterns.pamOfSudo.exec(message);
    const incorrect = patterns.incorrect.exec(message);
    if (pam) this.seePamOfSudo(pam[2] ?? "", pam[1]);
    else if (incorrect) this.seeIncorrect(incorrect[1] ?? "", Number(incorrect[2]));
  }

  private seeIncorrect(user: string, attempts: number): void {
    const others = Math.max(0, attempts - (this.sudoing.delete(user) ? 1 : 0));
    this.counts.sudo += others;
    if (others > 0) this.expected.set(user, others);
  }

  private seePamOfSudo(user: string, more: string | undefined): void {
    if (more === undefined) {
      this.counts.sudo++;
      this.sudoing.add(user);
      this.expected.delete(user);
    } else if (!this.expected.delete(user)) {
      this.counts.sudo += Number(more);
    }
  }
}
