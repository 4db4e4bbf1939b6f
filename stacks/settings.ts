import type * as pulumi from "@pulumi/pulumi";
import { type ImageName, type ImageSource, images } from "./images";

/** A stack's settings, `Pulumi.<stack>.yaml`; what each means stands in `Pulumi.yaml`. */
export interface Settings {
  sshKeyFile?: string | undefined;
  knownHosts?: string | undefined;
  preflight: boolean;
  imageSource: ImageSource;
}

/** @throws {pulumi.RunError}-like errors that name the setting */
export function readSettings(config: pulumi.Config): Settings {
  return {
    sshKeyFile: config.get("sshKeyFile"),
    knownHosts: config.get("knownHosts"),
    preflight: config.getBoolean("preflight") ?? true,
    imageSource: { registry: config.get("imageRegistry"), images: readImages(config) },
  };
}

function readImages(config: pulumi.Config): Partial<Record<ImageName, string>> {
  const named = config.getObject<Record<string, string>>("images") ?? {};
  const unknown = Object.keys(named).filter((name) => !(name in images));
  if (unknown.length > 0) {
    throw new Error(
      `Setting images: there is no service ${unknown.join(", ")} (there are: ${Object.keys(images).join(", ")}).`,
    );
  }
  return named;
}
