import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ProjectCopy } from "../../lab/project-copy";
import { attempt, type ProcessResult } from "../../ops/process";
import { projectRoot } from "../../ops/project";
import { type Block, commandsOf, type Page } from "./page";
import { keyOf, whereRun } from "./where-run";

/** What a project's copy lacks that a page may speak of. */
const more = ["test", "lab", "bench", "docs", "vitest.config.ts", "biome.json", "README.md"];
/** Variables by which one vitest would tell another that it is its own worker. */
const ofTests = /^(VITEST|TEST$|NODE_ENV$|TINYPOOL|FORCE_COLOR$)/;

/** What a page's command left behind. */
export interface Ran extends ProcessResult {
  command: string;
}

/** Has a command run where the world of the page is not there, as its servers. */
export type Circumstance = (walk: WalkThrough, run: () => Promise<Ran>) => Promise<Ran>;

/** A copy of the project in which pages are followed, as a person would: their edits made, their commands run. */
export class WalkThrough {
  private readonly copy = new ProjectCopy("prod");
  /** What the pages call `/tmp`. */
  readonly temporary = mkdtempSync(path.join(os.tmpdir(), "walk-through-"));
  readonly ran: Ran[] = [];
  private readonly env: NodeJS.ProcessEnv;

  /** @param circumstances command, as `keyOf` has it → what is made so, and undone, around it */
  constructor(private readonly circumstances: Record<string, Circumstance> = {}) {
    for (const part of more) {
      cpSync(path.join(projectRoot, part), path.join(this.root, part), { recursive: true, preserveTimestamps: true });
    }
    const state = path.join(this.temporary, "state");
    mkdirSync(state);
    const own = Object.entries(process.env).filter(([name]) => !ofTests.test(name));
    this.env = { ...Object.fromEntries(own), NO_COLOR: "1", PULUMI_BACKEND_URL: `file://${state}` };
  }

  get root(): string {
    return this.copy.root;
  }

  /**
   * Does what a page says, block by block: `diff` and `ts` blocks are edits of the file that the paragraph before them
   * names, `sh` blocks are commands, of which those run here that whereRun says so of, and a `text` block is what they
   * print.
   * @throws {Error} when an edit does not fit, a command fails, or prints something else
   */
  async follow(page: Page): Promise<void> {
    let printed = "";
    for (const block of page.blocks) {
      const at = `${page.name}:${block.line}`;
      if (block.language === "diff") this.change(block, at);
      if (block.language === "ts") this.create(block, at);
      if (block.language === "sh") printed = await this.run(block, at);
      if (block.language === "text") expectPrinted(block, printed, at);
    }
  }

  /** A file of the copy. */
  read(file: string): string {
    return readFileSync(path.join(this.root, file), "utf8");
  }

  write(file: string, text: string): void {
    writeFileSync(path.join(this.root, file), text);
  }

  /** Runs a command by the shell, with the pages' `/tmp` in a folder of its own. */
  async shell(command: string): Promise<Ran> {
    const script = command.replaceAll("/tmp/", `${this.temporary}/`);
    const result = await attempt("bash", ["-ec", script], { cwd: this.root, env: this.env });
    return { command, ...result };
  }

  remove(): void {
    this.copy.remove();
    rmSync(this.temporary, { recursive: true, force: true });
  }

  /** What is replaced has to be there, once. */
  private change({ text, lead }: Block, at: string): void {
    const file = fileNamed(lead, at);
    const lines = text.replace(/\n$/, "").split("\n");
    const side = (mark: string) =>
      lines.filter((line) => line === "" || line[0] === " " || line[0] === mark).map((line) => line.slice(1));
    const [before, after] = [side("-"), side("+")].map((one) => one.join("\n"));
    const parts = this.read(file).split(before ?? "");
    if (parts.length !== 2) throw new Error(`${at}: ${file} holds ${parts.length - 1} times, not once:\n${before}`);
    this.write(file, parts.join(after));
  }

  private create({ text, lead }: Block, at: string): void {
    const file = fileNamed(lead, at);
    if (existsSync(path.join(this.root, file))) throw new Error(`${at}: ${file} is there already`);
    this.write(file, text);
  }

  private async run({ text }: Block, at: string): Promise<string> {
    let printed = "";
    for (const command of commandsOf(text)) {
      const [, name, value] = /^export (\w+)=(\S+)$/.exec(command) ?? [];
      if (name) this.env[name] = value;
      if (whereRun[keyOf(command)] !== "here") continue;
      const run = () => this.shell(command);
      const ran = await (this.circumstances[keyOf(command)]?.(this, run) ?? run());
      this.ran.push(ran);
      if (ran.code !== 0) throw new Error(`${at}: ${command} ended with ${ran.code}:\n${ran.stdout}${ran.stderr}`);
      printed += ran.stdout + ran.stderr;
    }
    return printed;
  }
}

/** The file that a paragraph names first, as in "In `stacks/prod.ts`, …:". */
function fileNamed(lead: string, at: string): string {
  const [, file] = /`([\w./-]+\.\w+)`/.exec(lead) ?? [];
  if (!file) throw new Error(`${at}: the paragraph before it names no file`);
  return file;
}

/** Each line has to be in what was printed; `…` stands for anything. */
function expectPrinted({ text }: Block, printed: string, at: string): void {
  for (const line of text.trim().split("\n")) {
    const words = line.trim().split("…").map(escaped);
    const pattern = new RegExp(words.join(".*").replace(/ +/g, "\\s+"));
    if (!pattern.test(printed)) throw new Error(`${at}: what was printed has no line\n${line}\nbut:\n${printed}`);
  }
}

function escaped(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
