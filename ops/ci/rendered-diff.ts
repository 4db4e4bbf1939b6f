import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CommandError } from "../command";
import { attempt, must } from "../process";
import { projectRoot } from "../project";

/**
 * What a change does to the files that land on the servers: every generated file of the base, rendered by the base's own
 * code, against those of this checkout.
 * @param base commit or branch that the change is to go to
 * @returns as `git diff`; empty when they are the same
 * @throws {CommandError} when either cannot be rendered
 */
export async function renderedDiff(stack: string, base: string, signal?: AbortSignal): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "rendered-"));
  const worktree = path.join(folder, "base-code");
  const git = (...args: string[]) => must("git", args, { cwd: projectRoot, signal });
  const [before, after] = ["base", "head"].map((name) => path.join(folder, name)) as [string, string];
  try {
    const commit = (await git("merge-base", base, "HEAD")).trim();
    await git("worktree", "add", "--detach", worktree, commit);
    await provideDependencies(worktree, signal);
    await render(worktree, stack, before, signal);
    await render(projectRoot, stack, after, signal);
    const { code, stdout, stderr } = await attempt(
      "git",
      ["diff", "--no-index", "--no-color", "--no-prefix", "base", "head"],
      { cwd: folder, signal },
    );
    if (code > 1) throw new CommandError(`the rendered files cannot be compared: ${stderr.trim()}`);
    return stdout;
  } finally {
    await attempt("git", ["worktree", "remove", "--force", worktree], { cwd: projectRoot });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Those of this checkout, where the lock file is the same; else its own. */
async function provideDependencies(worktree: string, signal: AbortSignal | undefined): Promise<void> {
  const lock = (root: string) => readFileSync(path.join(root, "package-lock.json"), "utf8");
  if (lock(worktree) === lock(projectRoot)) {
    symlinkSync(path.join(projectRoot, "node_modules"), path.join(worktree, "node_modules"));
  } else {
    await must("npm", ["install", "--no-save", "--loglevel=error"], { cwd: worktree, signal });
  }
}

/** A stack that the code does not know yet, or no more, has no files. */
async function render(root: string, stack: string, out: string, signal: AbortSignal | undefined): Promise<void> {
  await must("mkdir", ["-p", out], { signal });
  if (!existsSync(path.join(root, "stacks", `${stack}.ts`))) return;
  const command = ["--import=tsx", path.join("ops", "render.ts"), "--stack", stack, "--out", out];
  await must(process.execPath, command, { cwd: root, signal });
}
