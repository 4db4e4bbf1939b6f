import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { projectRoot } from "../../ops/project";
import type { Call } from "./hook-server";
import { type Mail, mailLogin } from "./mail-server";

interface Listening {
  mailPort: number;
  hookPort: number;
  /** The mail server's certificate, as PEM. */
  authority: string;
}

/** A mail server, and who answers for Slack, in a process of their own. */
export class Outside {
  readonly mails: Mail[] = [];
  /** What Slack was told. */
  readonly calls: Call[] = [];
  private listening: Listening | undefined;

  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
  ) {}

  /** @param within what to run it through, as `["nsenter", …]`, so that it listens where the servers reach it */
  static async start(within: string[], address: string): Promise<Outside> {
    const script = path.join(projectRoot, "lab", "alerting", "serve.ts");
    const [command = "", ...args] = [...within, process.execPath, "--import=tsx", script, address];
    // Out of the terminal's reach: Ctrl-C is for who started it, and who ends it when there is no more use for it.
    const child = spawn(command, args, { cwd: projectRoot, stdio: ["pipe", "pipe", "inherit"], detached: true });
    const outside = new Outside(child, address);
    await new Promise<void>((resolve, reject) => {
      child.on("exit", (code) => reject(new Error(`the lab's mail server ended (exit code ${code})`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const event = JSON.parse(line) as { mail?: Mail; call?: Call; listening?: Listening };
        if (event.mail) outside.mails.push(event.mail);
        if (event.call) outside.calls.push(event.call);
        if (event.listening) {
          outside.listening = event.listening;
          resolve();
        }
      });
    });
    return outside;
  }

  /** Parts of an inventory's channels, so that its alerts come here. */
  get channels(): Record<string, string> {
    const { mailPort, authority } = this.ports;
    return {
      "email.smarthost": `${this.address}:${mailPort}`,
      "email.authority": authority,
      "email.username": mailLogin.user,
    };
  }

  get slackUrl(): string {
    return `http://${this.address}:${this.ports.hookPort}/slack`;
  }

  stop(): void {
    this.child.removeAllListeners("exit");
    this.child.stdin?.end();
  }

  private get ports(): Listening {
    if (!this.listening) throw new Error("it does not listen yet");
    return this.listening;
  }
}
