import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { projectRoot } from "../../ops/project";
import type { StoredExecution } from "./functions/execution";
import type { ServeCommand, ServeEvent, ServeSettings } from "./serve";
import type { PushMessage } from "./server";
import type { TextMessage } from "./twilio";

/** The lab's Appwrite and Twilio in a process of their own, so that they can run where the lab's servers reach them. */
export class AppwriteProcess {
  readonly messages: PushMessage[] = [];
  readonly executions: StoredExecution[] = [];
  readonly sms: TextMessage[] = [];

  private constructor(
    private readonly child: ChildProcess,
    /** The endpoint, which ends in /v1. */
    readonly url: string,
    /** In place of Twilio's own; empty where there is none. */
    readonly twilioUrl: string,
  ) {}

  /** @param within what to run it through, as `["nsenter", …]` */
  static async start(settings: ServeSettings, within: string[] = []): Promise<AppwriteProcess> {
    const script = path.join(projectRoot, "lab", "appwrite", "serve.ts");
    const [command = "", ...args] = [...within, process.execPath, "--import=tsx", script, JSON.stringify(settings)];
    // Out of the terminal's reach: Ctrl-C is for who started it, and who ends it when there is no more use for it.
    const child = spawn(command, args, { cwd: projectRoot, stdio: ["pipe", "pipe", "inherit"], detached: true });
    return new Promise((resolve, reject) => {
      let started: AppwriteProcess | undefined;
      child.on("exit", (code) => reject(new Error(`the lab's Appwrite ended (exit code ${code})`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const { listening, message, execution, sms } = JSON.parse(line) as ServeEvent;
        if (listening) {
          started = new AppwriteProcess(child, listening.url, listening.twilioUrl);
          resolve(started);
        }
        if (message) started?.messages.push(message);
        if (execution) started?.executions.push(execution);
        if (sms) started?.sms.push(sms);
      });
    });
  }

  /** Has it do something, as `{ away: true }`. */
  tell(command: ServeCommand): void {
    this.child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /** Kills it, as a power failure would; what is in its folder stays. */
  kill(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.child.once("exit", () => resolve()));
    this.child.kill("SIGKILL");
    return gone;
  }

  /** Ends it, if it still runs. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.child.once("exit", () => resolve()));
    this.child.stdin?.end();
    return gone;
  }
}
