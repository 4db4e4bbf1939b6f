import type { ShownTime } from "../grafana-variables";
import { lastOf, type NamedSeries, type ShownPanel, unknownColor, valueColor, valueText } from "./shown-panel";
import {
  type Box,
  circle,
  colorOf,
  colors,
  cut,
  line,
  paletteColor,
  polygon,
  polyline,
  rect,
  text,
  widthOf,
} from "./svg";
import { fitting, more } from "./values";

interface Custom {
  stacking?: { mode?: string };
  thresholdsStyle?: { mode?: string };
}

interface Scale {
  least: number;
  greatest: number;
  x: (time: number) => number;
  y: (value: number) => number;
}

const legendLine = 13;
/** A gap that is longer than it is shown, in seconds. */
const gap = 120;

/** Lines over the time that is shown, with limits dashed and the last value of each in the legend. */
export function drawGraph(shown: ShownPanel, box: Box, time: ShownTime): string {
  const custom: Custom = shown.panel.fieldConfig?.defaults?.custom ?? {};
  const isStacked = custom.stacking?.mode === "normal";
  const lines = isStacked ? stacked(shown.series) : shown.series;
  const legend = legendOf(shown, box);
  const graph = { ...box, height: box.height - legend.height - 4 };
  const dashed =
    custom.thresholdsStyle?.mode === "dashed" ? shown.field.steps.filter(({ value }) => value !== null) : [];
  const scale = scaleOf(lines, shown, graph, time);
  const within = dashed.filter(({ value }) => value !== null && value >= scale.least && value <= scale.greatest);
  return [
    axes(shown, graph, scale),
    ...within.map(({ value, color }) => {
      const y = scale.y(value ?? 0);
      return line([scale.x(time.from), y], [graph.x + graph.width, y], colorOf(color), 'stroke-dasharray="4 3"');
    }),
    ...lines.map((one, index) => drawLine(one, index, scale, isStacked ? lines[index - 1] : undefined, isStacked)),
    legend.content,
  ].join("");
}

function drawLine(
  one: NamedSeries,
  index: number,
  scale: Scale,
  below: NamedSeries | undefined,
  isStacked: boolean,
): string {
  const color = paletteColor(index);
  const at = ([time, value]: [number, number]): [number, number] => [scale.x(time), scale.y(value)];
  const parts = pieces(one.points).map((points) => {
    const [first] = points;
    return points.length === 1 && first ? circle(...at(first), 1.3, color) : polyline(points.map(at), color);
  });
  if (isStacked && one.points.length > 1) {
    const ground = one.points.map(([time]): [number, number] => [time, valueAt(below, time)]).reverse();
    parts.unshift(polygon([...one.points, ...ground].map(at), color, 0.3));
  }
  return parts.join("");
}

/** Each series on top of those before it. */
function stacked(series: NamedSeries[]): NamedSeries[] {
  const sums = new Map<number, number>();
  return series.map((one) => ({
    ...one,
    points: one.points.map(([time, value]): [number, number] => {
      const sum = (sums.get(time) ?? 0) + value;
      sums.set(time, sum);
      return [time, sum];
    }),
  }));
}

function valueAt(series: NamedSeries | undefined, time: number): number {
  return series?.points.find(([at]) => at === time)?.[1] ?? 0;
}

/** The points without the gaps between them. */
function pieces(points: [number, number][]): [number, number][][] {
  const all: [number, number][][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    const piece = all.at(-1);
    if (piece && point[0] - before <= gap) piece.push(point);
    else all.push([point]);
    before = point[0];
  }
  return all;
}

function scaleOf(series: NamedSeries[], { field }: ShownPanel, graph: Box, { from, to }: ShownTime): Scale {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const least = field.min ?? Math.min(...values);
  const most = Math.max(field.max ?? Math.max(...values), ...(field.max === undefined ? [] : values));
  // A line that does not move lies in the middle.
  const margin = most > least ? 0 : Math.abs(most) * 0.1 || 1;
  const low = field.min ?? least - margin;
  const high = most + margin;
  const labels = [low, (low + high) / 2, high].map((value) => widthOf(axisText(value, field), 9));
  const left = graph.x + Math.max(...labels) + 6;
  const [top, bottom] = [graph.y + 6, graph.y + graph.height - 6];
  return {
    least: low,
    greatest: high,
    // Loki answers for whole steps, the first and last of which may lie outside.
    x: (time) => left + Math.min(1, Math.max(0, (time - from) / (to - from))) * (graph.x + graph.width - left - 2),
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - top),
  };
}

