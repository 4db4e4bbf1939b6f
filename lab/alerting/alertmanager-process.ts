import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { alertmanagerFiles, clusterFlags } from "../../components/alertmanager/configuration";
import { placeholderCredentials } from "../../components/credentials/credentials";
import { toolPath } from "../../ops/toolchain/tools";
import type { ChannelSecrets } from "../../stacks/channels";
import type { AlertmanagerPlacement, Inventory } from "../../stacks/inventory";
import { pause } from "../pause";

/** An alert as Prometheus hands it over. */
export interface PostedAlert {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  startsAt?: string;
  endsAt?: string;
}

/** A real Alertmanager on this machine, with the files and flags of an inventory's own; without its password. */
export class AlertmanagerProcess {
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), "alertmanager-"));
  private log = "";

  constructor(
    private readonly inventory: Inventory,
    private readonly placement: AlertmanagerPlacement,
    secrets: ChannelSecrets,
  ) {
    const files = alertmanagerFiles(inventory, placeholderCredentials, secrets, this.folder);
    for (const [name, { content }] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  get url(): string {
    return `http://${this.placement.server.address}:${this.placement.port}`;
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    const { server, port } = this.placement;
    this.child = spawn(
      toolPath("alertmanager"),
      [
        `--config.file=${path.join(this.folder, "alertmanager.yml")}`,
        `--storage.path=${path.join(this.folder, "data")}`,
        `--web.listen-address=${server.address}:${port}`,
        `--web.external-url=${this.url}/`,
        ...clusterFlags(this.placement, this.inventory),
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    for (let attempt = 0; attempt < 100; attempt++) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) break;
      const ready = await fetch(`${this.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      await pause(0.1);
    }
    throw new Error(`Alertmanager does not start:\n${this.log}`);
  }

  /** Takes alerts, as from Prometheus. */
  async post(alerts: PostedAlert[]): Promise<void> {
    const answer = await fetch(`${this.url}/api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(alerts),
    });
    if (!answer.ok) throw new Error(`Alertmanager does not take the alerts: ${answer.status} ${await answer.text()}`);
  }

  // biome-ignore lint/suspicious/noExplicitAny: Alertmanager's own answers
  async get(path: string): Promise<any> {
    return (await fetch(`${this.url}/api/v2/${path}`)).json();
  }

  /** Kills it, as a power failure would; its folder stays. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** Kills it and removes what it wrote. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What it has said of itself. */
  get said(): string {
    return this.log;
  }
}
