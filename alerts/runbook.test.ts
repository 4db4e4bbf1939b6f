import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { runbooksFolder } from "../ops/generated-docs";
import { rules } from "./rules";
import { runbookPages } from "./runbook";

const pages = runbookPages(rules);

describe("docs/runbooks", () => {
  it("has a page for every rule, and an index that names them all", () => {
    for (const { name } of rules) {
      expect(pages[`${name}.md`], name).toBeDefined();
      expect(pages["README.md"]).toContain(`[${name}](${name}.md)`);
    }
  });

  it("is what `npm run docs` writes today, and nothing else", () => {
    expect(readdirSync(runbooksFolder).sort()).toEqual(Object.keys(pages).sort());
    for (const [file, text] of Object.entries(pages)) {
      expect(readFileSync(path.join(runbooksFolder, file), "utf8"), `${file}: run npm run docs`).toBe(text);
    }
  });

  it("links only to pages that are there", () => {
    for (const [file, text] of Object.entries(pages)) {
      for (const [, target = ""] of text.matchAll(/\]\(([^)#]+)\)/g)) {
        if (target.startsWith("http")) continue;
        expect(target in pages || existsSync(path.join(runbooksFolder, target)), `${file} → ${target}`).toBe(true);
      }
    }
  });

  it("speaks to people, not in templates", () => {
    for (const [file, text] of Object.entries(pages)) {
      const prose = text.replace(/```[\s\S]*?```|`[^`]*`/g, "");
      expect(/\{\{|\$labels|\$value|\$threshold|undefined/.exec(prose)?.[0], file).toBeUndefined();
    }
  });
});
