import type { Inventory } from "../../stacks/inventory";
import type { Finding } from "./check";

const marks = { good: "✔", wrong: "✖", unknown: "–" };
/** Below it a column for the text makes no sense. */
const leastText = 30;

/**
 * The findings for people: server by server, in the inventory's order, a line a check; last how many there are of each
 * kind.
 * @param columns what fits into a line; what is longer goes on below, under its text. @default as long as it is
 */
export function verifyPage(findings: Finding[], inventory: Pick<Inventory, "servers">, columns?: number): string {
  const names = inventory.servers.map(({ name }) => name);
  const others = [...new Set(findings.map(({ server }) => server))].filter((name) => !names.includes(name));
  const width = Math.max(...findings.map(({ what }) => what.length));
  const parts = [...names, ...others].flatMap((name) => {
    const own = findings.filter(({ server }) => server === name);
    if (own.length === 0) return [];
    const address = inventory.servers.find((server) => server.name === name)?.address;
    return [address ? `${name} (${address})` : name, ...own.map((one) => line(one, width, columns)), ""];
  });
  const count = (state: Finding["state"]) => findings.filter((one) => one.state === state).length;
  return [...parts, `${count("good")} good, ${count("wrong")} wrong, ${count("unknown")} could not be found out`].join(
    "\n",
  );
}

function line({ state, what, says }: Finding, width: number, columns: number | undefined): string {
  const head = `  ${marks[state]} ${what.padEnd(width)}  `;
  if (columns === undefined) return `${head}${says}`;
  return wrapped(says, Math.max(leastText, columns - head.length))
    .map((text, index) => `${index === 0 ? head : " ".repeat(head.length)}${text}`)
    .join("\n");
}

/** A text as lines of at most so many characters, broken between words; a longer word stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
