import { readFileSync } from "node:fs";
import path from "node:path";
import { type ImageName, images } from "../../stacks/images";
import { projectRoot } from "../project";

const { dependencies } = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

/** The pinned version of an npm dependency; a Pulumi plugin's is that of its SDK. */
export function npmVersion(name: string): string {
  const version = dependencies[name];
  if (!version) throw new Error(`package.json: there is no dependency ${name}`);
  return version;
}

/** The version in a service's image tag, without its `v`. */
export function imageVersion(name: ImageName): string {
  const reference = images[name];
  return reference.slice(reference.lastIndexOf(":") + 1).replace(/^v/, "");
}
