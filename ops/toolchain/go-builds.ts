import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { CommandError } from "../command";
import { attempt, must } from "../process";
import { type Report, step } from "../progress";
import { projectRoot } from "../project";
import { cacheDirectory } from "./tools";
import { imageVersion, npmVersion } from "./versions";

const neededGo = [1, 26] as const;
/** Goes up with the way of building, so that what was built otherwise is not taken for the same. */
const recipe = 2;

/** A program that is built from a Go module where its release cannot be downloaded. */
export interface GoBuild {
  /** The folder with its go.mod, relative to the project. */
  folder: string;
  /** Version of what is built. */
  version: string;
  /** Packages with a main; `.` is the folder itself. */
  packages: string[];
  /** Go variables that hold the version → what to set them to. */
  stamp?: Record<string, string>;
  /** Files to put beside the vendored modules, which carry everything but these; compressed as their names say. */
  additions?: Record<string, string>;
  /** How long it takes from nothing on two cores, in minutes. */
  minutes: number;
}

const toolchain = (folder: string) => path.join("lab", "toolchain", "go", folder);

const promStamp = (version: string) => ({
  "github.com/prometheus/common/version.Version": version,
  "github.com/prometheus/common/version.Branch": "module",
  "github.com/prometheus/common/version.BuildUser": "monitoring-as-code",
});

const noWebPages = (what: string) =>
  `<!doctype html><title>${what}</title><p>This ${what} was built from its Go module, which does not carry the web pages. ` +
  "Its HTTP API is all here; Grafana and the command line tools show what it knows.</p>\n";

