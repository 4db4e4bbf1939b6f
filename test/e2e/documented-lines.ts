import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../../ops/project";

/** The lines of `npm run verify` that docs/verify.md explains. */
export function documentedLines(): string[] {
  const page = readFileSync(path.join(projectRoot, "docs", "verify.md"), "utf8");
  const [, table = ""] = page.split("## What each line says");
  const named = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = ""]) => documented(name));
  return [...named, "grafana: loki", "grafana: alertmanager"];
}

/** A line's name as that page has it: of whichever server, and of the watcher's as of the first ones. */
export function documented(what: string): string {
  return what.replace(/^watcher-/, "").replace(/^to .+/, "to …");
}
