import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { columnField, type Field, type ShownPanel, valueColor, valueText } from "./shown-panel";
import { type Box, colors, line, text, widthOf } from "./svg";
import { fitting, more } from "./values";

interface Column {
  /** Label, or `Value`, `Value #A` … */
  name: string;
  title: string;
  field: Field;
}

type Row = Map<string, string | number>;

interface Cell {
  content: string;
  color: string;
  isNumber: boolean;
}

const lineHeight = 16;

/** A row for each set of labels, with the columns that the panel keeps. */
export function drawTable(shown: ShownPanel, box: Box): string {
  const columns = columnsOf(shown.panel);
  const rows = sorted(rowsOf(shown, columns), shown.panel, columns);
  const { shownOnes, rest } = fitting(rows, Math.floor((box.height - lineHeight) / lineHeight));
  const cells = shownOnes.map((row) => columns.map((column) => cellOf(row.get(column.name), column.field)));
  const widths = widthsOf(columns, cells, box.width);
  let x = box.x;
  const parts = columns.map(({ title }, index) => {
    const width = widths[index] ?? 0;
    const isNumber = cells.some((row) => row[index]?.isNumber);
    const place = isNumber ? x + width - 8 : x;
    const anchor = isNumber ? "end" : "start";
    const head = text(place, box.y + 10, title, {
      size: 9.5,
      bold: true,
      color: colors.faint,
      anchor,
      width: width - 8,
    });
    const body = cells.map((row, number) => {
      const { content = "", color = colors.text } = row[index] ?? {};
      const y = box.y + (number + 1) * lineHeight + 12;
      return text(place, y, content, { size: 10, color, anchor, width: width - 8 });
    });
    x += width;
    return head + body.join("");
  });
  parts.push(line([box.x, box.y + 15], [box.x + box.width, box.y + 15], colors.line));
  if (rest > 0) parts.push(more(rest, box, box.y + (shownOnes.length + 1) * lineHeight + 11));
  return parts.join("");
}

interface Transformation {
  id: string;
  options?: {
    include?: { names?: string[] };
    indexByName?: Record<string, number>;
    renameByName?: Record<string, string>;
  };
}

function columnsOf(panel: Panel): Column[] {
  const transformations = (panel.transformations ?? []) as Transformation[];
  const find = (id: string) => transformations.find((one) => one.id === id)?.options ?? {};
  const { renameByName = {}, indexByName = {} } = find("organize");
  const names = [...(find("filterFieldsByName").include?.names ?? [])];
  names.sort((one, other) => (indexByName[one] ?? 0) - (indexByName[other] ?? 0));
  return names.map((name) => {
    const title = renameByName[name] ?? name;
    return { name, title, field: columnField(panel, title) };
  });
}

function rowsOf({ answers }: ShownPanel, columns: Column[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { question, series } of answers) {
    for (const { labels, points } of series) {
      const kept = columns.flatMap(({ name }): [string, string][] => (labels[name] ? [[name, labels[name]]] : []));
      const key = JSON.stringify(kept);
      const row: Row = rows.get(key) ?? new Map(kept);
      const value = points.at(-1)?.[1];
      if (value !== undefined) row.set(answers.length > 1 ? `Value #${question.refId}` : "Value", value);
      rows.set(key, row);
    }
  }
  return [...rows.values()];
}

function sorted(rows: Row[], panel: Panel, columns: Column[]): Row[] {
  const sortBy = (panel.options as { sortBy?: { displayName: string; desc?: boolean }[] } | undefined)?.sortBy?.[0];
  const name = columns.find(({ title }) => title === sortBy?.displayName)?.name;
  if (!name) return rows;
  const order = (one: Row, other: Row) => {
    const [a = "", b = ""] = [one.get(name), other.get(name)];
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  };
  return [...rows].sort((one, other) => (sortBy?.desc ? -order(one, other) : order(one, other)));
}

function cellOf(value: string | number | undefined, field: Field): Cell {
  if (typeof value !== "number") return { content: value ?? "", color: colors.text, isNumber: false };
  const color = field.steps.length > 0 || field.mappings.length > 0 ? valueColor(value, field) : undefined;
  return { content: valueText(value, field), color: color ?? colors.text, isNumber: true };
}

/** What each column wants; where that is more than there is, all are narrowed alike. */
function widthsOf(columns: Column[], cells: Cell[][], width: number): number[] {
  const wanted = columns.map(({ title }, index) => {
    const contents = cells.map((row) => widthOf(row[index]?.content ?? "", 10));
    return Math.max(widthOf(title, 9.5, { bold: true }), ...contents) + 12;
  });
  const sum = wanted.reduce((one, other) => one + other, 0);
  return wanted.map((one) => (one * width) / sum);
}

/** Log lines, the newest first, each with its time and its container. */
export function drawLines({ series }: ShownPanel, box: Box): string {
  const all = series.flatMap(({ labels, lines = [] }) =>
    lines.map(([time, content]) => ({ time, content, from: [labels.server, labels.container].join(" ") })),
  );
  all.sort((one, other) => other.time - one.time);
  const { shownOnes, rest } = fitting(all, Math.floor(box.height / 14));
  const names = Math.max(...shownOnes.map(({ from }) => widthOf(from, 9.5))) + 10;
  const parts = shownOnes.map(({ time, content, from }, index) => {
    const y = box.y + index * 14 + 10;
    const clock = new Date(time * 1000).toISOString().slice(11, 19);
    return [
      text(box.x, y, clock, { size: 9.5, color: colors.faint, mono: true }),
      text(box.x + 56, y, from, { size: 9.5, color: colors.faint, width: names - 6 }),
      text(box.x + 56 + names, y, content, { size: 9.5, mono: true, width: box.width - 56 - names }),
    ].join("");
  });
  if (rest > 0) parts.push(more(rest, box, box.y + shownOnes.length * 14 + 11));
  return parts.join("");
}
