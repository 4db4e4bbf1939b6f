import type { Inventory } from "../stacks/inventory";
import { type Connection, connectionsOf } from "./docs-connections";

/** What listens on the stack's servers, who of the stack connects to it, and by what proof, as a table (Markdown). */
export function listenersTable(inventory: Inventory): string {
  const names = new Set(inventory.servers.map(({ name }) => name));
  const rows = grouped(connectionsOf(inventory).filter(({ to }) => names.has(to.place)));
  return table(
    ["What listens", "Port and servers", "Who of the stack connects: by what"],
    [...rows].map(([service, connections]) => [service, portsOf(connections), askersOf(connections)]),
  );
}

/** What the stack's servers connect to outside of the fleet, as a table (Markdown). */
export function outsideTable(inventory: Inventory): string {
  const rows = grouped(connectionsOf(inventory).filter(({ to }) => to.place === "outside"));
  return table(
    ["Outside", "Port", "Who of the stack connects: by what"],
    [...rows].map(([service, connections]) => [
      service,
      unique(connections.map(({ port }) => `${port}`)).join(", "),
      askersOf(connections),
    ]),
  );
}

/** By what is asked. */
function grouped(connections: Connection[]): Map<string, Connection[]> {
  const rows = new Map<string, Connection[]>();
  for (const one of connections) rows.set(one.to.service, [...(rows.get(one.to.service) ?? []), one]);
  return rows;
}

/** As `8081 on server-80; 8080 on server-82, server-84`; with its protocol where that is not TCP alone. */
function portsOf(connections: Connection[]): string {
  const places = new Map<string, string[]>();
  for (const { flow, port, to } of connections) {
    const shown = flow === "gossips" ? `${port} (TCP, UDP)` : `${port}`;
    places.set(shown, unique([...(places.get(shown) ?? []), to.place]).sort());
  }
  return [...places].map(([port, on]) => `${port} on ${on.join(", ")}`).join("; ");
}

/** As `prometheus, watcher-prometheus: password ‹exporters›`. */
function askersOf(connections: Connection[]): string {
  const askers = new Map<string, string[]>();
  for (const { from, proof = "nothing" } of connections) {
    askers.set(proof, unique([...(askers.get(proof) ?? []), from.service]));
  }
  return [...askers].map(([proof, services]) => `${services.join(", ")}: ${proof}`).join("; ");
}

function unique(words: string[]): string[] {
  return [...new Set(words)];
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
