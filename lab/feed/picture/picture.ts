import type { Dashboard, GridPos, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Answer } from "../answers";
import type { ShownTime } from "../grafana-variables";
import { isRow } from "../questions";
import { drawGraph, drawStates } from "./graphs";
import { drawLines, drawTable } from "./lists";
import { type ShownPanel, shownPanel } from "./shown-panel";
import { type Box, colors, line, rect, text } from "./svg";
import { drawBars, drawStatistic } from "./values";

/** Pixels of a column of Grafana's 24, and of a line of its grid. */
const columnWidth = 40;
const lineHeight = 21;
const margin = 12;
const heading = 46;
const columns = 24;

/**
 * A dashboard as a picture: its grid, with what came back for each panel.
 * @param note stands beside the title: what run the values are from
 * @returns an SVG document
 */
export function pictureOf(dashboard: Dashboard, answers: Answer[], time: ShownTime, note: string): string {
  const entries = dashboard.panels ?? [];
  const lines = Math.max(...entries.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
  const [width, height] = [columns * columnWidth + 2 * margin, heading + lines * lineHeight + margin];
  const title = dashboard.title ?? "";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif">`,
    `<title>${title}</title>`,
    rect({ x: 0, y: 0, width, height }, colors.page),
    text(margin, 29, title, { size: 18, bold: true, width: width * 0.4 }),
    text(width - margin, 28, note, { size: 10.5, color: colors.faint, anchor: "end", width: width * 0.58 }),
    ...entries.map((entry) => drawEntry(entry, answers, time)),
    "</svg>\n",
  ].join("\n");
}

function drawEntry(entry: Panel | RowPanel, answers: Answer[], time: ShownTime): string {
  const box = placeOf(entry.gridPos);
  if (isRow(entry)) {
    const y = box.y + box.height - 6;
    const title = text(box.x, y, entry.title ?? "", { size: 12.5, bold: true, width: box.width });
    return title + line([box.x, y + 5], [box.x + box.width, y + 5], colors.line);
  }
  return drawPanel(shownPanel(entry, answers), box, time);
}

function drawPanel(shown: ShownPanel, place: Box, time: ShownTime): string {
  const { panel, field } = shown;
  const box = { x: place.x + 2, y: place.y + 2, width: place.width - 4, height: place.height - 4 };
  const inner = { x: box.x + 8, y: box.y + 24, width: box.width - 16, height: box.height - 30 };
  const title = text(box.x + 8, box.y + 15, panel.title ?? "", { size: 10.5, bold: true, width: box.width - 16 });
  const frame = rect(box, colors.panel, `stroke="${colors.line}" rx="3"`);
  const content = isEmpty(shown) ? nothing(field.noValue ?? "No data", inner) : drawContent(shown, inner, time);
  return frame + title + content;
}

function drawContent(shown: ShownPanel, box: Box, time: ShownTime): string {
  switch (shown.panel.type) {
    case "stat":
      return drawStatistic(shown, box);
    case "bargauge":
    case "gauge":
      return drawBars(shown, box);
    case "timeseries":
      return drawGraph(shown, box, time);
    case "state-timeline":
      return drawStates(shown, box, time);
    case "table":
      return drawTable(shown, box);
    case "logs":
      return drawLines(shown, box);
    case "text":
      return note(shown.panel, box);
    default:
      throw new Error(`${shown.panel.title}: nobody can draw a panel of the type ${shown.panel.type} here`);
  }
}

function isEmpty({ panel, series }: ShownPanel): boolean {
  return panel.type !== "text" && series.length === 0;
}

function nothing(words: string, box: Box): string {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2 + 4];
  return text(x, y, words, { color: colors.faint, anchor: "middle", width: box.width });
}

function note(panel: Panel, box: Box): string {
  const content = (panel.options as { content?: string } | undefined)?.content ?? "";
  return content
    .split("\n")
    .slice(0, Math.floor(box.height / 14))
    .map((words, index) => text(box.x, box.y + 10 + index * 14, words, { size: 10, width: box.width }))
    .join("");
}

function placeOf(position: GridPos | undefined): Box {
  const { x, y, w, h } = position ?? { x: 0, y: 0, w: columns, h: 1 };
  return {
    x: margin + x * columnWidth,
    y: heading + y * lineHeight,
    width: w * columnWidth,
    height: h * lineHeight,
  };
}
