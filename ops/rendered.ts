import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { placeholderCredentials } from "../components/credentials/credentials";
import { renderInventory } from "../components/monitoring/rendered-files";
import { dashboardsFor } from "../dashboards";
import type { Inventory } from "../stacks/inventory";

/**
 * Writes every generated file of a stack below a folder, as `<server>/<service>/<path>`, and what is given to Grafana, as
 * `grafana/dashboards/<uid>.json`; each of these folders is written anew, anything else there is left alone. Passwords
 * are placeholders.
 * @returns the paths, relative to the folder
 */
export async function writeRendered(inventory: Inventory, out: string): Promise<string[]> {
  const files = { ...renderInventory(inventory, placeholderCredentials), ...renderDashboards(inventory) };
  for (const folder of new Set(Object.keys(files).map((file) => file.split("/").slice(0, 2).join("/")))) {
    await rm(path.join(out, folder), { recursive: true, force: true });
  }
  for (const [file, content] of Object.entries(files)) {
    const target = path.join(out, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  return Object.keys(files);
}

/** The dashboards as their files: `grafana/dashboards/<uid>.json` → content. */
function renderDashboards(inventory: Inventory): Record<string, string> {
  return Object.fromEntries(
    dashboardsFor(inventory).map((one) => [`grafana/dashboards/${one.uid}.json`, `${JSON.stringify(one, null, 2)}\n`]),
  );
}
