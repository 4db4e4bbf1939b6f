import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Report } from "../../ops/progress";
import { projectRoot } from "../../ops/project";
import type { Asked } from "./door";
import { feedInventory, outsideAddress } from "./inventory";

/**
 * A real Prometheus and a real Loki, fed by the real exporters of real services under load; everything runs as processes of
 * this machine in a room of namespaces without a way out. It ends with whoever started it.
 */
export class Feed {
  /** When Prometheus began to look, in seconds since 1970. */
  start = 0;

  private constructor(
    private readonly child: ChildProcess,
    /** Everything that it writes, its logs among it; goes when it ends. */
    readonly folder: string,
  ) {}

  /** Why this machine cannot have one; nothing when it can. */
  static obstacle(): string | undefined {
    if (process.platform !== "linux") return "the feed needs Linux";
    if (process.getuid?.() !== 0) return "the feed needs root";
    return undefined;
  }

  /**
   * Starts it, about half a minute, and waits until there is something to ask.
   * @param seconds how long everything runs under load before that
   * @throws {Error} which names the program that does not start, with the end of its output
   */
  static async start(report: Report, seconds = 45, signal?: AbortSignal): Promise<Feed> {
    const folder = mkdtempSync(path.join(os.tmpdir(), "feed-"));
    const at = (file: string) => path.join(projectRoot, "lab", "feed", file);
    const addresses = feedInventory.servers.map(({ address }) => address).join(" ");
    const command = [process.execPath, "--import=tsx", at("serve.ts"), folder, String(seconds)];
    const child = spawn(at("room.sh"), [folder, outsideAddress, addresses, ...command], {
      cwd: projectRoot,
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
    });
    // With its standard input it ends, and all that it started.
    const end = () => child.stdin?.end();
    signal?.addEventListener("abort", end, { once: true });
    const feed = new Feed(child, folder);
    await new Promise<void>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`the feed ended by itself (exit code ${code})`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const event = JSON.parse(line) as { step?: string; ready?: boolean; failed?: string };
        if (event.step) report(event.step);
        if (event.ready) {
          feed.start = Date.now() / 1000 - seconds;
          resolve();
        }
        if (event.failed) reject(new Error(`the feed cannot start: ${event.failed}`));
      });
    });
    child.removeAllListeners("exit");
    signal?.removeEventListener("abort", end);
    return feed;
  }

  /**
   * Asks Prometheus or Loki.
   * @param question path and query, as `/api/v1/query?query=up`
   * @throws {Error} with the question and the complaint when it is not understood
   */
  // biome-ignore lint/suspicious/noExplicitAny: whatever they answer
  async ask(asked: Asked, question: string): Promise<any> {
    const { status, text } = await this.get(`/${asked}${question}`);
    if (status !== 200) throw new Error(`${asked} does not answer ${question}: ${status} ${text}`);
    return JSON.parse(text).data;
  }

  /** Ends everything that it started, and removes what it wrote. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.stdin?.end();
    await gone;
  }

  private get(question: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const request = http.get({ socketPath: path.join(this.folder, "door.sock"), path: question }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
        });
        response.on("error", reject);
      });
      request.on("error", reject);
    });
  }
}
