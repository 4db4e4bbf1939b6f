import os from "node:os";
import path from "node:path";
import { projectRoot } from "../project";

/** The tools that the project's own commands use, under their usual names. */
export const toolsDirectory = path.join(projectRoot, ".toolchain", "bin");

/** `PULUMI_HOME`: the engine, its plugins, and its memory of the stacks. */
export const pulumiHome = path.join(projectRoot, ".toolchain", "pulumi");

/** What was fetched or built, by version; outside the checkout, so that every checkout of this machine shares it. */
export const cacheDirectory = path.join(
  process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"),
  "monitoring-as-code",
);

/** Where a tool is, as `.toolchain/bin/promtool`. */
export function toolPath(name: string): string {
  return path.join(toolsDirectory, name);
}
