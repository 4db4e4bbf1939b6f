/** Columns of the terminal that a command prints to; nothing where lines may be of any length: a file, a pipe. */
export function terminalColumns(stream: NodeJS.WriteStream = process.stdout): number | undefined {
  return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
}

/** How long something has taken, behind what it is. */
const time = / \(\d+:\d\d\)$/;

/** A line cut to so many columns, with a mark where something is missing; the time at its end stays. */
export function cut(line: string, columns: number | undefined): string {
  if (columns === undefined || line.length <= columns) return line;
  const [end = ""] = time.exec(line) ?? [];
  return `${line.slice(0, columns - 1 - end.length).trimEnd()}…${end}`;
}

/**
 * A text whose longer lines go on below, two columns further in, broken between words. A word that is longer than a
 * line (an address, a path) stays whole, so that it can be copied.
 */
export function folded(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split("\n")
    .map((line) => foldedLine(line, columns))
    .join("\n");
}

function foldedLine(line: string, columns: number): string {
  if (line.length <= columns) return line;
  const indent = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(" ")) {
    const isFirst = current.trim() === "";
    if (!isFirst && current.length + 1 + word.length > columns) {
      lines.push(current.trimEnd());
      current = `${indent}  ${word}`;
    } else current = isFirst ? `${current}${word}` : `${current} ${word}`;
  }
  return [...lines, current].join("\n");
}
