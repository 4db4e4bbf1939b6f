import type * as pulumi from "@pulumi/pulumi";
import { type ImageName, type ImageSource, images } from "./images";

/** A stack's settings, `Pulumi.<stack>.yaml`; what each means stands in `Pulumi.yaml`. */
export interface Settings {
  sshKeyFile?: string | undefined;
  knownHosts?: string | undefined;
  preflight: boolean;
  imageSource: ImageSource;
  /** Parts of the inventory's `channels` that are different here. */
  channels: object;
}

/** A setting that is wrong; shown without a stack trace. */
export class SettingsError extends Error {}

/** @throws {SettingsError} which names the setting that is wrong */
export function readSettings(config: pulumi.Config): Settings {
  return {
    sshKeyFile: text(config, "sshKeyFile"),
    knownHosts: text(config, "knownHosts"),
    preflight: config.getBoolean("preflight") ?? true,
    imageSource: {
      registry: text(config, "imageRegistry"),
      images: { ...readImages(config, "builtImages"), ...readImages(config, "images") },
    },
    channels: config.getObject<object>("channels") ?? {},
  };
}

/** An empty text is the default of `Pulumi.yaml`: not set. */
function text(config: pulumi.Config, name: string): string | undefined {
  return config.get(name) || undefined;
}

function readImages(config: pulumi.Config, setting: string): Partial<Record<ImageName, string>> {
  const named = config.getObject<Record<string, string>>(setting) ?? {};
  const unknown = Object.keys(named).filter((name) => !(name in images));
  if (unknown.length > 0) {
    throw new SettingsError(
      `Setting ${setting}: there is no service ${unknown.join(", ")} (there are: ${Object.keys(images).join(", ")}).`,
    );
  }
  return named;
}
