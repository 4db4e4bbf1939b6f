import type { ImageName } from "./images";
import {
  alertmanagersOf,
  exporterContainers,
  exporterNames,
  type Inventory,
  prometheusesOf,
  type Server,
  serviceNames,
} from "./inventory";

/** The images that what runs on a server is made of, by the inventory. */
export function imagesOn(server: Server, inventory: Inventory): ImageName[] {
  const exporters = exporterNames
    .filter((name) => server.exporters[name])
    .map((name) => exporterContainers[name])
    // The server builds security-metrics' own image, on Node.js'.
    .map((name) => (name === "security-metrics" ? "node" : name));
  const placed = serviceNames.filter((service) => inventory.services[service].server === server.name);
  const watching = [
    ...prometheusesOf(inventory).map((one) => ({ ...one, image: "prometheus" as const })),
    ...alertmanagersOf(inventory).map((one) => ({ ...one, image: "alertmanager" as const })),
  ].filter((one) => one.isWatcher && one.server.name === server.name);
  return [...new Set<ImageName>([...exporters, "promtail", ...placed, ...watching.map(({ image }) => image)])];
}

/** The images that a whole stack runs. */
export function imagesOf(inventory: Inventory): ImageName[] {
  return [...new Set(inventory.servers.flatMap((server) => imagesOn(server, inventory)))];
}
