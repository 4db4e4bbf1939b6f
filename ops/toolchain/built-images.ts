import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import tar from "tar-stream";
import type { ImageName } from "../../stacks/images";
import { CommandError } from "../command";
import { must } from "../process";
import { type Report, step } from "../progress";
import {
  extractPackage,
  fetchPackaged,
  type PackagedProgram,
  packagedDirectory,
  systemRelease,
} from "./debian-packages";
import { build, buildDirectory, type GoBuildName, prometheusPage } from "./go-builds";
import { fetchNode, librariesOf, nodeDirectory } from "./node-program";
import { celeryExporterDirectory, fetchCeleryExporter } from "./python-program";
import { cacheDirectory } from "./tools";
import { imageVersion } from "./versions";

/** What an image is made of, besides its programs: as little as the released one has that ours relies on. */
interface BuiltImage {
  /** Where its programs come from: a Go module that is built, a package of npm, PyPI or the system. */
  build: GoBuildName | "node" | "celery-exporter" | PackagedProgram;
  /** Its name, where it is not what the upstream image of that name is. @default the upstream image's */
  reference?: string;
  /** Where the released image has its programs. */
  programs: string;
  /** The shared libraries that the programs need, where they are on this machine. @default none: they need none */
  libraries?: boolean;
  entrypoint: string[];
  /** A shell, `wget`, `grep` and the like, as the released image has; by busybox. */
  shell: boolean;
  /** Folders that volumes take their owner from: path → user and group id. */
  folders?: Record<string, number>;
  /** Path → content. */
  files?: Record<string, string>;
  /** @default / */
  workingDirectory?: string;
}

const prometheusPages = "/usr/share/prometheus/web/ui";

/** An exporter of the system's packages, in whatever version: it does not go by the upstream image's name. */
function packaged(debian: string, as: string): BuiltImage {
  return {
    build: { debian, program: debian, as },
    reference: `monitoring-as-code/${debian}:${systemRelease()}`,
    programs: "/bin",
    libraries: true,
    entrypoint: ["/bin/sh", "/bin/known-flags.sh", `/bin/${as}`],
    shell: true,
  };
}

/** NVIDIA's exporter is nowhere but in its registry. */
export const builtImages: Record<Exclude<ImageName, "dcgm-exporter">, BuiltImage> = {
  "node-exporter": {
    build: "node-exporter",
    programs: "/bin",
    entrypoint: ["/bin/node_exporter"],
    shell: true,
  },
  cadvisor: {
    build: "cadvisor",
    programs: "/usr/bin",
    entrypoint: ["/usr/bin/cadvisor", "-logtostderr"],
    shell: true,
  },
  prometheus: {
    build: "prometheus",
    programs: "/bin",
    entrypoint: ["/bin/prometheus"],
    shell: true,
    folders: { "/prometheus": 65_534 },
    // Without built-in pages, Prometheus reads them from below a working directory of this name.
    workingDirectory: prometheusPages,
    files: { [`${prometheusPages}/static/mantine-ui/index.html`]: prometheusPage },
  },
  alertmanager: {
    build: "alertmanager",
    programs: "/bin",
    entrypoint: ["/bin/alertmanager"],
    shell: true,
    folders: { "/alertmanager": 65_534 },
  },
  loki: {
    build: "loki",
    programs: "/usr/bin",
    entrypoint: ["/usr/bin/loki"],
    shell: false,
    folders: { "/loki": 10_001 },
  },
  promtail: { build: "promtail", programs: "/usr/bin", entrypoint: ["/usr/bin/promtail"], shell: true },
  grafana: {
    build: "grafana-stand-in",
    // Never Grafana's own name, so that nobody takes the one for the other.
    reference: `monitoring-as-code/grafana-stand-in:${imageVersion("grafana")}`,
    programs: "/usr/bin",
    entrypoint: ["/usr/bin/grafana-stand-in"],
    shell: true,
    folders: { "/var/lib/grafana": 472 },
  },
  node: {
    build: "node",
    programs: "/usr/local/bin",
    libraries: true,
    entrypoint: ["/usr/local/bin/node"],
    shell: true,
  },
  "postgres-exporter": packaged("prometheus-postgres-exporter", "postgres_exporter"),
  "redis-exporter": packaged("prometheus-redis-exporter", "redis_exporter"),
  "blackbox-exporter": packaged("prometheus-blackbox-exporter", "blackbox_exporter"),
  "celery-exporter": {
    build: "celery-exporter",
    programs: "/",
    entrypoint: ["python", "/app/cli.py"],
    shell: true,
  },
};

/**
 * How an image is made here.
 * @throws {CommandError} for one that cannot be
 */
export function recipeOf(name: ImageName): BuiltImage {
  if (name !== "dcgm-exporter") return builtImages[name];
  throw new CommandError(
    `the image of ${name} can be pulled from nowhere and cannot be made here: name a registry that mirrors it (setting ` +
      "imageRegistry) or another image (setting images).",
  );
}

/** Where the programs of an image are, or will be. */
export function programsOf(name: ImageName): string {
  const { build: source } = recipeOf(name);
  if (source === "node") return nodeDirectory();
  if (source === "celery-exporter") return celeryExporterDirectory();
  return typeof source === "object" ? packagedDirectory(source) : buildDirectory(source);
}

