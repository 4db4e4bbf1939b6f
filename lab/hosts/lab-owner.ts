import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The process that has the lab, there being one lab on a machine. */
export class LabOwner {
  private constructor(
    readonly pid: number,
    /** When it was started, in the kernel's clock ticks: ids are used again. */
    private readonly started: string,
  ) {}

  /** Says in the lab's folder that it is this process's. */
  static write(folder: string): void {
    writeFileSync(fileIn(folder), `${process.pid} ${startOf(process.pid)}`);
  }

  /** Who wrote that, whether it still runs or not. */
  static read(folder: string): LabOwner | undefined {
    if (!existsSync(fileIn(folder))) return undefined;
    const [pid = "", started = ""] = readFileSync(fileIn(folder), "utf8").split(" ");
    return new LabOwner(Number(pid), started);
  }

  get isRunning(): boolean {
    return startOf(this.pid) === this.started;
  }

  /** Whether it runs, and is not this process. */
  get isAnother(): boolean {
    return this.isRunning && this.pid !== process.pid;
  }

  /** Its command line. */
  get command(): string {
    const file = `/proc/${this.pid}/cmdline`;
    return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\0", " ").trim() : "";
  }

  /** As a person knows it. */
  toString(): string {
    return `process ${this.pid} (${this.command.slice(0, 120)})`;
  }
}

function fileIn(folder: string): string {
  return path.join(folder, "owner");
}

/** Nothing when there is no such process. */
function startOf(pid: number): string | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  // What stands in brackets is the program's name, which may hold anything.
  return readFileSync(file, "utf8").split(") ").at(-1)?.split(" ")[19];
}
