import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";
import type { ImageSource } from "../stacks/images";
import { projectRoot, stateDirectory } from "./project";
import { type PulumiOptions, pulumi } from "./pulumi";

const stack = "local";

/** What a deployed stack says of itself. */
export interface StackOutputs {
  urls: Record<string, string>;
  passwords: Record<string, string>;
}

/** Makes what the stack `local` needs before it can be deployed: a place for its state, a passphrase, its settings. */
export async function prepareLocalStack(settings: { grafanaImage?: string | undefined }): Promise<void> {
  const passphrase = path.join(stateDirectory, "passphrase");
  if (!existsSync(passphrase)) {
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    writeFileSync(passphrase, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  }
  removeStaleLocks();
  if (!existsSync(path.join(stateDirectory, ".pulumi", "stacks", "monitoring", `${stack}.json`))) {
    await pulumi(["stack", "init", stack]);
  }
  const { grafanaImage } = settings;
  if (grafanaImage && localImageSource().images?.grafana !== grafanaImage) {
    await pulumi(["config", "set", "--stack", stack, "--path", "images.grafana", grafanaImage]);
  }
}

/** `pulumi up`, after a look at what is really there, so that what somebody removed or changed is put right. */
export async function deployLocalStack(options: PulumiOptions): Promise<void> {
  await pulumi(["up", "--stack", stack, "--yes", "--skip-preview", "--refresh"], options);
}

/** `pulumi destroy`: containers, volumes, network and files go, the images stay. */
export async function destroyLocalStack(options: PulumiOptions): Promise<void> {
  await pulumi(["destroy", "--stack", stack, "--yes", "--skip-preview"], options);
}

export async function readOutputs(name: string): Promise<StackOutputs> {
  return JSON.parse(await pulumi(["stack", "output", "--stack", name, "--json", "--show-secrets"]));
}

/** Where the stack `local` takes its images from, by its settings. */
export function localImageSource(): ImageSource {
  const file = path.join(projectRoot, `Pulumi.${stack}.yaml`);
  const config = existsSync(file) ? parse(readFileSync(file, "utf8"))?.config : undefined;
  return { registry: config?.["monitoring:imageRegistry"] || undefined, images: config?.["monitoring:images"] ?? {} };
}

/** A `pulumi` that was killed leaves its lock; it is removed when its process, on this machine, is no more. */
function removeStaleLocks(): void {
  const folder = path.join(stateDirectory, ".pulumi", "locks", "organization", "monitoring", stack);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const { pid, hostname } = JSON.parse(readFileSync(file, "utf8"));
    if (hostname === os.hostname() && !existsSync(`/proc/${pid}`)) rmSync(file, { force: true });
  }
}
