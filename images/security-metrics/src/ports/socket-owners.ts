import { isForbidden } from "../host/host-root";
import type { HostProcess } from "../host/processes";
import type { Deadline } from "../scans/deadline";

interface Owner {
  process: HostProcess;
  descriptor: string;
  name: string;
}

/** Which process has which socket open. Remembers what it found, as looking for it means looking at all open files. */
export class SocketOwners {
  private known = new Map<string, Owner>();
  /** How many processes were looked at the last time, and how many of these would not be. */
  searched = { all: 0, hidden: 0 };

  /**
   * The name of the process that has each of the sockets open: of the oldest, where several have, and rather not of systemd,
   * which only keeps it for a service. Nothing for a socket of the kernel's own.
   */
  namesOf(inodes: string[], processes: () => HostProcess[], deadline: Deadline): Map<string, string> {
    const still = inodes.flatMap((inode): [string, Owner][] => {
      const owner = this.known.get(inode);
      return owner && isOpen(owner, inode) ? [[inode, owner]] : [];
    });
    this.known = new Map(still);
    const missing = new Set(inodes.filter((inode) => !this.known.has(inode)));
    this.searched = { all: 0, hidden: 0 };
    if (missing.size > 0) this.search(missing, processes(), deadline);
    return new Map([...this.known].map(([inode, { name }]) => [inode, name]));
  }

  private search(inodes: Set<string>, processes: HostProcess[], deadline: Deadline): void {
    for (const process of processes) {
      deadline.check();
      this.searched.all++;
      const name = process.name();
      if (name === undefined) continue;
      try {
        for (const descriptor of process.openFiles()) {
          const inode = inodeOf(process.openFile(descriptor));
          if (inode === undefined || !inodes.has(inode)) continue;
          const other = this.known.get(inode);
          if (!other || other.name === "systemd") this.known.set(inode, { process, descriptor, name });
        }
      } catch (error) {
        if (!isForbidden(error)) throw error;
        this.searched.hidden++;
      }
    }
  }
}

function isOpen({ process, descriptor, name }: Owner, inode: string): boolean {
  try {
    return inodeOf(process.openFile(descriptor)) === inode && process.name() === name;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

function inodeOf(openFile: string | undefined): string | undefined {
  return /^socket:\[(\d+)\]$/.exec(openFile ?? "")?.[1];
}
