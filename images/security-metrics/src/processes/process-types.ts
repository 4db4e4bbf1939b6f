import path from "node:path";
import { isForbidden } from "../host/host-root";
import type { HostProcess } from "../host/processes";
import { readTcpSockets, type TcpSocket } from "../host/sockets";
import { isCryptoMiner } from "./crypto-miner";

export const processTypes = ["crypto_miner", "reverse_shell", "deleted_executable", "tmp_executable"] as const;
export type ProcessType = (typeof processTypes)[number];

const shells = new Set([
  "sh",
  "bash",
  "dash",
  "ash",
  "busybox",
  "zsh",
  "ksh",
  "ksh93",
  "mksh",
  "csh",
  "tcsh",
  "fish",
  "rbash",
]);
const temporary = /^\/(?:tmp|var\/tmp|dev\/shm|run\/shm)\//;
const deleted = / \(deleted\)$/;
/** runc starts each container, health check and `docker exec` from a copy of itself in memory; that lasts a moment. */
const runcCopy = /^\/memfd:runc_cloned:/;
/** Seconds. */
const moment = 60;

/** A process that is worth a look. */
export interface SuspiciousProcess {
  types: ProcessType[];
  name: string;
  executable: string;
}

/**
 * What about a process is suspicious; nothing for most.
 * Paths are those of the process's own mount namespace: `/tmp/x` may be in a container's `/tmp`, which is as suspicious. A
 * container's program counts as deleted when it was deleted in the container, not when its image was.
 * @throws when this process may not look at it
 */
export function suspicionsOf(process: HostProcess): SuspiciousProcess | undefined {
  const executable = process.executable();
  // A thread of the kernel, or one that has ended.
  if (executable === undefined) return undefined;
  const name = process.name() ?? "";
  const types: ProcessType[] = [];
  if (isCryptoMiner(name, executable, process.argv())) types.push("crypto_miner");
  if (shells.has(path.posix.basename(executable.replace(deleted, ""))) && hasNetworkInput(process)) {
    types.push("reverse_shell");
  }
  if (deleted.test(executable) && !isStartingContainer(process, executable)) types.push("deleted_executable");
  if (temporary.test(executable)) types.push("tmp_executable");
  return types.length === 0 ? undefined : { types, name, executable };
}

/** Whether its input or output is a TCP connection; not the local socket or pipe by which sshd and others run commands. */
function hasNetworkInput(process: HostProcess): boolean {
  const inodes = [0, 1].flatMap(
    (descriptor) => /^socket:\[(\d+)\]$/.exec(openFile(process, descriptor) ?? "")?.[1] ?? [],
  );
  if (inodes.length === 0) return false;
  // Of its own network namespace, which may be a container's.
  const isInput = ({ inode }: TcpSocket) => inodes.includes(inode);
  return ["tcp", "tcp6"].some((table) => readTcpSockets(`${process.folder}/net/${table}`, isInput)?.some(isInput));
}

function openFile(process: HostProcess, descriptor: number): string | undefined {
  try {
    return process.openFile(descriptor);
  } catch (error) {
    // Its executable could be seen, so that this is a matter of its folder's owner alone.
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

function isStartingContainer(process: HostProcess, executable: string): boolean {
  return runcCopy.test(executable) && (process.age() ?? 0) < moment;
}
