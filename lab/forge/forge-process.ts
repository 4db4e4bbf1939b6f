import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Post } from "../../ops/ci/fake-forge";
import { projectRoot } from "../../ops/project";

/** Who answers for GitHub in the lab, in a process of its own, where the pipelines' steps run. */
export class ForgeProcess {
  /** What the pipelines have written. */
  issues: Post[] = [];
  /** The variables that a workflow has there. */
  env: NodeJS.ProcessEnv = {};

  private constructor(private readonly child: ChildProcess) {}

  /** @param within what to run it through, as `["nsenter", …]` */
  static async start(within: string[]): Promise<ForgeProcess> {
    const script = path.join(projectRoot, "lab", "forge", "serve.ts");
    const [command = "", ...args] = [...within, process.execPath, "--import=tsx", script];
    const child = spawn(command, args, { cwd: projectRoot, stdio: ["pipe", "pipe", "inherit"], detached: true });
    const forge = new ForgeProcess(child);
    await new Promise<void>((resolve, reject) => {
      child.on("exit", (code) => reject(new Error(`the lab's forge ended (exit code ${code})`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const event = JSON.parse(line) as { issues?: Post[]; env?: NodeJS.ProcessEnv };
        if (event.issues) forge.issues = event.issues;
        if (event.env) {
          forge.env = event.env;
          resolve();
        }
      });
    });
    return forge;
  }

  stop(): void {
    this.child.removeAllListeners("exit");
    this.child.stdin?.end();
  }
}
