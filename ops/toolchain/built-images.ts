import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import tar from "tar-stream";
import type { ImageName } from "../../stacks/images";
import { CommandError } from "../command";
import { attempt, must } from "../process";
import { type Report, step } from "../progress";
import { build, buildDirectory, type GoBuildName, prometheusPage } from "./go-builds";
import { cacheDirectory } from "./tools";

/** What an image is made of, besides its programs: as little as the released one has that ours relies on. */
interface BuiltImage {
  build: GoBuildName;
  /** Where the released image has its programs. */
  programs: string;
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

export const builtImages: Record<ImageName, BuiltImage> = {
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
    programs: "/usr/bin",
    entrypoint: ["/usr/bin/grafana-stand-in"],
    shell: true,
    folders: { "/var/lib/grafana": 472 },
  },
};

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
  const image = builtImages[name];
  await build(image.build, report, signal);
  const busybox = image.shell ? await fetchBusybox(report, signal) : undefined;
  await step(report, `making the image ${reference}`, async () => {
    const changes = [
      `ENTRYPOINT ${JSON.stringify(image.entrypoint)}`,
      `WORKDIR ${image.workingDirectory ?? "/"}`,
      "ENV PATH=/bin:/usr/bin",
      `LABEL ${buildLabel}=${markOf(name)}`,
    ];
    await must("docker", ["import", ...changes.flatMap((change) => ["--change", change]), "-", reference], {
      input: Readable.from(await pack(image, busybox)),
      signal,
    });
  });
}

function markOf(name: ImageName): string {
  return path.basename(buildDirectory(builtImages[name].build));
}

async function pack(image: BuiltImage, busybox: string | undefined): Promise<tar.Pack> {
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
  for (const program of readdirSync(buildDirectory(image.build))) {
    const content = readFileSync(path.join(buildDirectory(image.build), program));
    archive.entry({ name: path.join(image.programs, program).slice(1), mode: 0o755 }, content);
  }
  if (busybox) await packBusybox(archive, busybox);
  archive.finalize();
  return archive;
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
    await step(report, "fetching busybox from the system's packages", async () => {
      const download = () => attempt("apt-get", ["download", "busybox-static"], { cwd: staging, signal });
      if ((await download()).code !== 0) {
        await must("apt-get", ["update"], { signal });
        const { code, stderr } = await download();
        if (code !== 0) {
          throw new CommandError(
            `busybox, which the images made here need, cannot be fetched (apt-get download busybox-static): ${stderr.trim()}`,
          );
        }
      }
      const [file = ""] = readdirSync(staging);
      await must("dpkg-deb", ["--extract", path.join(staging, file), path.join(staging, "root")], { signal });
    });
    rmSync(target, { recursive: true, force: true });
    // Newer Debian releases have it below /usr.
    const found = ["bin", "usr/bin"].find((folder) => existsSync(path.join(staging, "root", folder, "busybox")));
    if (!found || !lstatSync(path.join(staging, "root", found, "busybox")).isFile()) {
      throw new CommandError("the package busybox-static holds no bin/busybox.");
    }
    mkdirSync(path.dirname(program), { recursive: true });
    renameSync(path.join(staging, "root", found, "busybox"), program);
    return program;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
