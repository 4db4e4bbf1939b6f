import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { CommandError } from "./command";
import { complaintOf } from "./complaint";
import { diagnosticsOf } from "./diagnostics";
import { policyViolationsOf } from "./policy-violations";
import { interrupted } from "./process";
import { projectRoot } from "./project";
import { toolPath } from "./toolchain/tools";

/** Has `up` and `preview` refuse what the house rules do not allow. */
export const houseRules = ["--policy-pack", path.join(projectRoot, "policy")];

export interface PulumiOptions {
  /** Called with what the engine is doing now, as `server-84-loki creating`. */
  report?: ((line: string) => void) | undefined;
  /** What to run it through, as `["nsenter", …]`. */
  within?: string[] | undefined;
  /** The program's folder. @default this checkout */
  cwd?: string | undefined;
  /** @default this process's own */
  env?: NodeJS.ProcessEnv | undefined;
  /** Asks the engine to finish what is under way and then stop. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs the Pulumi CLI on this project, never asking anything.
 * @returns what it printed
 * @throws {CommandError} with the engine's own diagnostics
 */
export async function pulumi(args: string[], options: PulumiOptions = {}): Promise<string> {
  const { report, signal, env, cwd = projectRoot, within = [] } = options;
  const [command = "", ...words] = [...within, toolPath("pulumi"), "--non-interactive", "--color", "never", ...args];
  const child = spawn(command, words, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    // Out of the terminal's reach: a second Ctrl-C would make the engine drop what it is in the middle of.
    detached: true,
  });
  const interrupt = () => child.kill("SIGINT");
  signal?.addEventListener("abort", interrupt, { once: true });
  if (signal?.aborted) interrupt();

  const output: string[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    output.push(line);
    const step = describeStep(line);
    // Where lines stay, one for each thing that is looked at would be too many.
    if (step && (process.stdout.isTTY || !step.endsWith(" refreshing"))) report?.(step);
  });
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(new CommandError(`pulumi cannot be started: ${error.message}`)));
    child.on("close", resolve);
  });
  signal?.removeEventListener("abort", interrupt);
  if (signal?.aborted) throw interrupted();
  if (code !== 0) {
    const said = [...policyViolationsOf(output), diagnosticsOf(output)].filter((text) => text !== "").join("\n");
    throw new CommandError(said || complaintOf(errors) || output.join("\n"), "wrong");
  }
  return output.join("\n");
}

/** ` +  docker:index:Container server-84-loki creating (3s)` → `server-84-loki creating`. */
export function describeStep(line: string): string | undefined {
  const step = /^\s*[+~-]{1,2}\s+\S+:\S+\s+(\S+)\s+((?:creat|updat|delet|replac|read)\S*|refreshing)/.exec(line);
  return step ? `${step[1]} ${step[2]}` : undefined;
}
