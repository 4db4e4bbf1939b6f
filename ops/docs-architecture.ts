import { type Inventory, publishedPorts, type Server } from "../stacks/inventory";
import { type Connection, connectionsOf, type End, type Flow } from "./docs-connections";

/** A line of the picture: connections of one kind from one service. */
interface Lane {
  title: string;
  colour: string;
  connections: Connection[];
}

/** Kinds of connections from above to below: what is said of them, and their colour. */
const flows: Record<Flow, { title: string; colour: string }> = {
  deploys: { title: "deploys, over SSH", colour: "#6b7280" },
  manages: { title: "manages what is in", colour: "#6b7280" },
  scrapes: { title: "scrapes", colour: "#c2410c" },
  exports: { title: "asks, to export", colour: "#7c3aed" },
  probes: { title: "probes", colour: "#7c3aed" },
  alerts: { title: "hands alerts to", colour: "#b91c1c" },
  gossips: { title: "gossip", colour: "#b91c1c" },
  tells: { title: "tells", colour: "#b91c1c" },
  "ships logs": { title: "ships logs to", colour: "#15803d" },
  shows: { title: "shows", colour: "#1d4ed8" },
};

/** Above the boxes of a line, for what it is. */
const titleHeight = 16;
const columnWidth = 196;
const boxWidth = columnWidth - 22;
const lineHeight = 16;
const margin = 10;
const font = 'font-family="system-ui, Helvetica, Arial, sans-serif"';

