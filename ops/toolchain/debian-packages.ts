import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../command";
import { attempt, must } from "../process";
import { type Report, step } from "../progress";
import { projectRoot } from "../project";
import { cacheDirectory } from "./tools";

/** A program of the system's packages, for an image. */
export interface PackagedProgram {
  /** Its package. */
  debian: string;
  /** Below `/usr/bin` in the package. */
  program: string;
  /** What it is called in the image. */
  as: string;
}

/** Lets an older release than the deployed one start with its flags. */
export const knownFlags = path.join(projectRoot, "lab", "toolchain", "debian", "known-flags.sh");

/** The system whose packages these are, as `debian-12`. */
export function systemRelease(): string {
  const file = "/etc/os-release";
  const release = existsSync(file) ? readFileSync(file, "utf8") : "";
  const value = (name: string) => new RegExp(`^${name}="?([^"\n]+)`, "m").exec(release)?.[1] ?? "unknown";
  return `${value("ID")}-${value("VERSION_ID")}`;
}

/** Where a program of a package is, or will be, with what starts it. */
export function packagedDirectory({ debian }: PackagedProgram): string {
  const start = createHash("sha256").update(readFileSync(knownFlags)).digest("hex").slice(0, 8);
  return path.join(cacheDirectory, `${debian}-${systemRelease()}-${start}`);
}

/** Fetches a program out of its package, without installing that, unless the cache has it. */
export async function fetchPackaged(one: PackagedProgram, report: Report, signal: AbortSignal): Promise<void> {
  const target = packagedDirectory(one);
  if (existsSync(target)) return;
  const staging = `${target}.${process.pid}`;
  const output = path.join(staging, "bin");
  mkdirSync(output, { recursive: true });
  try {
    const root = await extractPackage(one.debian, path.join(staging, "package"), report, signal);
    copyFileSync(path.join(root, "usr", "bin", one.program), path.join(output, one.as));
    copyFileSync(knownFlags, path.join(output, path.basename(knownFlags)));
    if (!existsSync(target)) renameSync(output, target);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * Downloads a package of the system's and unpacks it into a folder.
 * @returns the folder's part that is the package's root
 * @throws {CommandError} when it cannot be had
 */
export async function extractPackage(
  name: string,
  folder: string,
  report: Report,
  signal: AbortSignal,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const root = path.join(folder, "root");
  await step(report, `fetching ${name} from the system's packages`, async () => {
    const download = () => attempt("apt-get", ["download", name], { cwd: folder, signal });
    if ((await download()).code !== 0) {
      await must("apt-get", ["update"], { signal });
      const { code, stderr } = await download();
      if (code !== 0) {
        throw new CommandError(
          `${name}, which an image made here needs, cannot be fetched (apt-get download ${name}): ${stderr.trim()}`,
        );
      }
    }
    const file = readdirSync(folder).find((entry) => entry.endsWith(".deb")) ?? "";
    await must("dpkg-deb", ["--extract", path.join(folder, file), root], { signal });
  });
  return root;
}
