import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { rules } from "../alerts/rules";
import { inventoryDocs } from "../ops/generated-docs";
import { must } from "../ops/process";
import { projectRoot } from "../ops/project";

const { scripts } = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8"));
const listed = await must("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: projectRoot,
});
const pages = listed.trim().split("\n");
const textOf = (page: string) => readFileSync(path.join(projectRoot, page), "utf8");

/** A heading's name in a link, as GitHub and GitLab make it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
const anchorsOf = (page: string) =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

describe("every page", () => {
  const links = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
      ([, target = "", anchor]) => ({ page, anchor, target: target && path.join(path.dirname(page), target) }),
    ),
  );

  it("leads to files that are there", () => {
    const lost = links.filter(({ target }) => !existsSync(path.join(projectRoot, target)));
    expect(lost.map(({ page, target }) => `${page}: ${target}`)).toEqual([]);
  });

  it("leads to chapters that are there", () => {
    const toChapters = links.filter(({ anchor }) => anchor !== undefined);
    expect(toChapters.length).toBeGreaterThan(3);
    const lost = toChapters.filter(({ page, target, anchor = "" }) => !anchorsOf(target || page).includes(anchor));
    expect(lost.map(({ page, target, anchor }) => `${page}: ${target}#${anchor}`)).toEqual([]);
  });

  it("names commands that there are", () => {
    const unknown = pages.flatMap((page) =>
      [...textOf(page).matchAll(/npm run (?:-s |--silent )?([a-z][a-z-]*)/g)]
        .map(([, name = ""]) => name)
        .filter((name) => !(name in scripts))
        .map((name) => `${page}: npm run ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it("of docs/ is found from docs/README.md", () => {
    const index = textOf("docs/README.md");
    // Below a folder with a page of its own, that one is the index.
    const expected = pages.filter(
      (page) =>
        page.startsWith("docs/") &&
        page !== "docs/README.md" &&
        !/^docs\/(runbooks|dashboards)\/[A-Z]\w+\.md$/.test(page),
    );
    expect(expected.filter((page) => !index.includes(`(${path.relative("docs", page)})`))).toEqual([]);
  });

  it("names settings that there are", () => {
    const settings = [...(textOf("Pulumi.yaml").split("\nconfig:\n")[1] ?? "").matchAll(/^ {2}(\w+):$/gm)].map(
      ([, name = ""]) => name,
    );
    const table = textOf("README.md").split("### Settings of a stack")[1]?.split("\n## ")[0] ?? "";
    const named = [...table.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []);
    // Written by `npm start`, for itself alone.
    expect(named.sort()).toEqual(settings.filter((name) => name !== "builtImages").sort());
  });
});

it("the guide's answers name rules that there are", () => {
  const named = [...textOf("docs/guide.md").matchAll(/`([A-Z][A-Za-z]+)`/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(3);
  for (const name of named)
    expect(existsSync(path.join(projectRoot, "docs", "runbooks", `${name}.md`)), name).toBe(true);
});

it("the README counts the rules as they are", () => {
  expect(textOf("README.md")).toContain(`${rules.length} alert rules`);
});

it("what is drawn and listed from stacks/prod.ts is what `npm run docs` writes today", async () => {
  for (const [file, text] of Object.entries(await inventoryDocs())) {
    expect(readFileSync(file, "utf8"), `${file}: run npm run docs`).toBe(text);
  }
});
