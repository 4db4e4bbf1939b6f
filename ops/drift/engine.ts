import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Inventory } from "../../stacks/inventory";
import { CommandError } from "../command";
import { complaintOf } from "../complaint";
import { diagnosticsOf } from "../diagnostics";
import { interrupted } from "../process";
import { projectRoot } from "../project";
import { toolPath } from "../toolchain/tools";

/** The Pulumi CLI, asked about one stack. What it prints is handed on and never shown: its debug messages hold secrets. */
export class Engine {
  private readonly env: NodeJS.ProcessEnv;

  constructor(
    private readonly inventory: Inventory,
    private readonly signal: AbortSignal | undefined = undefined,
  ) {
    this.env = environmentOf(inventory);
  }

  /** @throws {CommandError} when it fails, with what it complains about */
  async ask(...args: string[]): Promise<string> {
    const lines: string[] = [];
    const { code, errors } = await this.run([...args, "--stack", this.inventory.stack], (line) => lines.push(line));
    if (code !== 0) throw new CommandError(diagnosticsOf(lines) || errors);
    return lines.join("\n");
  }

  /**
   * What a deployment would do, as events: a line is one in JSON.
   * @param env what its providers are told besides
   * @returns whether it came to its end, and what stands on its standard error
   */
  preview(
    args: string[],
    onLine: (line: string) => void,
    env: Record<string, string> = {},
  ): Promise<{ code: number; errors: string }> {
    return this.run(["preview", "--refresh", "--json", "--stack", this.inventory.stack, ...args], onLine, env);
  }

  private run(
    args: string[],
    onLine: (line: string) => void,
    env: Record<string, string> = {},
  ): Promise<{ code: number; errors: string }> {
    const { signal } = this;
    if (signal?.aborted) return Promise.reject(interrupted());
    const tool = toolPath("pulumi");
    if (!existsSync(tool)) {
      return Promise.reject(
        new CommandError(
          "the Pulumi engine is not there yet: npm run toolchain fetches or builds it, and npm start too.",
        ),
      );
    }
    return new Promise((resolve, reject) => {
      // A process group of its own: Ctrl-C reaches it through us alone.
      const child = spawn(tool, ["--non-interactive", "--color", "never", ...args], {
        cwd: projectRoot,
        env: { ...this.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      });
      const interrupt = () => child.kill("SIGINT");
      signal?.addEventListener("abort", interrupt, { once: true });
      const errors: string[] = [];
      createInterface({ input: child.stdout }).on("line", onLine);
      createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
      child.on("error", (error) => reject(new CommandError(`pulumi cannot be started: ${error.message}`)));
      child.on("close", (code) => {
        signal?.removeEventListener("abort", interrupt);
        if (signal?.aborted) reject(interrupted());
        else resolve({ code: code ?? 1, errors: complaintOf(errors) });
      });
    });
  }
}

/** Events one by one, as they come. */
const streaming = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };

/** A stack on this machine keeps its state in this checkout, whatever the environment says: what `pulumi` here does by itself. */
function environmentOf({ servers }: Inventory): NodeJS.ProcessEnv {
  if (servers.some(({ ssh }) => ssh)) return { ...process.env, ...streaming };
  const {
    PULUMI_BACKEND_URL: _backend,
    PULUMI_CONFIG_PASSPHRASE: _passphrase,
    PULUMI_CONFIG_PASSPHRASE_FILE: _file,
    ...rest
  } = process.env;
  return { ...rest, ...streaming };
}
