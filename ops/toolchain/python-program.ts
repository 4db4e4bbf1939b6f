import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import { CommandError } from "../command";
import { attempt, must } from "../process";
import { type Report, step } from "../progress";
import { projectRoot } from "../project";
import { systemRelease } from "./debian-packages";
import { librariesOf } from "./node-program";
import { cacheDirectory } from "./tools";
import { imageVersion } from "./versions";

/** Goes up with the way of making, so that what was made otherwise is not taken for the same. */
const recipe = 2;
/** Its requirements, and the command that the package on PyPI leaves out. */
const source = path.join(projectRoot, "lab", "toolchain", "python", "celery-exporter");
const parts = ["requirements.txt", "cli.py"];
/** Debian's, whatever else is called so on the PATH: it goes into the image with all that it needs. */
const python = "/usr/bin/python3";
/** Parts of Python's own library that no service runs. */
const needless = /^(__pycache__|test|idlelib|tkinter|turtledemo|ensurepip|lib2to3|pydoc_data|config-.*)$/;

/** Where celery-exporter is, or will be: the folders of an image, from `/` on. */
export function celeryExporterDirectory(): string {
  const hash = createHash("sha256").update(String(recipe));
  for (const part of parts) hash.update(readFileSync(path.join(source, part)));
  const mark = hash.digest("hex").slice(0, 8);
  return path.join(cacheDirectory, `celery-exporter-${imageVersion("celery-exporter")}-${systemRelease()}-${mark}`);
}

/** Installs celery-exporter from PyPI beside the system's Python, unless the cache has it. */
export async function fetchCeleryExporter(report: Report, signal: AbortSignal): Promise<void> {
  const target = celeryExporterDirectory();
  if (existsSync(target)) return;
  const staging = `${target}.${process.pid}`;
  try {
    if ((await attempt(python, ["-m", "pip", "--version"])).code !== 0) await installPython(report, signal);
    await step(report, "fetching celery-exporter from PyPI", async () => {
      await installExporter(path.join(staging, "app"), signal);
      await copyPython(staging);
    });
    if (!existsSync(target)) renameSync(staging, target);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function installPython(report: Report, signal: AbortSignal): Promise<void> {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, signal };
  await step(report, "installing Python from the system's packages", async () => {
    await must("apt-get", ["update"], options);
    await must("apt-get", ["install", "--yes", "--no-install-recommends", "python3", "python3-pip"], options);
  });
}

/** Beside its command, where Python finds it. */
async function installExporter(folder: string, signal: AbortSignal): Promise<void> {
  const quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
  const requirements = path.join(source, "requirements.txt");
  // Its package asks for a Python below 3.13 and runs on later ones as well.
  const install = [
    "install",
    ...quiet,
    "--no-deps",
    "--ignore-requires-python",
    "--target",
    folder,
    "-r",
    requirements,
  ];
  await must(python, ["-m", "pip", ...install], { signal });
  rmSync(path.join(folder, "bin"), { recursive: true, force: true });
  copyFileSync(path.join(source, "cli.py"), path.join(folder, "cli.py"));
}

/** The interpreter, its own library, and every shared library that either is linked with. */
async function copyPython(root: string): Promise<void> {
  const program = realpathSync(python);
  const library = path.join("/usr/lib", path.basename(program));
  mkdirSync(path.join(root, "usr", "bin"), { recursive: true });
  copyFileSync(program, path.join(root, program));
  for (const name of ["python3", "python"]) symlinkSync(path.basename(program), path.join(root, "usr", "bin", name));
  const isWanted = (file: string) => !needless.test(path.relative(library, file));
  cpSync(library, path.join(root, library), {
    recursive: true,
    dereference: true,
    preserveTimestamps: true,
    filter: isWanted,
  });
  const modules = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".so"));
  const linked = await librariesOf([program, ...modules.map((file) => path.join(root, file))]);
  for (const file of [...linked, await libraryOfThreads()]) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    copyFileSync(file, path.join(root, file));
  }
}

/** What the C library loads only when a thread ends. */
async function libraryOfThreads(): Promise<string> {
  const known = await must("/sbin/ldconfig", ["-p"]);
  const [, file] = /libgcc_s\.so\.1 .*=> (\S+)/.exec(known) ?? [];
  if (!file)
    throw new CommandError("this machine has no libgcc_s.so.1, which celery-exporter needs: install libgcc-s1.");
  return file;
}
