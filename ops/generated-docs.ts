import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { rules } from "../alerts/rules";
import { runbookPages } from "../alerts/runbook";
import { loadInventory } from "../stacks";
import { listenersTable, outsideTable } from "./docs-access";
import { architectureSvg } from "./docs-architecture";
import { projectRoot } from "./project";

const docs = path.join(projectRoot, "docs");
/** Where the runbooks stand in the checkout. */
export const runbooksFolder = path.join(docs, "runbooks");
const securityPage = path.join(docs, "security.md");

/**
 * What is drawn and listed from the inventory of the stack `prod`.
 * @returns by the files' paths, with all of their text
 */
export async function inventoryDocs(): Promise<Record<string, string>> {
  const prod = await loadInventory("prod");
  const tables = { listeners: listenersTable(prod), outside: outsideTable(prod) };
  return {
    [path.join(docs, "architecture.svg")]: architectureSvg(prod),
    [securityPage]: withTables(await readFile(securityPage, "utf8"), tables),
  };
}

/**
 * Puts tables where a page has room for them, between comments that name each.
 * @throws {Error} when the page has no room for one
 */
function withTables(page: string, tables: Record<string, string>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const room = new RegExp(`(<!-- ${name}: .+ -->\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
    if (!room.test(text)) throw new Error(`docs/security.md has no room for the table ${name}`);
    return text.replace(room, (_, start, end) => `${start}\n${table}\n\n${end}`);
  }, page);
}

/** Writes every generated document, and removes the pages of rules that are no more. */
export async function writeGeneratedDocs(folder = runbooksFolder): Promise<{ written: string[]; removed: string[] }> {
  const pages = runbookPages(rules);
  await mkdir(folder, { recursive: true });
  const removed = (await readdir(folder)).filter((file) => !(file in pages));
  for (const file of removed) await rm(path.join(folder, file));
  for (const [file, text] of Object.entries(pages)) await writeFile(path.join(folder, file), text);
  for (const [file, text] of Object.entries(await inventoryDocs())) await writeFile(file, text);
  return { written: Object.keys(pages), removed };
}
