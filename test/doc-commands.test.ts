import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attempt } from "../ops/process";
import { projectRoot } from "../ops/project";
import { commandsOf, type Page, pages } from "./documentation/page";
import { WalkThrough } from "./documentation/walk-through";
import { followedBy, keyOf, whereRun } from "./documentation/where-run";

interface Named {
  command: string;
  /** As `docs/secrets.md:31`, or the page alone. */
  at: string;
  /** Named in a sentence, which may leave out how it is called. */
  isInline: boolean;
}

/** Programs that a block without a language may call, as `npm run up`; other lines of it are no commands. */
const program = /^(npm|npx|pulumi|\.toolchain\/bin\/\w+|docker|git) /;

const all = (await pages()).filter(({ name }) => !(name in followedBy));
/** Pages that test/walk-throughs.test.ts follows from above to below. */
const isFollowed = (name: string) => name === "README.md" || name.startsWith("docs/walk-throughs/");
const named: Named[] = all.flatMap((page) => [...inBlocks(page), ...inSentences(page)]);
const textOf = (file: string) => readFileSync(path.join(projectRoot, file), "utf8");

function inBlocks(page: Page): Named[] {
  return page.blocks
    .filter(({ language }) => language === "sh" || language === "")
    .flatMap(({ text, line, language }) =>
      commandsOf(text)
        .filter((command) => language === "sh" || program.test(command))
        .map((command) => ({ command, at: `${page.name}:${line}`, isInline: false })),
    );
}

function inSentences({ name, prose }: Page): Named[] {
  return [...prose.matchAll(/`((?:npm|npx|pulumi|\.toolchain\/bin\/pulumi) [^`]+)`/g)]
    .map(([, command = ""]) => command.replaceAll(/\s+/g, " "))
    .map((command) => ({ command, at: name, isInline: true }));
}

/** Whether the table has it; in a sentence `npm run lab` may stand for all that begins so. */
function isKnown({ command, isInline }: Named): boolean {
  const key = keyOf(command);
  return key in whereRun || (isInline && Object.keys(whereRun).some((known) => known.startsWith(`${key} `)));
}

describe("every command of the documentation", () => {
  it("is in the table of where it is run", () => {
    expect(named.length).toBeGreaterThan(100);
    const unknown = named
      .filter((one) => !isKnown(one))
      .map(({ command, at }) => `${at}: ${command} (${keyOf(command)})`);
    expect([...new Set(unknown)], "add them to test/documentation/where-run.ts").toEqual([]);
  });

  it("is where the table says", () => {
    const lost = Object.entries(whereRun).filter(
      ([, where]) => typeof where === "object" && "by" in where && !textOf(where.by).includes(where.as),
    );
    expect(lost.map(([key]) => key)).toEqual([]);
    for (const [page, test] of Object.entries(followedBy)) expect(textOf(test), page).toContain(page);
  });

  it("is still said somewhere, if it is in the table", () => {
    const said = new Set(named.map(({ command }) => keyOf(command)));
    const begun = named.filter(({ isInline }) => isInline).map(({ command }) => `${keyOf(command)} `);
    const unsaid = Object.keys(whereRun).filter(
      (key) => !said.has(key) && !begun.some((start) => key.startsWith(start)),
    );
    expect(unsaid).toEqual([]);
  });
});

/** Of those that are run here, those that no followed page runs. */
const followed = new Set(
  named
    .filter(({ at, isInline }) => isFollowed(at.split(":")[0] ?? "") && !isInline)
    .map(({ command }) => keyOf(command)),
);
const here = new Map(
  named
    .filter(({ command }) => whereRun[keyOf(command)] === "here" && !followed.has(keyOf(command)))
    .map(({ command }) => [keyOf(command), command]),
);

describe("what the project writes about itself", () => {
  let walk: WalkThrough;
  beforeAll(() => {
    walk = new WalkThrough();
  });
  afterAll(() => walk.remove());

  it.each([...here.values()].filter((command) => command.startsWith("npm ")))("%s", async (command) => {
    const { code, stdout, stderr } = await walk.shell(command);
    expect(code, stdout + stderr).toBe(0);
  });
});

/** A stack that is nothing but passwords, in which Pulumi's own commands do what the pages say. */
describe("what Pulumi is asked for", () => {
  let folder: string;
  const tried = [...here.values()].filter((command) => /^(\.toolchain\/bin\/)?pulumi /.test(command));
  const shell = (command: string, more: { input?: string; passphrase?: string } = {}) => {
    const { input = "", passphrase = "old" } = more;
    const script = `export PATH=$PWD/.toolchain/bin:$PATH\n${command}`;
    const state = { PULUMI_BACKEND_URL: `file://${folder}/state`, PULUMI_CONFIG_PASSPHRASE: passphrase };
    return attempt("bash", ["-ec", script], { cwd: folder, env: { ...process.env, ...state }, input });
  };
  const run = async (command: string, more = {}): Promise<string> => {
    const { code, stdout, stderr } = await shell(command, more);
    expect(code, `${command}\n${stdout}${stderr}`).toBe(0);
    return stdout;
  };
  const passwords = async (passphrase = "old") =>
    JSON.parse(await run("pulumi stack output --json --show-secrets --stack prod", { passphrase }));
  const pick = (key: string) => tried.find((command) => keyOf(command) === key) ?? "";

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "doc-commands-"));
    mkdirSync(path.join(folder, "state"));
    for (const link of ["node_modules", ".toolchain"])
      symlinkSync(path.join(projectRoot, link), path.join(folder, link));
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: monitoring\nruntime: nodejs\nmain: index.js\n");
    writeFileSync(path.join(folder, "package.json"), "{}");
    const program = [
      'const { RandomPassword } = require("@pulumi/random");',
      'const passwordOf = (name) => new RandomPassword(name + "-password", { length: 32 }).result;',
      'for (const name of ["exporters", "grafana"]) exports[name] = passwordOf(name);',
    ].join("\n");
    writeFileSync(path.join(folder, "index.js"), program);
    await run("pulumi stack init prod && pulumi up --stack prod --yes --skip-preview --non-interactive");
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is all tried below", () => {
    expect(tried.map(keyOf).sort()).toEqual([
      "pulumi preview --diff --refresh",
      "pulumi stack change-secrets-provider",
      "pulumi up --replace",
    ]);
  });

  it("a new password in place of one, and of no other", async () => {
    const before = await passwords();
    await run(`${pick("pulumi up --replace")} --yes --skip-preview --non-interactive`);
    const after = await passwords();
    expect(after.exporters).not.toBe(before.exporters);
    expect(after.grafana).toBe(before.grafana);
  }, 120_000);

  it("a preview with what is different", async () => {
    expect(await run(`${pick("pulumi preview --diff --refresh")} --non-interactive`)).toContain("unchanged");
  }, 120_000);

  it("another passphrase, after which the old one opens nothing", async () => {
    const before = await passwords();
    await run(pick("pulumi stack change-secrets-provider"), { input: "new\nnew\n" });
    expect(await passwords("new")).toEqual(before);
    expect((await shell("pulumi stack output --json --show-secrets --stack prod")).code).not.toBe(0);
  }, 120_000);
});

it("pages that are followed are there", () => {
  for (const page of ["README.md", "server", "rule", "panel", "receiver"]) {
    const name = page.endsWith(".md") ? page : `docs/walk-throughs/${page}.md`;
    expect(existsSync(path.join(projectRoot, name)), name).toBe(true);
    expect(textOf("test/walk-throughs.test.ts"), name).toContain(`follow("${name}")`);
  }
});
