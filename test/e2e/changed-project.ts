import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../../ops/project";

const parts = ["index.ts", "components", "stacks", "package.json", "tsconfig.json", "Pulumi.yaml", "Pulumi.test.yaml"];

/** A copy of the program with one edit, as somebody might make it, to be deployed over the same stack. */
export class ChangedProject {
  readonly root = mkdtempSync(path.join(os.tmpdir(), "changed-"));

  constructor(file: string, from: string, to: string) {
    for (const part of parts) cpSync(path.join(projectRoot, part), path.join(this.root, part), { recursive: true });
    symlinkSync(path.join(projectRoot, "node_modules"), path.join(this.root, "node_modules"));
    const edited = path.join(this.root, file);
    const text = readFileSync(edited, "utf8");
    if (!text.includes(from)) throw new Error(`${file} holds no ${from}`);
    writeFileSync(edited, text.replace(from, to));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
