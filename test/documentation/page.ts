import { readFileSync } from "node:fs";
import path from "node:path";
import { must } from "../../ops/process";
import { projectRoot } from "../../ops/project";

/** A fenced block of a page. */
export interface Block {
  /** Line of the page on which its content begins, from 1. */
  line: number;
  /** What stands after the fence: `sh`, `diff`, `ts`; empty for none. */
  language: string;
  text: string;
  /** The paragraph before it. */
  lead: string;
}

/** A page of the documentation. */
export class Page {
  readonly text: string;

  /** @param name as `docs/security.md` */
  constructor(readonly name: string) {
    this.text = readFileSync(path.join(projectRoot, name), "utf8");
  }

  /** Its fenced blocks, in their order; those that are indented (in a list) without that indent. */
  get blocks(): Block[] {
    const blocks: Block[] = [];
    let lead: string[] = [];
    let open: { fence: string; indent: number; block: Block } | undefined;
    for (const [index, line] of this.text.split("\n").entries()) {
      const [, indent = "", fence = "", language = ""] = /^( *)(```+)(\w*)\s*$/.exec(line) ?? [];
      if (open) {
        const isEnd = fence === open.fence;
        if (isEnd) {
          blocks.push(open.block);
          open = undefined;
          lead = [];
        } else open.block.text += `${line.slice(open.indent)}\n`;
      } else if (fence) {
        const block = { line: index + 2, language, text: "", lead: lead.join(" ").trim() };
        open = { fence, indent: indent.length, block };
      } else lead = line.trim() === "" && lead.at(-1) !== "" ? [...lead, ""] : nextLead(lead, line);
    }
    return blocks;
  }

  /** The text outside of its fenced blocks. */
  get prose(): string {
    return this.text.replace(/^( *)(```+)\w*\s*\n[\s\S]*?^\1\2\s*$/gm, "");
  }
}

/** A blank line ends a paragraph, which is the lead of a block until another one begins. */
function nextLead(lead: string[], line: string): string[] {
  return lead.at(-1) === "" ? [line.trim()] : [...lead, line.trim()];
}

/** README.md and all pages of docs/. */
export async function pages(): Promise<Page[]> {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "README.md", "docs/**/*.md", "docs/*.md"];
  const listed = await must("git", args, { cwd: projectRoot });
  return [...new Set(listed.trim().split("\n"))].map((name) => new Page(name));
}

/** The lines of a shell block as commands: without comments, with continued lines put together. */
export function commandsOf(script: string): string[] {
  return script
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}
