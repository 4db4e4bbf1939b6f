import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../ops/project";

const parts = [
  "index.ts",
  ...["alerts", "components", "dashboards", "functions", "images", "ops", "policy", "stacks"],
  ...["package.json", "package-lock.json", "tsconfig.json", "Pulumi.yaml"],
];
/** What is only pointed at. */
const links = ["node_modules", ".toolchain"];

/** A copy of the program, to be edited as somebody might edit it, and deployed over the same stack. */
export class ProjectCopy {
  readonly root = mkdtempSync(path.join(os.tmpdir(), "project-"));

  /** @param stack whose settings are copied too */
  constructor(stack: string) {
    for (const part of [...parts, `Pulumi.${stack}.yaml`]) {
      const source = path.join(projectRoot, part);
      if (existsSync(source)) {
        // As old as they are: a newer lock file would have the dependencies installed anew.
        cpSync(source, path.join(this.root, part), { recursive: true, preserveTimestamps: true });
      }
    }
    for (const link of links) symlinkSync(path.join(projectRoot, link), path.join(this.root, link));
  }

  /** @throws {Error} when the file does not hold `from`: the copy would be no different */
  edit(file: string, from: string, to: string): this {
    const place = path.join(this.root, file);
    const text = readFileSync(place, "utf8");
    if (!text.includes(from)) throw new Error(`${file} holds no ${from}`);
    writeFileSync(place, text.replace(from, to));
    return this;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
