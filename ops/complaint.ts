import { existsSync } from "node:fs";
import os from "node:os";

/** `postgres://pulumi:secret@db.example.org/…`, which the engine repeats whole when it cannot open it. */
const passwordInUrl = /(\w+:\/\/[^\s:/@"]*):[^\s/@"]+@/g;
/** How the engine names a lock and who holds it, in its message about a stack that is in use. */
const heldLock = /\/locks\/\S+\/(?<stack>[^/\s]+)\/[^/\s]+: created by (?<user>\S+)@(?<host>\S+) \(pid (?<pid>\d+)\)/;

/**
 * What the engine complains about before it has a stack to talk of: a state that cannot be opened, a lock. Without its
 * warnings, which are about where it found programs; without a password; and with the way out of a lock.
 * @param lines what stands on its standard error
 */
export function complaintOf(lines: string[]): string {
  return lines
    .filter((line) => !/^warning: /.test(line))
    .flatMap((line) => [line.replace(/^error: /, "").replace(passwordInUrl, "$1:****@"), ...wayOut(line)])
    .join("\n")
    .trim();
}

/** Whether the holder of a lock still works, as far as this machine can tell, and what that means. */
function wayOut(line: string): string[] {
  const { stack, host, pid } = heldLock.exec(line)?.groups ?? {};
  if (!stack) return [];
  const cancel = `.toolchain/bin/pulumi cancel --stack ${stack}`;
  if (host !== os.hostname()) return [`  If that process on ${host} is no more: ${cancel}`];
  return existsSync(`/proc/${pid}`)
    ? ["  That process is at work on this machine: wait for it, or end it by Ctrl-C where it runs."]
    : [`  That process, of this machine, is no more. To take its lock away: ${cancel}`];
}
