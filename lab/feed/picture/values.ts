import { lastOf, type NamedSeries, type ShownPanel, unknownColor, valueColor, valueText } from "./shown-panel";
import { type Box, colors, cut, polyline, rect, text, widthOf } from "./svg";

type Value = NamedSeries & { value: number };

function valuesOf({ series }: ShownPanel): Value[] {
  return series.flatMap((one) => {
    const value = lastOf(one);
    return value === undefined ? [] : [{ ...one, value }];
  });
}

/** Values as they are, large, with their names where there are several; the rest is counted. */
export function drawStatistic(shown: ShownPanel, box: Box): string {
  const values = valuesOf(shown);
  const room = Math.max(1, Math.floor(box.height / 23));
  const { shownOnes, rest } = fitting(values, room);
  const lines = shownOnes.length + (rest > 0 ? 1 : 0);
  const height = box.height / lines;
  const isFilled = shown.field.mappings.length > 0;
  const parts = shownOnes.map((one, index) => {
    const place = { ...box, y: box.y + index * height, height: height - (lines > 1 ? 2 : 0) };
    return drawValue(one, shown, place, { isFilled, isNamed: values.length > 1 });
  });
  if (rest > 0) parts.push(more(rest, box, box.y + box.height - height / 2 + 4));
  return parts.join("");
}

function drawValue(one: Value, shown: ShownPanel, box: Box, how: { isFilled: boolean; isNamed: boolean }): string {
  const color = valueColor(one.value, shown.field) ?? colors.text;
  const content = valueText(one.value, shown.field);
  const { isFilled, isNamed } = how;
  const width = isNamed ? box.width * 0.52 : box.width - 8;
  const largest = Math.min(isNamed ? 18 : 26, box.height * 0.6);
  const size = Math.max(9, Math.min(largest, (width / widthOf(content, 1, { bold: true })) * 0.98));
  const baseline = box.y + box.height / 2 + size * 0.35;
  const ink = isFilled ? "#ffffff" : color;
  return [
    isFilled ? rect(box, color, 'rx="3"') : "",
    sparkline(one, box, isFilled ? undefined : color),
    isNamed
      ? text(box.x + 5, box.y + box.height / 2 + 3.5, one.name, {
          size: 10,
          color: isFilled ? "#ffffff" : colors.faint,
          width: box.width - widthOf(cut(content, width, size, { bold: true }), size, { bold: true }) - 14,
        })
      : "",
    isNamed
      ? text(box.x + box.width - 5, baseline, content, { size, color: ink, anchor: "end", bold: true, width })
      : text(box.x + box.width / 2, baseline, content, { size, color: ink, anchor: "middle", bold: true, width }),
  ].join("");
}

/** The small graph of a value that was asked over time. */
function sparkline({ points }: Value, box: Box, color: string | undefined): string {
  if (!color || points.length < 2) return "";
  const values = points.map(([, value]) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [first = 0, last = 1] = [points[0]?.[0], points.at(-1)?.[0]];
  const height = box.height * 0.3;
  const at = ([time, value]: [number, number]): [number, number] => [
    box.x + ((time - first) / Math.max(1, last - first)) * box.width,
    box.y + box.height - ((value - least) / Math.max(1e-9, most - least)) * height,
  ];
  return `<g opacity="0.35">${polyline(points.map(at), color)}</g>`;
}

/** A bar for each value, from the least value of the scale to the greatest. */
export function drawBars(shown: ShownPanel, box: Box): string {
  const { field } = shown;
  const values = valuesOf(shown);
  const { shownOnes, rest } = fitting(values, Math.floor(box.height / 22));
  const lines = Math.max(2, shownOnes.length + (rest > 0 ? 1 : 0));
  const height = Math.min(34, box.height / lines);
  const greatest = field.max ?? Math.max(...values.map(({ value }) => value), 1e-9);
  const least = field.min ?? Math.min(0, ...values.map(({ value }) => value));
  const names = Math.min(box.width * 0.45, Math.max(...shownOnes.map(({ name }) => widthOf(name, 10))) + 8);
  const figures = Math.max(...shownOnes.map(({ value }) => widthOf(valueText(value, field), 11, { bold: true }))) + 8;
  const parts = shownOnes.map(({ name, value }, index) => {
    const y = box.y + index * height;
    const color = valueColor(value, field) ?? unknownColor;
    const scale = { x: box.x + names, y: y + 4, width: Math.max(8, box.width - names - figures), height: height - 8 };
    const share = Math.min(1, Math.max(0, (value - least) / Math.max(1e-9, greatest - least)));
    return [
      text(box.x, y + height / 2 + 3.5, name, { size: 10, color: colors.faint, width: names - 6 }),
      rect(scale, colors.page, 'rx="2"'),
      rect({ ...scale, width: scale.width * share }, color, 'rx="2"'),
      text(box.x + box.width, y + height / 2 + 4, valueText(value, field), { color, bold: true, anchor: "end" }),
    ].join("");
  });
  if (rest > 0) parts.push(more(rest, box, box.y + shownOnes.length * height + 14));
  return parts.join("");
}

/** As many as there is room for; one line less where the others are counted. */
export function fitting<T>(all: T[], room: number): { shownOnes: T[]; rest: number } {
  if (all.length <= room) return { shownOnes: all, rest: 0 };
  const shownOnes = all.slice(0, Math.max(1, room - 1));
  return { shownOnes, rest: all.length - shownOnes.length };
}

export function more(count: number, box: Box, y: number): string {
  return text(box.x + box.width / 2, y, `and ${count} more`, { size: 9, color: colors.faint, anchor: "middle" });
}
