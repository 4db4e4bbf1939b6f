import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type Connection, HostError, type SshIdentity } from "../../components/server/host";
import { opensshOptions } from "../../components/server/openssh";
import { interrupted } from "../process";
import { projectRoot } from "../project";

/** A shell script that runs on a server, as a pipe of bytes. */
export interface ServerPipe {
  stdin: Writable;
  stdout: Readable;
  /** Rejects when the script fails, or is interrupted. */
  ended: Promise<void>;
}

/**
 * Runs a script for the bytes that go through it, of which there may be many gigabytes: by `ssh` with the options that
 * Docker's provider has (the pinned host key among them), which is quicker than the connection for commands.
 */
export function serverPipe(
  connection: Connection,
  identity: SshIdentity,
  script: string,
  signal?: AbortSignal,
): ServerPipe {
  const [command, args] = commandFor(connection, identity, script);
  // A process group of its own: Ctrl-C reaches it through us alone. The host keys' file is relative to the project.
  const child = spawn(command, args, { cwd: projectRoot, stdio: "pipe", detached: true });
  const { stdin, stdout, stderr } = child;
  const end = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted) end();
  let complaint = "";
  stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-2000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new HostError(`${connection.server} (${connection.address}): ${why}`));
    child.on("error", (error) => fail(`${command} cannot be started: ${error.message}`));
    child.on("close", (code, killedBy) => {
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(interrupted());
      else if (code === 0) resolve();
      else fail(`the transfer broke off: ${complaint.trim() || `exit code ${code ?? killedBy}`}`);
    });
  });
  // Whoever uses the streams may see the failure there first.
  ended.catch(() => {});
  return { stdin, stdout, ended };
}

function commandFor({ ssh, address }: Connection, identity: SshIdentity, script: string): [string, string[]] {
  if (!ssh) return ["sh", ["-c", script]];
  return ["ssh", [...opensshOptions(ssh, identity), "-p", String(ssh.port), `${ssh.user}@${address}`, script]];
}