/** The stack as a picture (SVG): above its servers with what listens on them, below who asks whom, a line a kind. */
export function architectureSvg(inventory: Inventory): string {
  const columns = ["operator", ...inventory.servers.map(({ name }) => name), "outside"];
  const width = columns.length * columnWidth + 2 * margin;
  const heads = inventory.servers.map((server) => listeners(server, inventory));
  const headHeight = 64 + Math.max(...heads.map((lines) => lines.length)) * lineHeight;
  const lanes = lanesOf(inventory).map((lane) => ({ ...lane, height: heightOf(lane) }));
  const height = margin + headHeight + lanes.reduce((sum, lane) => sum + lane.height, 0) + margin;
  let y = margin + headHeight;
  const drawn = lanes.map((lane) => {
    const part = drawLane(lane, columns, y, width);
    y += lane.height;
    return part;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">The stack ${inventory.stack}: its servers, what listens on which port, and who asks whom</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...columns.map((name, index) => head(name, index, inventory, heads[index - 1] ?? [], headHeight)),
    ...columns.map((_, index) => guide(index, margin + headHeight, height - margin)),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

/** What listens on a server, as `Prometheus :9090`. */
function listeners(server: Server, inventory: Inventory): string[] {
  const ours = publishedPorts(inventory, server)
    .filter(({ isInternal }) => !isInternal)
    .map(({ service, port }) => `${service} :${port}`);
  const others = Object.entries(server.scraped).map(([name, { port }]) => `${name} :${port} (of others)`);
  return [...ours, ...others];
}

/** One for each kind and service that opens the connections; of all servers together where there are several. */
function lanesOf(inventory: Inventory): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const connection of connectionsOf(inventory)) {
    const { flow, from } = connection;
    const { title, colour } = flows[flow];
    // Each Prometheus has a line of its own: together one could not see who scrapes what.
    const key = flow === "scrapes" ? `${flow} ${from.service}` : flow;
    const lane = lanes.get(key) ?? {
      title: flow === "scrapes" ? `${from.service} ${title}` : title,
      colour,
      connections: [],
    };
    lane.connections.push(connection);
    lanes.set(key, lane);
  }
  const order = Object.keys(flows);
  return [...lanes.values()].sort(
    (a, b) => order.indexOf(a.connections[0]?.flow ?? "") - order.indexOf(b.connections[0]?.flow ?? ""),
  );
}

/** What a line says in one column: who asks there, and who is asked. */
function cell({ connections }: Lane, place: string): { asks: string[]; asked: string[] } {
  const unique = (words: string[]) => [...new Set(words)];
  const shown = ({ service }: End, port: number) => `${service} :${port}`;
  return {
    asks: unique(connections.filter(({ from }) => from.place === place).map(({ from }) => from.service)),
    asked: unique(connections.filter(({ to }) => to.place === place).map(({ to, port }) => shown(to, port))),
  };
}

function places({ connections }: Lane): string[] {
  return connections.flatMap(({ from, to }) => [from.place, to.place]);
}

function heightOf(lane: Lane): number {
  const lines = places(lane).map((place) => {
    const { asks, asked } = cell(lane, place);
    return asks.length + asked.length + (asks.length > 0 && asked.length > 0 ? 0.5 : 0);
  });
  return Math.max(...lines) * lineHeight + titleHeight + 20;
}

function drawLane(lane: Lane & { height: number }, columns: string[], top: number, width: number): string {
  const middle = top + titleHeight + (lane.height - titleHeight) / 2;
  const used = columns.map((place, index) => ({ place, index })).filter(({ place }) => places(lane).includes(place));
  const arrows = new Set(
    lane.connections
      .map(({ from, to }) => [columns.indexOf(from.place), columns.indexOf(to.place)] as const)
      .filter(([from, to]) => from !== to)
      .map(([from, to]) => arrow(from, to, middle, lane.colour)),
  );
  return [
    `<line x1="${margin}" y1="${top}" x2="${width - margin}" y2="${top}" stroke="#e5e7eb"/>`,
    text(margin + 10, top + 16, lane.title, { size: 12, weight: 600, colour: lane.colour }),
    ...arrows,
    ...used.map(({ place, index }) => drawCell(cell(lane, place), index, middle, lane)),
  ].join("\n");
}

/** From the edge of one column's boxes to that of another's; what is between them is drawn over it. */
function arrow(from: number, to: number, y: number, colour: string): string {
  const way = Math.sign(to - from);
  const tip = centre(to) - way * (boxWidth / 2);
  const start = centre(from) + way * (boxWidth / 2);
  const head = `M ${tip} ${y} l ${-way * 9} -5 v 10 z`;
  return `<line x1="${start}" y1="${y}" x2="${tip - way * 6}" y2="${y}" stroke="${colour}" stroke-width="2"/><path d="${head}" fill="${colour}"/>`;
}

/** Who asks is a filled box, who is asked an empty one; below each other where both are in one place. */
function drawCell({ asks, asked }: ReturnType<typeof cell>, column: number, middle: number, { colour }: Lane): string {
  const gap = asks.length > 0 && asked.length > 0 ? lineHeight / 2 : 0;
  const top = middle - ((asks.length + asked.length) * lineHeight + gap) / 2;
  const boxes = [
    { lines: asks, y: top, fill: colour, ink: "#ffffff" },
    { lines: asked, y: top + asks.length * lineHeight + gap, fill: "#ffffff", ink: "#111827" },
  ].filter(({ lines }) => lines.length > 0);
  return boxes
    .map(({ lines, y, fill, ink }) => {
      const box = `x="${centre(column) - boxWidth / 2}" y="${y - 3}" width="${boxWidth}" height="${lines.length * lineHeight + 4}"`;
      return [
        `<rect ${box} rx="4" fill="${fill}" stroke="${colour}" stroke-width="1.5"/>`,
        ...lines.map((line, index) =>
          text(centre(column), y + 11 + index * lineHeight, line, { size: 11, colour: ink, anchor: "middle" }),
        ),
      ].join("\n");
    })
    .join("\n");
}

function head(name: string, column: number, inventory: Inventory, lines: string[], height: number): string {
  const server = inventory.servers.find((one) => one.name === name);
  const below = server ? `${server.title}, ${server.address}` : whatIs(name);
  const x = centre(column);
  const box = `x="${x - boxWidth / 2}" y="${margin}" width="${boxWidth}" height="${height - 14}"`;
  return [
    `<rect ${box} rx="6" fill="${server ? "#f3f4f6" : "#ffffff"}" stroke="#9ca3af"${server ? "" : ' stroke-dasharray="4 3"'}/>`,
    text(x, margin + 20, name, { size: 14, weight: 700, colour: "#111827", anchor: "middle" }),
    text(x, margin + 36, below, { size: 11, colour: "#4b5563", anchor: "middle" }),
    ...lines.map((line, index) =>
      text(x, margin + 56 + index * lineHeight, line, { size: 11, colour: "#111827", anchor: "middle" }),
    ),
  ].join("\n");
}

function whatIs(place: string): string {
  return place === "operator" ? "the machine that deploys" : "not of this fleet";
}

function guide(column: number, top: number, bottom: number): string {
  const x = centre(column);
  return `<line x1="${x}" y1="${top}" x2="${x}" y2="${bottom}" stroke="#f3f4f6" stroke-width="2"/>`;
}

function centre(column: number): number {
  return margin + column * columnWidth + columnWidth / 2;
}

interface TextStyle {
  /** Pixels. */
  size: number;
  colour: string;
  weight?: number;
  anchor?: "middle";
}

function text(x: number, y: number, words: string, { size, colour, weight = 400, anchor }: TextStyle): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const style = `font-size="${size}" font-weight="${weight}" fill="${colour}"${anchor ? ` text-anchor="${anchor}"` : ""}`;
  return `<text x="${x}" y="${y}" ${font} ${style}>${escaped}</text>`;
}
