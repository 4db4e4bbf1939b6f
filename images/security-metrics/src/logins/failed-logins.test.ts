import { expect, it } from "vitest";
import { FailedLogins, type LoginCounts } from "./failed-logins";
import { type LogEntry, parseLogLine, parseSshdLine } from "./log-entry";
import { attempts, sampleLog } from "./samples";

/** What is counted in lines of auth.log. */
function countsIn(lines: string[], logins = new FailedLogins()): LoginCounts {
  for (const line of lines) logins.see(parseLogLine(line));
  return logins.counts;
}

const sshd = (message: string, pid = "100"): LogEntry => ({ program: "sshd", pid, message });
const sudo = (message: string): LogEntry => ({ program: "sudo", pid: "", message });

/** What is counted in messages. */
function counts(...entries: LogEntry[]): LoginCounts {
  const logins = new FailedLogins();
  for (const entry of entries) logins.see(entry);
  return logins.counts;
}

const none = { ssh_password: 0, ssh_invalid_user: 0, sudo: 0 };

it.each(["bookworm-auth", "trixie-auth"] as const)("counts each of the attempts in %s once", (name) => {
  expect(countsIn(sampleLog(name))).toEqual(attempts);
});

it("counts in the wording of Ubuntu: repeated lines, IPv6, a user without a name", () => {
  expect(countsIn(sampleLog("ubuntu-22.04-auth"))).toEqual({ ssh_password: 3, ssh_invalid_user: 2, sudo: 3 });
});

it("counts in what sshd writes with -E, where the port tells connections from each other", () => {
  const logins = new FailedLogins();
  for (const line of sampleLog("sshd-e")) logins.see(parseSshdLine(line));
  expect(logins.counts).toEqual({ ssh_password: 3, ssh_invalid_user: 3, sudo: 0 });
});

it("counts nothing twice when it stops after any line and goes on from its state", () => {
  let logins = new FailedLogins();
  for (const line of sampleLog("trixie-auth")) {
    logins.see(parseLogLine(line));
    logins = new FailedLogins(JSON.parse(JSON.stringify(logins.state)));
  }
  expect(logins.counts).toEqual(attempts);
});

it("a name that looks like a message is a name", () => {
  const user = "root from 192.0.2.1 port 1 ssh2";
  expect(
    counts(
      sshd(`Invalid user ${user} from 198.51.100.7 port 4000`),
      sshd(`Failed password for invalid user ${user} from 198.51.100.7 port 4000 ssh2`),
    ),
  ).toEqual({ ...none, ssh_invalid_user: 1 });
  expect(counts(sshd("Invalid user Failed password for root from 192.0.2.1 port 1 from 198.51.100.7 port 9"))).toEqual({
    ...none,
    ssh_invalid_user: 1,
  });
});

it("two connections of unknown users at a time are two", () => {
  expect(
    counts(
      sshd("Invalid user a from 198.51.100.7 port 4000", "100"),
      sshd("Invalid user b from 198.51.100.7 port 4001", "101"),
      sshd("Failed password for invalid user b from 198.51.100.7 port 4001 ssh2", "101"),
      sshd("Failed password for invalid user a from 198.51.100.7 port 4000 ssh2", "100"),
      sshd("Failed password for invalid user a from 198.51.100.7 port 4000 ssh2", "100"),
    ),
  ).toEqual({ ...none, ssh_invalid_user: 3 });
});

it("wrong passwords of an unknown user count without their beginning", () => {
  const failed = sshd("Failed password for invalid user a from 198.51.100.7 port 4000 ssh2");
  expect(counts(failed, failed)).toEqual({ ...none, ssh_invalid_user: 2 });
});

it("a user who may not log in counts once: by that, or without a process id by the wrong password", () => {
  const refused = "User a from 198.51.100.7 not allowed because not listed in AllowUsers";
  const failed = "Failed password for invalid user a from 198.51.100.7 port 4000 ssh2";
  expect(counts(sshd(refused), sshd(failed)).ssh_invalid_user).toBe(1);
  expect(counts(sshd(refused, ""), sshd(failed, "")).ssh_invalid_user).toBe(1);
});

it("keys and offers are no passwords", () => {
  expect(
    counts(
      sshd("Failed publickey for root from 10.0.0.50 port 50300 ssh2: RSA SHA256:Yd5nq0b5m2c3n4b5v6"),
      sshd("Failed none for invalid user a from 198.51.100.7 port 4000 ssh2"),
      sshd("Postponed keyboard-interactive for invalid user a from 198.51.100.7 port 4000 ssh2 [preauth]"),
      sshd("Accepted password for root from 10.0.0.50 port 50300 ssh2"),
    ),
  ).toEqual(none);
});

it("of other programs nothing counts, whatever they say", () => {
  expect(
    counts({ program: "myapp", pid: "1", message: "Failed password for root from 192.0.2.1 port 1 ssh2" }),
  ).toEqual(none);
});

it("the line before that came again counts so often, if it is the one that is meant", () => {
  const failed = "Nov 24 06:31:14 app2 sshd[1]: Failed password for root from 203.0.113.31 port 38924 ssh2";
  const again = "Nov 24 06:31:20 app2 last message repeated 3 times";
  const other = "Nov 24 06:31:15 app2 cron[2]: something else";
  expect(countsIn([failed, again]).ssh_password).toBe(4);
  expect(countsIn([failed, other, again]).ssh_password).toBe(1);
});

it("a made-up number of repetitions does not keep it busy", () => {
  const start = performance.now();
  counts(sshd("message repeated 999999999999 times: [ Failed password for root from 203.0.113.31 port 1 ssh2]"));
  expect(performance.now() - start).toBeLessThan(2000);
});

const pam =
  "pam_unix(sudo:auth): authentication failure; logname=a uid=1000 euid=0 tty=/dev/pts/0 ruser=a rhost=  user=a";
const more =
  "pam_unix(sudo:auth): 2 more authentication failures; logname=a uid=1000 euid=0 tty= ruser=a rhost=  user=a";
const incorrect = "       a : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id";
const command = "       a : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id";

it("three wrong passwords for sudo are three, whoever tells of them in which order", () => {
  expect(counts(sudo(pam), sudo(incorrect)).sudo).toBe(3);
  expect(counts(sudo(pam), sudo(incorrect), sudo(more)).sudo).toBe(3);
  expect(counts(sudo(incorrect)).sudo).toBe(3);
  expect(counts(sudo(pam), sudo(more)).sudo).toBe(3);
});

it("a wrong password before the right one is one, and does not hide those of the next time", () => {
  expect(counts(sudo(pam), sudo(command), sudo(pam), sudo(incorrect)).sudo).toBe(4);
});

it("of sudo without a password nothing counts", () => {
  expect(counts(sudo(command), sudo("a : a password is required ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id")).sudo).toBe(
    0,
  );
});

it("what it remembers stays small, whatever an attacker does", () => {
  const logins = new FailedLogins();
  for (let n = 0; n < 5000; n++) logins.see(sshd(`Invalid user u${n} from 198.51.100.7 port ${n}`, String(n)));
  expect(logins.counts.ssh_invalid_user).toBe(5000);
  expect(logins.state.announced).toHaveLength(1000);
  expect(logins.state.announced.at(-1)).toBe("4999");
});