/** Builds or fetches the programs of an image, unless the cache has them. */
export async function makePrograms(name: ImageName, report: Report, signal: AbortSignal): Promise<void> {
  const { build: source } = recipeOf(name);
  if (source === "node") return fetchNode(report, signal);
  if (source === "celery-exporter") return fetchCeleryExporter(report, signal);
  return typeof source === "object" ? fetchPackaged(source, report, signal) : build(source, report, signal);
}

/** Label of an image that was made here: what it was made of. */
const buildLabel = "monitoring.build";

/** Whether an image was made here, and of what this checkout would make it. */
export function isCurrentImage(labels: Record<string, string>, name: ImageName): boolean {
  return labels[buildLabel] === markOf(name);
}

/** Whether an image was made here, of whatever. */
export function isBuiltImage(labels: Record<string, string>): boolean {
  return buildLabel in labels;
}

/** Makes a service's image of programs that were built from its Go module, under `reference`. */
export async function buildImage(
  name: ImageName,
  reference: string,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const image = recipeOf(name);
  await makePrograms(name, report, signal);
  const busybox = image.shell ? await fetchBusybox(report, signal) : undefined;
  await step(report, `making the image ${reference}`, async () => {
    const changes = [
      `ENTRYPOINT ${JSON.stringify(image.entrypoint)}`,
      `WORKDIR ${image.workingDirectory ?? "/"}`,
      "ENV PATH=/bin:/usr/bin",
      `LABEL ${buildLabel}=${markOf(name)}`,
    ];
    await must("docker", ["import", ...changes.flatMap((change) => ["--change", change]), "-", reference], {
      input: Readable.from(await pack(image, programsOf(name), busybox)),
      signal,
    });
  });
}

function markOf(name: ImageName): string {
  return path.basename(programsOf(name));
}

async function pack(image: BuiltImage, source: string, busybox: string | undefined): Promise<tar.Pack> {
  const archive = tar.pack();
  const folders = new Map<string, number>([["/tmp", 0]]);
  for (const [folder, owner] of Object.entries(image.folders ?? {})) folders.set(folder, owner);
  for (const [folder, owner] of folders) {
    const mode = folder === "/tmp" ? 0o1777 : 0o755;
    archive.entry({ name: folder.slice(1), type: "directory", mode, uid: owner, gid: owner });
  }
  const certificates = "/etc/ssl/certs/ca-certificates.crt";
  if (existsSync(certificates)) archive.entry({ name: certificates.slice(1) }, readFileSync(certificates));
  for (const [file, content] of Object.entries(image.files ?? {})) archive.entry({ name: file.slice(1) }, content);
  const programs = readdirSync(source, { recursive: true, encoding: "utf8" });
  for (const program of programs) packFile(archive, path.join(source, program), path.join(image.programs, program));
  const linked = programs.map((name) => path.join(source, name)).filter((file) => !file.endsWith(".sh"));
  for (const library of image.libraries ? await librariesOf(linked) : []) {
    archive.entry({ name: library.slice(1), mode: 0o755 }, readFileSync(library));
  }
  if (busybox) await packBusybox(archive, busybox);
  archive.finalize();
  return archive;
}

/** With its time, by which Python knows whether what it compiled is of today's source. */
function packFile(archive: tar.Pack, file: string, place: string): void {
  const name = place.slice(1);
  const found = lstatSync(file);
  if (found.isSymbolicLink()) archive.entry({ name, type: "symlink", linkname: readlinkSync(file) });
  else if (found.isFile()) archive.entry({ name, mode: 0o755, mtime: statSync(file).mtime }, readFileSync(file));
}

async function packBusybox(archive: tar.Pack, busybox: string): Promise<void> {
  archive.entry({ name: "bin/busybox", mode: 0o755 }, readFileSync(busybox));
  const applets = (await must(busybox, ["--list"])).trim().split("\n");
  for (const name of applets.filter((name) => name !== "busybox")) {
    archive.entry({ name: `bin/${name}`, type: "symlink", linkname: "busybox" });
  }
}

/** The statically linked busybox of Debian's packages. */
async function fetchBusybox(report: Report, signal: AbortSignal): Promise<string> {
  const target = path.join(cacheDirectory, "busybox-static");
  const program = path.join(target, "bin", "busybox");
  if (existsSync(program)) return program;
  const staging = `${target}.${process.pid}`;
  mkdirSync(staging, { recursive: true });
  try {
    const root = await extractPackage("busybox-static", staging, report, signal);
    rmSync(target, { recursive: true, force: true });
    // Newer Debian releases have it below /usr.
    const found = ["bin", "usr/bin"].find((folder) => existsSync(path.join(root, folder, "busybox")));
    if (!found || !lstatSync(path.join(root, found, "busybox")).isFile()) {
      throw new CommandError("the package busybox-static holds no bin/busybox.");
    }
    mkdirSync(path.dirname(program), { recursive: true });
    renameSync(path.join(root, found, "busybox"), program);
    return program;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
