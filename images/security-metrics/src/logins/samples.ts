import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

const folder = path.join(__dirname, "samples");

/**
 * A log for the tests, line by line. `bookworm` and `trixie` are what sshd, sudo and rsyslog of Debian 12 and 13 wrote about
 * the same attempts of real clients ({@link attempts}); `ubuntu-22.04` has that system's wording, `sshd-e` is written by sshd -E.
 */
export function sampleLog(name: "bookworm-auth" | "trixie-auth" | "ubuntu-22.04-auth" | "sshd-e"): string[] {
  return readFileSync(path.join(folder, `${name}-log.txt`), "latin1").split("\n");
}

/** Writes a file of a journal that systemd made: of the same attempts, or of one long entry in each compression. */
export function sampleJournal(
  name:
    | "bookworm-system"
    | "bookworm-user-1000"
    | "trixie-system"
    | "trixie-user-1000"
    | "long-lz4"
    | "long-zstd"
    | "long-xz",
  file: string,
): void {
  writeFileSync(file, gunzipSync(readFileSync(path.join(folder, `${name}.journal.gz`))));
}

/**
 * What the clients did. Of sudo, what its log tells: not the second wrong password before the right one, nor the second and third
 * of somebody who may not use sudo.
 */
export const attempts = {
  // One, three, three, three by password, and three by PAM's questions.
  ssh_password: 13,
  // Unknown users: three passwords each of four, one without a password, one with keys; and one that may not log in.
  ssh_invalid_user: 15,
  // Three; one, then the right one; two, then the right one; one, then none; three of who may not use sudo.
  sudo: 3 + 1 + 1 + 1 + 1,
} as const;
