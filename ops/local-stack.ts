import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Document, parseDocument } from "yaml";
import { loadInventory } from "../stacks";
import type { ImageSource } from "../stacks/images";
import { projectRoot, stateDirectory } from "./project";
import { type PulumiOptions, pulumi } from "./pulumi";
import { removeStaleLocks } from "./stale-locks";
import type { BuiltImages } from "./toolchain/service-images";
import { deploy } from "./up/deploy";

const passphraseFile = path.join(stateDirectory, "passphrase");

/** What a deployed stack says of itself. */
export interface StackOutputs {
  urls: Record<string, string>;
  passwords: Record<string, string>;
}

/** Those of its settings that these commands look at. */
interface LocalSettings {
  imageRegistry?: string;
  images?: NonNullable<ImageSource["images"]>;
  builtImages?: BuiltImages;
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
    const { imageRegistry, images } = this.settings();
    return { registry: imageRegistry || undefined, images: images ?? {} };
  }

  /** The images that were made on this machine, by its settings. */
  builtImages(): BuiltImages {
    return this.settings().builtImages ?? {};
  }

  /** Makes what it needs before it can be deployed: a place for its state, a passphrase, its settings. */
  async prepare({ builtImages }: { builtImages: BuiltImages }): Promise<void> {
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    if (!existsSync(passphraseFile)) {
      writeFileSync(passphraseFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    }
    removeStaleLocks(this.name, `file://${stateDirectory}`);
    if (!existsSync(path.join(stateDirectory, ".pulumi", "stacks", "monitoring", `${this.name}.json`))) {
      this.forgetSalt();
      await this.pulumi(["stack", "init", this.name]);
    }
    if (!isDeepStrictEqual(builtImages, this.builtImages())) {
      this.edit((file) => {
        if (!file.get("config")) file.set("config", file.createNode({}));
        file.setIn(["config", "monitoring:builtImages"], builtImages);
      });
    }
  }

  /** `pulumi up`, after a look at what is really there, so that what somebody removed or changed is put right. */
  async deploy(options: Pick<PulumiOptions, "report" | "signal">): Promise<void> {
    await deploy(await loadInventory(this.name), { ...options, refresh: true, env: this.env });
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

  private settings(): LocalSettings {
    const config: Record<string, unknown> = this.file().toJS().config ?? {};
    return Object.fromEntries(Object.entries(config).map(([name, value]) => [name.replace("monitoring:", ""), value]));
  }

  /** Settings that outlived their state hold the salt of a passphrase that is gone. */
  private forgetSalt(): void {
    if (this.file().has("encryptionsalt")) this.edit((file) => file.delete("encryptionsalt"));
  }

  private file(): Document {
    return parseDocument(existsSync(this.settingsFile) ? readFileSync(this.settingsFile, "utf8") : "{}");
  }

  private edit(change: (file: Document) => void): void {
    const file = this.file();
    change(file);
    writeFileSync(this.settingsFile, String(file));
  }
}
