import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Inventory } from "../../stacks/inventory";
import { attempt } from "../process";
import { projectRoot } from "../project";
import { writeRendered } from "../rendered";
import { packed, type WrittenArchive, writeArchive } from "./archive-file";
import type { SavedArchive } from "./manifest";
import { engineOf } from "./stack-engine";

/** The stack's file of settings, in the project. */
export const settingsFileOf = (stack: string) => `Pulumi.${stack}.yaml`;
export const stateFile = "stack.json";

/** What the stack's state and settings are, with every secret as encrypted as it is kept. */
export async function saveState(inventory: Inventory, folder: string): Promise<SavedArchive> {
  const { stack } = inventory;
  const settings = path.join(projectRoot, settingsFileOf(stack));
  return saveFiles("state.tar.gz", folder, {
    [stateFile]: await engineOf(inventory)(["stack", "export", "--stack", stack]),
    ...(existsSync(settings) ? { [settingsFileOf(stack)]: await readFile(settings, "utf8") } : {}),
  });
}

/** The configuration of every service, for people to read: what `npm run render` writes. */
export async function saveRendered(inventory: Inventory, folder: string): Promise<SavedArchive> {
  const out = await mkdtemp(path.join(os.tmpdir(), "rendered-"));
  try {
    const files: Record<string, string> = {};
    for (const file of await writeRendered(inventory, out)) {
      files[file] = await readFile(path.join(out, file), "utf8");
    }
    return await saveFiles("rendered.tar.gz", folder, files);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** The project's commit, with `+` when something is changed besides; nothing where there is no git. */
export async function commitOf(folder: string): Promise<string | undefined> {
  const git = (...args: string[]) => attempt("git", ["-C", folder, ...args]);
  const [head, changes] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")]);
  if (head.code !== 0) return undefined;
  return `${head.stdout.trim()}${changes.stdout.trim() === "" ? "" : "+"}`;
}

async function saveFiles(file: string, folder: string, files: Record<string, string>): Promise<SavedArchive> {
  const written: WrittenArchive = await writeArchive(packed(files), path.join(folder, file));
  return { file, ...written };
}
