/** Text as a block that shows it as it is, whatever stands in it. */
export function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
}

/** A table; what stands in its cells is shown as it is: no markup, no link, nobody mentioned. */
export function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map((row) => line(row.map(plain)))].join("\n");
}

function plain(text: string): string {
  const escaped = text.replace(/[\\`*_[\]{}<>()#|!~@&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return escaped.replace(/\s*\n\s*/g, " ");
}

/** The first lines of a text, as many as fit, and how many are left out. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const lines = text.split("\n");
  const kept: string[] = [];
  let length = 60;
  for (const line of lines) {
    length += line.length + 1;
    if (length > longest) break;
    kept.push(line);
  }
  return [...kept, `… ${lines.length - kept.length} more lines; the job's log has them all`].join("\n");
}
