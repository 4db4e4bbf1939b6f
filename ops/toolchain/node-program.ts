import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { must } from "../process";
import { type Report, step } from "../progress";
import { cacheDirectory } from "./tools";
import { imageVersion } from "./versions";

/** The version in the tag of Node.js' image, as `22.23.3`. */
const version = imageVersion("node").replace(/-.*$/, "");
/** Node.js' program alone, as npm has it for this machine's processor. */
const npmPackage = `node-linux-${process.arch}`;

/** Where Node.js' program is, or will be; for images, not for this project's own commands. */
export function nodeDirectory(): string {
  return path.join(cacheDirectory, `node-${version}-${process.arch}`);
}

/** Fetches Node.js' program, unless the cache has it. */
export async function fetchNode(report: Report, signal: AbortSignal): Promise<void> {
  const target = nodeDirectory();
  if (existsSync(target)) return;
  const staging = `${target}.${process.pid}`;
  mkdirSync(path.join(staging, "bin"), { recursive: true });
  try {
    await step(report, `fetching Node.js ${version} from npm`, async () => {
      await must("npm", ["pack", "--silent", `${npmPackage}@${version}`], { cwd: staging, signal });
      const [archive = ""] = readdirSync(staging).filter((file) => file.endsWith(".tgz"));
      await must("tar", ["-xzf", archive, "--strip-components=1", "package/bin/node"], { cwd: staging, signal });
    });
    if (!existsSync(target)) renameSync(path.join(staging, "bin"), target);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The shared libraries that programs are linked with, and the loader, as absolute paths on this machine. */
export async function librariesOf(programs: string[]): Promise<string[]> {
  const listed = await must("ldd", programs);
  return [...new Set([...listed.matchAll(/(\/\S+\.so\S*) \(0x/g)].map(([, file = ""]) => file))];
}