/** Everything that can be built, under the name of its folder. */
export const goBuilds = {
  pulumi: pulumiPart("pulumi", npmVersion("@pulumi/pulumi"), 5, ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"]),
  "plugin-docker": pulumiPart("plugin-docker", npmVersion("@pulumi/docker"), 3),
  "plugin-random": pulumiPart("plugin-random", npmVersion("@pulumi/random"), 1),
  "plugin-command": pulumiPart("plugin-command", npmVersion("@pulumi/command"), 1),
  "plugin-grafana": pulumiPart("plugin-grafana", npmVersion("@pulumiverse/grafana"), 1),
  "node-exporter": service("node-exporter", imageVersion("node-exporter"), 1, {
    packages: ["github.com/prometheus/node_exporter"],
    stamp: promStamp(imageVersion("node-exporter")),
  }),
  cadvisor: service("cadvisor", imageVersion("cadvisor"), 1, {
    stamp: { "github.com/google/cadvisor/version.Version": imageVersion("cadvisor") },
  }),
  prometheus: service("prometheus", imageVersion("prometheus"), 5, {
    packages: ["github.com/prometheus/prometheus/cmd/prometheus", "github.com/prometheus/prometheus/cmd/promtool"],
    stamp: promStamp(imageVersion("prometheus")),
  }),
  alertmanager: service("alertmanager", imageVersion("alertmanager"), 2, {
    packages: ["github.com/prometheus/alertmanager/cmd/alertmanager", "github.com/prometheus/alertmanager/cmd/amtool"],
    stamp: promStamp(imageVersion("alertmanager")),
    additions: {
      "github.com/prometheus/alertmanager/ui/app/dist/index.html.gz": noWebPages("Alertmanager"),
      "github.com/prometheus/alertmanager/ui/app/dist/index.html.br": noWebPages("Alertmanager"),
    },
  }),
  loki: service("loki", imageVersion("loki"), 5, {
    packages: ["github.com/grafana/loki/v3/cmd/loki"],
    stamp: { "github.com/grafana/loki/v3/pkg/util/build.Version": imageVersion("loki") },
  }),
  promtail: service("promtail", imageVersion("promtail"), 4, {
    packages: ["github.com/grafana/loki/v3/clients/cmd/promtail"],
    stamp: { "github.com/grafana/loki/v3/pkg/util/build.Version": imageVersion("promtail") },
  }),
  "grafana-stand-in": {
    folder: path.join("lab", "grafana"),
    version: imageVersion("grafana"),
    packages: ["."],
    minutes: 1,
  },
  // For the tests alone.
  actionlint: {
    folder: path.join("ops", "ci", "actionlint"),
    version: "1.7.12",
    packages: ["github.com/rhysd/actionlint/cmd/actionlint"],
    minutes: 1,
  },
} as const satisfies Record<string, GoBuild>;

export type GoBuildName = keyof typeof goBuilds;

/** The page that the built Prometheus shows in place of its own; it looks for it in its working directory. */
export const prometheusPage = noWebPages("Prometheus");

function pulumiPart(folder: string, version: string, minutes: number, packages: string[] = ["."]): GoBuild {
  const stamp = { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${version}` };
  return { folder: toolchain(folder), version, packages, stamp, minutes };
}

function service(folder: string, version: string, minutes: number, more: Partial<GoBuild>): GoBuild {
  return { folder: toolchain(folder), version, packages: ["."], minutes, ...more };
}

/** Where a build's programs are, or will be. The name holds the version and a hash of all that the build is made of. */
export function buildDirectory(name: GoBuildName): string {
  const build: GoBuild = goBuilds[name];
  return path.join(cacheDirectory, `${name}-${build.version}-${hashOf(build)}`);
}

/** Builds the programs, unless the cache has them. Interrupted or failed, it leaves nothing half-made. */
export async function build(name: GoBuildName, report: Report, signal: AbortSignal): Promise<void> {
  const { folder, version, packages, stamp = {}, additions, minutes }: GoBuild = goBuilds[name];
  const target = buildDirectory(name);
  if (existsSync(target)) return;
  await checkGo();
  const staging = `${target}.${process.pid}`;
  const source = additions ? path.join(staging, "source") : path.join(projectRoot, folder);
  const output = path.join(staging, "bin");
  mkdirSync(output, { recursive: true });
  try {
    await step(report, `building ${name} ${version} from its Go module, usually ${minutes} min`, async () => {
      if (additions) await vendor(path.join(projectRoot, folder), source, additions, signal);
      const stamps = Object.entries(stamp).map(([variable, value]) => `-X ${variable}=${value}`);
      const flags = ["-trimpath", "-ldflags", ["-s", "-w", ...stamps].join(" "), ...(additions ? ["-mod=vendor"] : [])];
      // Named after its package or, where that is the folder itself, after the build.
      const place = packages[0] === "." ? path.join(output, name) : `${output}${path.sep}`;
      await must("go", ["build", ...flags, "-o", place, ...packages], {
        cwd: source,
        env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
        signal,
      });
    });
    // Another run may have been faster.
    if (!existsSync(target)) renameSync(output, target);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function vendor(folder: string, copy: string, additions: Record<string, string>, signal: AbortSignal) {
  cpSync(folder, copy, { recursive: true });
  // -e: what it misses is just what the additions bring.
  await must("go", ["mod", "vendor", "-e"], { cwd: copy, env: { ...process.env, GOWORK: "off" }, signal });
  for (const [file, content] of Object.entries(additions)) {
    const place = path.join(copy, "vendor", file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, compressed(file, content));
  }
}

function compressed(file: string, content: string): string | Buffer {
  if (file.endsWith(".gz")) return gzipSync(content);
  return file.endsWith(".br") ? brotliCompressSync(content) : content;
}

async function checkGo(): Promise<void> {
  const { code, stdout } = await attempt("go", ["env", "GOVERSION"]);
  const [major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
  if (code === 0 && (major > neededGo[0] || (major === neededGo[0] && minor >= neededGo[1]))) return;
  throw new CommandError(
    `the released programs cannot be downloaded from here, and to build them Go ${neededGo.join(".")} or newer is needed ` +
      `(${code === 0 ? `there is ${stdout.trim()}` : "there is none on the PATH"}). Install it and run the command again.`,
  );
}

function hashOf(build: GoBuild): string {
  const hash = createHash("sha256").update(JSON.stringify({ recipe, ...build }));
  const folder = path.join(projectRoot, build.folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go") && !entry.name.endsWith(".md"))
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(path.relative(folder, file)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
}
