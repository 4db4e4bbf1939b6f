import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { projectRoot } from "../ops/project";

/**
 * A program of the lab in a process of its own, so that it can run where the lab's servers reach it. It says a JSON
 * object a line on its standard output, and ends with its standard input.
 */
export abstract class TellingProcess<Event> {
  protected child: ChildProcess | undefined;

  /** Told of each object; answers whether the program is ready now. */
  protected abstract hear(event: Event): boolean;

  /**
   * Starts the program and waits until it is ready.
   * @param script below lab/
   * @param within what to run it through, as `["nsenter", …]`
   * @throws {Error} when it ends before
   */
  protected async begin(script: string, args: string[], within: string[]): Promise<this> {
    const file = path.join(projectRoot, "lab", script);
    const [command = "", ...rest] = [...within, process.execPath, "--import=tsx", file, ...args];
    // Out of the terminal's reach: Ctrl-C is for who started it, and who ends it when there is no more use for it.
    const child = spawn(command, rest, { cwd: projectRoot, stdio: ["pipe", "pipe", "inherit"], detached: true });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`lab/${script} ended (exit code ${code})`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (this.hear(JSON.parse(line) as Event)) resolve();
      });
    });
    return this;
  }

  /** Ends it, if it still runs. */
  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.stdin?.end();
    await gone;
  }
}
