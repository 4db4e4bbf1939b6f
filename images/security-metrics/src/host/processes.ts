import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { HostRoot } from "./host-root";
import { isForbidden, isMissing } from "./host-root";

/** The kernel's USER_HZ, the same on all that Docker runs on. */
const ticksPerSecond = 100;

/** A process of the host, or of a container on it. */
export class HostProcess {
  readonly folder: string;

  constructor(
    private readonly host: HostRoot,
    readonly pid: number,
  ) {
    this.folder = host.at(`/proc/${pid}`);
  }

  /** Its name as the kernel keeps it: at most 15 bytes. Nothing when it has ended. */
  name(): string | undefined {
    return this.read("comm")?.replace(/\n$/, "");
  }

  /** The program and its arguments, as it was started or as it says itself; empty for threads of the kernel. */
  argv(): string[] {
    const text = this.read("cmdline")?.replace(/\0+$/, "");
    return text ? text.split("\0") : [];
  }

  /**
   * Path of the file that it runs, in its own mount namespace; ` (deleted)` behind it when that is gone. Nothing for a
   * thread of the kernel. @throws when this process may not look: another user's needs CAP_SYS_PTRACE
   */
  executable(): string | undefined {
    return this.link("exe");
  }

  /** What an open file is, as `socket:[12345]`. @throws as {@link executable} */
  openFile(descriptor: number | string): string | undefined {
    return this.link(`fd/${descriptor}`);
  }

  /** Numbers of its open files. @throws when this process may not look: another user's needs CAP_DAC_READ_SEARCH */
  openFiles(): string[] {
    try {
      return readdirSync(`${this.folder}/fd`);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Its network namespace, as `net:[4026531840]`; nothing when it has ended or may not be looked at. */
  networkNamespace(): string | undefined {
    try {
      return this.link("ns/net");
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }

  /** Id of the container that it runs in, shortened as `docker ps` does; nothing on the host itself. */
  container(): string | undefined {
    // All engines name a container's group of processes by its whole id.
    return /[0-9a-f]{64}/.exec(this.read("cgroup") ?? "")?.[0].slice(0, 12);
  }

  /** Real user id. */
  user(): number | undefined {
    const uid = /^Uid:\s+(\d+)/m.exec(this.read("status") ?? "")?.[1];
    return uid === undefined ? undefined : Number(uid);
  }

  /** How long it has been running, seconds. @see man 5 proc, /proc/pid/stat and /proc/uptime */
  age(): number | undefined {
    // The name, in brackets, may hold anything; field 22 is the 20th behind it.
    const started = this.read("stat")?.split(") ").at(-1)?.split(" ")[19];
    if (started === undefined) return undefined;
    return Number(this.host.read("/proc/uptime").split(" ")[0]) - Number(started) / ticksPerSecond;
  }

  /** A file of /proc; nothing when the process has ended, or when it is nobody's business (`hidepid`). */
  read(file: string): string | undefined {
    try {
      return readFileSync(`${this.folder}/${file}`, "utf8");
    } catch (error) {
      if (isMissing(error) || isForbidden(error)) return undefined;
      throw error;
    }
  }

  private link(file: string): string | undefined {
    try {
      return readlinkSync(`${this.folder}/${file}`);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

/** All processes, in the order of their ids. @throws {Error} when the host's /proc is not there */
export function processesOf(host: HostRoot): HostProcess[] {
  return pidsOf(host).map((pid) => new HostProcess(host, pid));
}

function pidsOf(host: HostRoot): number[] {
  try {
    return readdirSync(host.at("/proc"))
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    throw new Error(
      `${host.at("/proc")} cannot be read (${(error as Error).message}): is the host's root mounted there?`,
    );
  }
}
