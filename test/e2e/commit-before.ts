import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { attempt, must } from "../../ops/process";
import { projectRoot } from "../../ops/project";

/** The project as it was before the last change, to be deployed over the same stack. */
export class CommitBefore {
  private constructor(
    readonly root: string,
    readonly commit: string,
  ) {}

  /**
   * @param stack whose settings it has
   * @returns nothing where there is no such commit, as in a checkout without history
   */
  static async of(stack: string): Promise<CommitBefore | undefined> {
    const git = (...args: string[]) => attempt("git", args, { cwd: projectRoot });
    const isEdited = (await git("status", "--porcelain")).stdout.trim() !== "";
    const { code, stdout } = await git("rev-parse", "--verify", "--quiet", isEdited ? "HEAD" : "HEAD~1");
    if (code !== 0) return undefined;
    const root = mkdtempSync(path.join(os.tmpdir(), "before-"));
    const commit = stdout.trim();
    await must("sh", ["-c", `git -C "${projectRoot}" archive ${commit} | tar -x -C "${root}"`]);
    for (const link of ["node_modules", ".toolchain"]) symlinkSync(path.join(projectRoot, link), path.join(root, link));
    const settings = `Pulumi.${stack}.yaml`;
    copyFileSync(path.join(projectRoot, settings), path.join(root, settings));
    return new CommitBefore(root, commit);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
