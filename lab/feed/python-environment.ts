import { createHash } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { must } from "../../ops/process";
import { type Report, step } from "../../ops/progress";
import { cacheDirectory } from "../../ops/toolchain/tools";

/** Packages of PyPI's in an environment of their own, by exact version. */
export const pythonEnvironments = {
  ray: ["ray[default,serve]==2.60.0"],
} as const;
export type PythonEnvironment = keyof typeof pythonEnvironments;

/** Where an environment is, or will be. */
export function pythonDirectory(name: PythonEnvironment): string {
  const hash = createHash("sha256").update(JSON.stringify(pythonEnvironments[name])).digest("hex").slice(0, 12);
  return path.join(cacheDirectory, `python-${name}-${hash}`);
}

/** A program of an environment, as `celery`. */
export function pythonProgram(name: PythonEnvironment, program: string): string {
  return path.join(pythonDirectory(name), "bin", program);
}

/** Installs an environment, unless the cache has it. */
export async function preparePython(name: PythonEnvironment, report: Report, signal?: AbortSignal): Promise<void> {
  const target = pythonDirectory(name);
  const mark = path.join(target, "complete");
  if (existsSync(mark)) return;
  await step(report, `installing ${name} from PyPI, usually 1 min`, async () => {
    // Its programs hold its path, so that it cannot be made elsewhere and moved.
    rmSync(target, { recursive: true, force: true });
    await must("python3", ["-m", "venv", target], { signal });
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await must(pythonProgram(name, "python"), [...pip, ...pythonEnvironments[name]], { signal });
    writeFileSync(mark, "");
  });
}
