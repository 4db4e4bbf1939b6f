import { spawn } from "node:child_process";
import type { CommandResult, Connection, Host, HttpAnswer, HttpRequest } from "./host";
import { HostError } from "./host-error";
import { requestOver } from "./http";

/** This machine, for a stack on its own Docker engine. */
export class LocalHost implements Host {
  readonly label: string;

  constructor(connection: Connection) {
    this.label = `${connection.server} (this machine)`;
  }

  run(script: string, options: { input?: Buffer; seconds?: number } = {}): Promise<CommandResult> {
    const { input, seconds = 60 } = options;
    return new Promise((resolve, reject) => {
      const child = spawn("sh", ["-c", script], { stdio: ["pipe", "pipe", "pipe"], timeout: seconds * 1000 });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      // A command that ends before it has read its input says why by its exit code.
      child.stdin.on("error", () => {});
      child.stdin.end(input);
      child.on("error", (error) => reject(new HostError(`${this.label}: cannot run a command: ${error.message}`)));
      child.on("close", (code, signal) => {
        if (signal) reject(new HostError(`${this.label}: a command did not end within ${seconds} s.`));
        else
          resolve({ code: code ?? 1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("utf8") });
      });
    });
  }

  request(request: HttpRequest): Promise<HttpAnswer> {
    return requestOver(undefined, request, this.label);
  }

  close(): void {}
}
