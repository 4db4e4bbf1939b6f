import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { pause } from "../pause";

export interface ProgramOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Whose rights it has. @default ours */
  owner?: { uid: number; gid: number };
  /** Where its output goes. @default `logs/<name>.log` in the feed's folder */
  log?: string;
}

export interface Program {
  name: string;
  child: ChildProcess;
  log: string;
}

/** The programs of a feed; they end with the room that they run in. */
export class Programs {
  constructor(readonly folder: string) {
    mkdirSync(path.join(folder, "logs"), { recursive: true });
  }

  /** Starts a program; its output is kept in a file. */
  start(name: string, command: string, args: string[], options: ProgramOptions = {}): Program {
    const { env, cwd = this.folder, owner, log = path.join(this.folder, "logs", `${name}.log`) } = options;
    const output = openSync(log, "a");
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", output, output],
      ...owner,
    });
    closeSync(output);
    const program = { name, child, log };
    child.on("error", (error) => console.error(`${name} cannot be started: ${error.message}`));
    return program;
  }

  /**
   * Runs a program to its end.
   * @throws {Error} with the end of its output when it fails
   */
  async run(name: string, command: string, args: string[], options: ProgramOptions = {}): Promise<void> {
    const program = this.start(name, command, args, options);
    const code = await new Promise<number | null>((resolve) => {
      program.child.on("error", () => resolve(127));
      program.child.on("exit", resolve);
    });
    if (code !== 0) throw new Error(`${name} failed (exit code ${code}):\n${endOf(program.log)}`);
  }

  /**
   * Waits until a program answers a request well.
   * @throws {Error} with the end of its output when it ends, or does not answer in `seconds`
   */
  async answers(program: Program, url: string, headers: Record<string, string> = {}, seconds = 60): Promise<void> {
    await this.until(program, seconds, `does not answer at ${url}`, async () => (await fetch(url, { headers })).ok);
  }

  /** Waits until a check of a program is true; one that throws is not. */
  async until(program: Program, seconds: number, complaint: string, check: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end && program.child.exitCode === null && program.child.signalCode === null) {
      if (await check().catch(() => false)) return;
      await pause(0.2);
    }
    throw new Error(`${program.name} ${complaint}:\n${endOf(program.log)}`);
  }
}

function endOf(log: string): string {
  return readFileSync(log, "utf8").trim().split("\n").slice(-15).join("\n");
}