function axes({ field }: ShownPanel, graph: Box, { least, greatest, y }: Scale): string {
  const values = [least, (least + greatest) / 2, greatest];
  const left = graph.x + Math.max(...values.map((value) => widthOf(axisText(value, field), 9))) + 6;
  return values
    .map((value) => {
      const label = text(left - 5, y(value) + 3, axisText(value, field), {
        size: 9,
        color: colors.faint,
        anchor: "end",
      });
      return label + line([left, y(value)], [graph.x + graph.width, y(value)], colors.line, 'stroke-width="0.7"');
    })
    .join("");
}

function axisText(value: number, field: ShownPanel["field"]): string {
  // Between whole numbers there may be half ones on an axis.
  const { decimals, ...rest } = field;
  return valueText(Number(value.toPrecision(3)), { ...rest, ...(decimals ? { decimals } : {}), mappings: [] });
}

/** Names with last values, in as many columns as fit; the rest is counted. */
function legendOf({ series, field }: ShownPanel, box: Box): { height: number; content: string } {
  const columns = box.width > 420 ? 2 : 1;
  const lines = Math.max(1, Math.min(4, Math.floor(box.height / 40)));
  // Where not all fit, those that stand out most are named.
  const coloured = series.map((one, index) => ({ ...one, color: paletteColor(index) }));
  coloured.sort((one, other) => (lastOf(other) ?? 0) - (lastOf(one) ?? 0));
  const { shownOnes, rest } = fitting(coloured, columns * lines);
  const used = Math.ceil((shownOnes.length + (rest > 0 ? 1 : 0)) / columns);
  const width = box.width / columns;
  const top = box.y + box.height - used * legendLine;
  const place = (index: number) => ({
    x: box.x + (index % columns) * width,
    y: top + Math.floor(index / columns) * legendLine + 10,
  });
  const content = shownOnes.map((one, index) => {
    const { x, y } = place(index);
    const value = lastOf(one);
    const figure = value === undefined ? "" : cut(valueText(value, field), width * 0.4, 9.5);
    const names = width - widthOf(figure, 9.5) - 30;
    return [
      rect({ x, y: y - 5.5, width: 9, height: 3 }, one.color),
      text(x + 13, y, one.name, { size: 9.5, color: colors.text, width: names }),
      text(x + width - 10, y, figure, { size: 9.5, color: colors.faint, anchor: "end" }),
    ].join("");
  });
  if (rest > 0) {
    const { x, y } = place(shownOnes.length);
    content.push(text(x + 13, y, `and ${rest} more`, { size: 9.5, color: colors.faint }));
  }
  return { height: used * legendLine, content: content.join("") };
}

/** A bar for each series, in the colours of the states that it was in. */
export function drawStates(shown: ShownPanel, box: Box, { from, to }: ShownTime): string {
  const { series, field } = shown;
  const { shownOnes, rest } = fitting(series, Math.floor((box.height - 14) / 11));
  const lines = shownOnes.length + (rest > 0 ? 1 : 0);
  const height = Math.min(26, (box.height - 14) / lines);
  const names = Math.min(box.width * 0.4, Math.max(...shownOnes.map(({ name }) => widthOf(name, 10))) + 8);
  const x = (time: number) => box.x + names + ((time - from) / (to - from)) * (box.width - names);
  const parts = shownOnes.map(({ name, points }, index) => {
    const y = box.y + index * height;
    const bars = pieces(points).flatMap((piece) => runs(piece));
    return [
      text(box.x, y + height / 2 + 3.5, name, { size: 10, color: colors.faint, width: names - 6 }),
      ...bars.map(({ start, end, value }) => {
        const place = { x: x(start), y: y + 2, width: Math.max(1.5, x(end) - x(start)), height: height - 4 };
        return rect(place, valueColor(value, field) ?? unknownColor, 'fill-opacity="0.85"');
      }),
    ].join("");
  });
  if (rest > 0) parts.push(more(rest, box, box.y + shownOnes.length * height + 11));
  return parts.join("") + statesLegend(shown, box);
}

/** Stretches in which the value stays. */
function runs(points: [number, number][]): { start: number; end: number; value: number }[] {
  const all: { start: number; end: number; value: number }[] = [];
  for (const [time, value] of points) {
    const run = all.at(-1);
    if (run) run.end = time;
    if (run?.value !== value) all.push({ start: time, end: time, value });
  }
  return all;
}

function statesLegend({ series, field }: ShownPanel, box: Box): string {
  const seen = [...new Set(series.flatMap(({ points }) => points.map(([, value]) => value)))].sort((a, b) => a - b);
  let x = box.x;
  return seen
    .slice(0, 8)
    .map((value) => {
      const name = valueText(value, field);
      const part = rect(
        { x, y: box.y + box.height - 8, width: 8, height: 8 },
        valueColor(value, field) ?? unknownColor,
      );
      const label = text(x + 12, box.y + box.height, name, { size: 9.5, color: colors.text });
      x += widthOf(name, 9.5) + 26;
      return part + label;
    })
    .join("");
}
