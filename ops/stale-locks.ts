import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stateDirectory } from "./project";

/**
 * A `pulumi` that was killed leaves its lock, where the state is kept in files; it is removed when its process, on this
 * machine, is no more. Somebody else's, and one of a process that runs, stays: the engine says whose it is.
 * @param backend URL of the place where the state is kept; in this checkout unless the environment names another
 */
export function removeStaleLocks(stack: string, backend = process.env.PULUMI_BACKEND_URL): void {
  if (backend && !backend.startsWith("file:///")) return;
  const state = backend ? fileURLToPath(backend) : stateDirectory;
  const folder = path.join(state, ".pulumi", "locks", "organization", "monitoring", stack);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const { pid, hostname } = JSON.parse(readFileSync(file, "utf8"));
    if (hostname === os.hostname() && !existsSync(`/proc/${pid}`)) rmSync(file, { force: true });
  }
}
