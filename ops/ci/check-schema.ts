import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { attempt, must, type ProcessResult } from "../process";
import { cacheDirectory } from "../toolchain/tools";

const requirements = path.join(__dirname, "check-jsonschema", "requirements.txt");

/** Those schemas of the package check-jsonschema that are asked for. */
export type SchemaName = "gitlab-ci" | "renovate";

/** A Python that can install packages; undefined where there is none. */
export async function findPython(): Promise<string | undefined> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    if ((await attempt(python, ["-m", "pip", "--version"])).code === 0) return python;
  }
  return undefined;
}

/**
 * Holds a file against the JSON schema that its tool's makers publish. The package with the schemas is fetched from PyPI
 * once, in the versions of check-jsonschema/requirements.txt.
 */
export async function checkSchema(python: string, schema: SchemaName, file: string): Promise<ProcessResult> {
  const folder = await fetchCheck(python);
  return attempt(python, ["-m", "check_jsonschema", "--builtin-schema", `vendor.${schema}`, "--color", "never", file], {
    env: { ...process.env, PYTHONPATH: folder },
  });
}

async function fetchCheck(python: string): Promise<string> {
  const version = await must(python, ["--version"]);
  const mark = createHash("sha256").update(readFileSync(requirements)).update(version).digest("hex").slice(0, 8);
  const target = path.join(cacheDirectory, `check-jsonschema-${mark}`);
  if (existsSync(target)) return target;
  const staging = `${target}.${process.pid}`;
  const quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
  try {
    await must(python, ["-m", "pip", "install", ...quiet, "--no-deps", "--target", staging, "-r", requirements]);
    if (!existsSync(target)) renameSync(staging, target);
    return target;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
