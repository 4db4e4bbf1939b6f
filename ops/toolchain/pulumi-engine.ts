import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { must } from "../process";
import { type Report, step } from "../progress";
import { projectRoot } from "../project";
import { build, buildDirectory, type GoBuildName } from "./go-builds";
import { cacheDirectory, pulumiHome, toolPath } from "./tools";
import { npmVersion } from "./versions";

/** Plugin of the engine → the npm dependency that has its version, and the build that stands in for its release. */
const plugins = {
  docker: { sdk: "@pulumi/docker", build: "plugin-docker" },
  random: { sdk: "@pulumi/random", build: "plugin-random" },
  command: { sdk: "@pulumi/command", build: "plugin-command" },
  grafana: { sdk: "@pulumiverse/grafana", build: "plugin-grafana" },
} as const satisfies Record<string, { sdk: string; build: GoBuildName }>;

/** Where the programs in place of those that come with the released engine are. */
const nodejsHost = path.join(projectRoot, "lab", "toolchain", "nodejs");

/** The builds that take the released engine's and plugins' place. */
const builds: GoBuildName[] = ["pulumi", ...Object.values(plugins).map((plugin) => plugin.build)];

/** Released by their makers, or built here from the modules of the same versions. */
type Origin = "released" | "built";

/** Puts the Pulumi engine and its plugins into `.toolchain`: the released ones, or what was built from Go modules. */
export async function preparePulumi(report: Report, signal: AbortSignal): Promise<void> {
  const mark = path.join(pulumiHome, "origin");
  if (existsSync(mark) && existsSync(toolPath("pulumi")) && isCurrent(readFileSync(mark, "utf8"))) return;
  const origin: Origin = (await installReleased(report, signal)) ? "released" : "built";
  if (origin === "built") {
    for (const name of builds) await build(name, report, signal);
    linkBuilt();
  }
  writeWrapper(origin);
  writeFileSync(mark, markOf(origin));
}

/** Changes when any part of the engine would. */
function markOf(origin: Origin): string {
  const versions = Object.values(plugins).map(({ sdk }) => `${sdk} ${npmVersion(sdk)}`);
  return [origin, ...versions, ...partsOf(origin), ""].join("\n");
}

function isCurrent(mark: string): boolean {
  const origin = mark.split("\n")[0];
  if (origin !== "released" && origin !== "built") return false;
  return mark === markOf(origin) && partsOf(origin).every((part) => existsSync(part));
}

function partsOf(origin: Origin): string[] {
  return origin === "built" ? builds.map(buildDirectory) : [releasedRoot()];
}

function releasedRoot(): string {
  return path.join(cacheDirectory, `pulumi-released-${npmVersion("@pulumi/pulumi")}`);
}

/** Downloads the released CLI by Pulumi's own installer, and lets it download its plugins. */
async function installReleased(report: Report, signal: AbortSignal): Promise<boolean> {
  const version = npmVersion("@pulumi/pulumi");
  const { PulumiCommand } = await import("@pulumi/pulumi/automation");
  try {
    await step(report, `downloading Pulumi ${version}`, () => PulumiCommand.install({ root: releasedRoot() }));
    signal.throwIfAborted();
    linkInto(path.join(pulumiHome, "bin"), path.join(releasedRoot(), "bin"));
    const env = { ...process.env, PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
    await step(report, "downloading Pulumi's plugins", () =>
      must(path.join(pulumiHome, "bin", "pulumi"), ["plugin", "install"], { cwd: projectRoot, env, signal }),
    );
    return true;
  } catch (error) {
    signal.throwIfAborted();
    report(`Pulumi's release cannot be downloaded from here (${firstLine(error)})`);
    return false;
  }
}

function linkBuilt(): void {
  const bin = path.join(pulumiHome, "bin");
  rmSync(bin, { recursive: true, force: true });
  linkInto(bin, nodejsHost);
  // The engine looks for the language host beside itself, which a symbolic link would hide.
  sameFile(path.join(buildDirectory("pulumi"), "pulumi"), path.join(bin, "pulumi"));
  for (const [name, { sdk, build }] of Object.entries(plugins)) {
    const folder = path.join(pulumiHome, "plugins", `resource-${name}-v${npmVersion(sdk)}`);
    const [program = ""] = readdirSync(buildDirectory(build));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    symlinkSync(path.join(buildDirectory(build), program), path.join(folder, `pulumi-resource-${name}`));
  }
}

/** A hard link, or a copy where the cache is on another file system. */
function sameFile(file: string, place: string): void {
  try {
    linkSync(file, place);
  } catch {
    copyFileSync(file, place);
  }
}

/** Links every program of one folder into another. */
function linkInto(folder: string, from: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(from).filter((name) => name.startsWith("pulumi"))) {
    rmSync(path.join(folder, name), { force: true });
    symlinkSync(path.join(from, name), path.join(folder, name));
  }
}

/** `.toolchain/bin/pulumi`: the CLI with this project's plugins, for people and for the project's own commands alike. */
function writeWrapper(origin: Origin): void {
  const wrapper = toolPath("pulumi");
  mkdirSync(path.dirname(wrapper), { recursive: true });
  writeFileSync(`${wrapper}.new`, wrapperScript(origin));
  chmodSync(`${wrapper}.new`, 0o755);
  renameSync(`${wrapper}.new`, wrapper);
}

function wrapperScript(origin: Origin): string {
  return `#!/bin/sh
# Pulumi with this project's plugins. State and passphrase are kept in .state, unless the environment names others.
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
export PULUMI_HOME="$root/.toolchain/pulumi"
export PULUMI_SKIP_UPDATE_CHECK=true
${origin === "built" ? "# The plugins are this machine's own builds; there is nothing to download.\nexport PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true\n" : ""}if [ -z "\${PULUMI_BACKEND_URL:-}" ]; then
  mkdir -p -m 700 "$root/.state"
  export PULUMI_BACKEND_URL="file://$root/.state"
fi
if [ -z "\${PULUMI_CONFIG_PASSPHRASE+set}\${PULUMI_CONFIG_PASSPHRASE_FILE:-}" ] && [ -f "$root/.state/passphrase" ]; then
  export PULUMI_CONFIG_PASSPHRASE_FILE="$root/.state/passphrase"
fi
PATH="$root/.toolchain/pulumi/bin:$PATH" exec "$root/.toolchain/pulumi/bin/pulumi" "$@"
`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
