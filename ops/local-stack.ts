import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import type { ImageSource } from "../stacks/images";
import { projectRoot, stateDirectory } from "./project";
import { type PulumiOptions, pulumi } from "./pulumi";

const passphraseFile = path.join(stateDirectory, "passphrase");

/** What a deployed stack says of itself. */
export interface StackOutputs {
  urls: Record<string, string>;
  passwords: Record<string, string>;
}

/** A stack on this machine's own engine, whose state is kept in this checkout, whatever the environment says. */
export class LocalStack {
  private readonly settingsFile: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor(readonly name: string) {
    this.settingsFile = path.join(projectRoot, `Pulumi.${name}.yaml`);
    const { PULUMI_CONFIG_PASSPHRASE: _, ...inherited } = process.env;
    this.env = {
      ...inherited,
      PULUMI_BACKEND_URL: `file://${stateDirectory}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    };
  }

  /** Where it takes its images from, by its settings. */
  imageSource(): ImageSource {
    const config = this.settings().get("config") as { toJSON(): Record<string, unknown> } | undefined;
    const { "monitoring:imageRegistry": registry, "monitoring:images": images } = config?.toJSON() ?? {};
    return { registry: (registry as string) || undefined, images: (images as ImageSource["images"]) ?? {} };
  }

  /** Makes what it needs before it can be deployed: a place for its state, a passphrase, its settings. */
  async prepare({ grafanaImage }: { grafanaImage?: string | undefined }): Promise<void> {
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    if (!existsSync(passphraseFile)) {
      writeFileSync(passphraseFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    }
    this.removeStaleLocks();
    if (!existsSync(path.join(stateDirectory, ".pulumi", "stacks", "monitoring", `${this.name}.json`))) {
      this.forgetSalt();
      await this.pulumi(["stack", "init", this.name]);
    }
    if (grafanaImage && this.imageSource().images?.grafana !== grafanaImage) {
      await this.pulumi(["config", "set", "--stack", this.name, "--path", "images.grafana", grafanaImage]);
    }
  }

  /** `pulumi up`, after a look at what is really there, so that what somebody removed or changed is put right. */
  async deploy(options: PulumiOptions): Promise<void> {
    await this.pulumi(["up", "--stack", this.name, "--yes", "--skip-preview", "--refresh"], options);
  }

  /** `pulumi destroy`: containers, volumes, network and files go, the images stay. */
  async destroy(options: PulumiOptions): Promise<void> {
    await this.pulumi(["destroy", "--stack", this.name, "--yes", "--skip-preview"], options);
  }

  async outputs(): Promise<StackOutputs> {
    return JSON.parse(await this.pulumi(["stack", "output", "--stack", this.name, "--json", "--show-secrets"]));
  }

  /** Runs the Pulumi CLI with this stack's state and passphrase. */
  pulumi(args: string[], options: PulumiOptions = {}): Promise<string> {
    return pulumi(args, { ...options, env: this.env });
  }

  private settings() {
    return parseDocument(existsSync(this.settingsFile) ? readFileSync(this.settingsFile, "utf8") : "{}");
  }

  /** Settings that outlived their state hold the salt of a passphrase that is gone. */
  private forgetSalt(): void {
    const settings = this.settings();
    if (settings.delete("encryptionsalt")) writeFileSync(this.settingsFile, String(settings));
  }

  /** A `pulumi` that was killed leaves its lock; it is removed when its process, on this machine, is no more. */
  private removeStaleLocks(): void {
    const folder = path.join(stateDirectory, ".pulumi", "locks", "organization", "monitoring", this.name);
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      const { pid, hostname } = JSON.parse(readFileSync(file, "utf8"));
      if (hostname === os.hostname() && !existsSync(`/proc/${pid}`)) rmSync(file, { force: true });
    }
  }
}
