import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CommandError } from "../../ops/command";
import { projectRoot } from "../../ops/project";
import { loadInventory } from "../../stacks";
import { LabHosts } from "../hosts/lab-hosts";
import { pause } from "../pause";
import { type KeeperEvent, type LabPlace, rehearsedStack } from "./place";

const script = path.join("lab", "rehearsal", "keeper.ts");
/** How long a lab takes to go, at most. */
const downSeconds = 120;

/** A lab that a process of its own has, for somebody who works in it. */
export class KeptLab {
  private constructor(
    private readonly keeper: ChildProcess,
    readonly place: LabPlace,
  ) {}

  /**
   * Brings the lab up.
   * @throws {CommandError} when it is there already, or a host does not start
   */
  static async start(signal: AbortSignal): Promise<KeptLab> {
    const folder = mkdtempSync(path.join(os.tmpdir(), "lab-keeper-"));
    const logFile = path.join(folder, "log");
    try {
      const log = openSync(logFile, "w");
      const keeper = spawn(process.execPath, ["--import=tsx", path.join(projectRoot, script)], {
        cwd: projectRoot,
        stdio: ["ignore", log, log, "ipc"],
        // Out of the terminal's reach: it goes by its own way.
        detached: true,
      });
      const stop = () => keeper.kill("SIGTERM");
      signal.addEventListener("abort", stop, { once: true });
      const event = await new Promise<KeeperEvent>((resolve) => {
        keeper.once("message", (message) => resolve(message as KeeperEvent));
        keeper.once("exit", () =>
          resolve({ failed: `the lab ended before it was up:\n${readFileSync(logFile, "utf8")}` }),
        );
      });
      keeper.removeAllListeners();
      // From here on Ctrl-C is for what runs in the lab.
      signal.removeEventListener("abort", stop);
      if ("failed" in event) throw new CommandError(event.failed);
      return new KeptLab(keeper, event.place);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Leaves it there, for `npm run lab -- down`. */
  leave(): void {
    this.keeper.send("stay");
    this.keeper.disconnect();
    this.keeper.unref();
  }

  /** Takes it down. */
  async down(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.keeper.once("exit", () => resolve()));
    if (this.keeper.exitCode !== null) return;
    this.keeper.kill("SIGTERM");
    await gone;
  }
}

/** A shell in the lab, as the operator of its servers has it: on a terminal a bash that says where one is. */
export async function labShell({ root, within, env }: LabPlace): Promise<number> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lab-shell-"));
  try {
    const startFile = path.join(folder, "bashrc");
    writeFileSync(startFile, '[ -f ~/.bashrc ] && . ~/.bashrc\nPS1="lab:\\W\\$ "\n');
    const [command = "", ...args] = [...within, "bash", "--rcfile", startFile];
    const tools = path.join(projectRoot, ".toolchain", "bin");
    const child = spawn(command, args, {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, ...env, PATH: `${tools}:${process.env.PATH ?? ""}` },
    });
    // Ctrl-C is the shell's.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => child.kill("SIGHUP"));
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", (error) => reject(new CommandError(`no shell: ${error.message}`)));
      child.on("close", (status) => resolve(status ?? 129));
    });
    process.off("SIGINT", ignore);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Takes a lab down that stayed, or that a killed command has left.
 * @returns whether there was one
 * @throws {CommandError} when it is of a command that runs still
 */
export async function endLab(): Promise<boolean> {
  const { servers } = await loadInventory(rehearsedStack);
  const owner = LabHosts.owner(servers);
  if (!owner) return LabHosts.removeLeftovers(servers);
  if (!owner.command.includes(script)) {
    throw new CommandError(`the lab is of ${owner}, which runs still; it takes the lab down at its end.`);
  }
  process.kill(owner.pid, "SIGTERM");
  for (let second = 0; owner.isRunning; second++) {
    if (second > downSeconds) throw new CommandError(`${owner} does not end within ${downSeconds} s.`);
    await pause(1);
  }
  return true;
}
