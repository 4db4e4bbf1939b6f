import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { dashboardsFor } from "../../dashboards";
import { answersTo } from "./answers";
import type { Feed } from "./feed";
import { feedInventory } from "./inventory";
import { pictureOf } from "./picture/picture";

/** Draws every dashboard with what the feed answers now, as `<folder>/<uid>.svg`. @returns the files */
export async function drawDashboards(feed: Feed, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const dashboard of dashboardsFor(feedInventory)) {
    const shown = { from: feed.start, to: Date.now() / 1000 };
    const minutes = Math.round((shown.to - shown.from) / 60);
    const day = new Date(shown.to * 1000).toISOString().slice(0, 10);
    const note = `${minutes} minutes of real exporters under load on ${day}, two servers played by one machine`;
    const file = path.join(folder, `${dashboard.uid}.svg`);
    await writeFile(file, pictureOf(dashboard, await answersTo(dashboard, feed, shown), shown, note));
    files.push(file);
  }
  return files;
}
