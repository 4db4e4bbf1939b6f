import { type Inventory, type Server, serverOf } from "../../stacks/inventory";
import { alertmanagerFiles } from "../alertmanager/configuration";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { nodeExporterFiles } from "../exporters/configuration";
import { grafanaFiles } from "../grafana/configuration";
import { lokiFiles } from "../loki/configuration";
import { prometheusFiles } from "../prometheus/configuration";
import { promtailFiles } from "../promtail/configuration";

/** Every configuration file of a stack: `<server>/<service>/<path>` → content, as it lands below each server's directory. */
export function renderInventory(inventory: Inventory, credentials: Credentials): Record<string, string> {
  const rendered: Record<string, string> = {};
  for (const server of inventory.servers) {
    for (const [service, files] of Object.entries(filesOfServer(server, inventory, credentials))) {
      for (const [file, { content }] of Object.entries(files)) rendered[`${server.name}/${service}/${file}`] = content;
    }
  }
  return rendered;
}

function filesOfServer(server: Server, inventory: Inventory, credentials: Credentials): Record<string, ConfigFiles> {
  const services = {
    prometheus: () => prometheusFiles(inventory, credentials),
    alertmanager: () => alertmanagerFiles(credentials),
    loki: () => lokiFiles(inventory),
    grafana: () => grafanaFiles(inventory, credentials),
  };
  const placed = Object.entries(services).filter(
    ([service]) => serverOf(inventory, service as keyof typeof services) === server,
  );
  return {
    ...(server.exporters["node-exporter"] ? { "node-exporter": nodeExporterFiles(credentials) } : {}),
    promtail: promtailFiles(inventory, server),
    ...Object.fromEntries(placed.map(([service, files]) => [service, files()])),
  };
}
