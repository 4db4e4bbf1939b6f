import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import { projectRoot } from "../project";

/**
 * Lends a copy of the stack's settings in which nothing is asked of the servers before the program runs: a server that
 * is away would stop the look at all others. The stack's own file stays as it is.
 */
export async function withoutPreflight<T>(stack: string, work: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "drift-"));
  try {
    const original = path.join(projectRoot, `Pulumi.${stack}.yaml`);
    const file = path.join(folder, `Pulumi.${stack}.yaml`);
    if (existsSync(original)) copyFileSync(original, file);
    const settings = parseDocument(existsSync(file) ? readFileSync(file, "utf8") : "{}");
    if (!settings.get("config")) settings.set("config", settings.createNode({}));
    settings.setIn(["config", "monitoring:preflight"], false);
    writeFileSync(file, String(settings), { mode: 0o600 });
    chmodSync(file, 0o600);
    return await work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
