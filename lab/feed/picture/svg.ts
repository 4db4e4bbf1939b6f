/** Parts of a picture: a small generator of SVG. Lengths are in pixels. */

/** Where something is drawn. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface TextStyle {
  size?: number;
  color?: string;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
  mono?: boolean;
  /** The text is cut to it. @default not cut */
  width?: number;
}

export const colors = {
  text: "#24292f",
  faint: "#6e7781",
  line: "#d8dee4",
  page: "#f6f8fa",
  panel: "#ffffff",
};

/** Colours by Grafana's names, for a light background. */
const named: Record<string, string> = {
  green: "#2da44e",
  orange: "#e16f24",
  red: "#cf222e",
  blue: "#3274d9",
  yellow: "#bf8700",
  purple: "#8250df",
  gray: "#6e7781",
  text: colors.text,
};

const palette = [
  "#3b8a3e",
  "#c99700",
  "#3274d9",
  "#e16f24",
  "#cf222e",
  "#8250df",
  "#1b7c83",
  "#bf3989",
  "#57606a",
  "#7d4e00",
];

export function colorOf(name: string): string {
  return named[name] ?? name;
}

/** The colour of the nth line. */
export function paletteColor(index: number): string {
  return palette[index % palette.length] ?? colors.text;
}

/** A line of text, cut with an ellipsis where it is wider than its place; `y` is the line that letters stand on. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 11, color = colors.text, anchor = "start", bold, mono, width } = style;
  const shown = width === undefined ? content : cut(content, width, size, style);
  const attributes = [
    `x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${color}"`,
    anchor === "start" ? "" : ` text-anchor="${anchor}"`,
    bold ? ' font-weight="600"' : "",
    mono ? ' font-family="DejaVu Sans Mono, Menlo, Consolas, monospace"' : "",
  ];
  return `<text ${attributes.join("")}>${escaped(shown)}</text>`;
}

export function rect({ x, y, width, height }: Box, fill: string, more = ""): string {
  const size = `x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${round(Math.max(0, height))}"`;
  return `<rect ${size} fill="${fill}"${more ? ` ${more}` : ""}/>`;
}

export function line(from: [number, number], to: [number, number], color: string, more = ""): string {
  const [[x1, y1], [x2, y2]] = [from.map(round), to.map(round)] as [number[], number[]];
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}"${more ? ` ${more}` : ""}/>`;
}

/** Points joined by lines. */
export function polyline(points: [number, number][], color: string): string {
  const places = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return `<polyline points="${places}" fill="none" stroke="${color}" stroke-width="1.3" stroke-linejoin="round"/>`;
}

export function polygon(points: [number, number][], color: string, opacity: number): string {
  const places = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return `<polygon points="${places}" fill="${color}" fill-opacity="${opacity}"/>`;
}

export function circle(x: number, y: number, radius: number, color: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${color}"/>`;
}

/** How wide a text is, about; for the widest of the fonts that may be there. */
export function widthOf(content: string, size: number, { bold, mono }: TextStyle = {}): number {
  const each = mono ? 0.602 : bold ? 0.62 : 0.57;
  return [...content].length * size * each;
}

/** A text that is no wider than its place. */
export function cut(content: string, width: number, size: number, style: TextStyle = {}): string {
  if (widthOf(content, size, style) <= width) return content;
  const count = Math.max(1, Math.floor(width / widthOf("x", size, style)) - 1);
  return `${[...content].slice(0, count).join("").trimEnd()}…`;
}

function escaped(content: string): string {
  // Control characters are nothing that XML could hold.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const clean = content.replace(/[\u0000-\u001f]/g, " ");
  return clean.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
