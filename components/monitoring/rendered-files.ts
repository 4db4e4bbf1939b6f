import { type ChannelSecrets, placeholderSecrets } from "../../stacks/channels";
import { type ExporterSecrets, placeholderExporterSecrets } from "../../stacks/exporters";
import { alertmanagersOf, type Inventory, prometheusesOf, type Server, serverOf } from "../../stacks/inventory";
import { placeholderSingleSignOnSecrets } from "../../stacks/single-sign-on";
import { alertmanagerFiles } from "../alertmanager/configuration";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { exporterFiles } from "../exporters/exporter-files";
import { grafanaFiles } from "../grafana/configuration";
import { lokiFiles } from "../loki/configuration";
import { prometheusFiles } from "../prometheus/configuration";
import { promtailFiles } from "../promtail/configuration";

/** Every configuration file of a stack: `<server>/<service>/<path>` → content, as it lands below each server's directory. */
export function renderInventory(
  inventory: Inventory,
  credentials: Credentials,
  secrets: ChannelSecrets & ExporterSecrets = { ...placeholderSecrets, ...placeholderExporterSecrets },
): Record<string, string> {
  const rendered: Record<string, string> = {};
  for (const server of inventory.servers) {
    for (const [folder, files] of foldersOf(server, inventory, credentials, secrets)) {
      for (const [file, { content }] of Object.entries(files)) rendered[`${server.name}/${folder}/${file}`] = content;
    }
  }
  return rendered;
}

function foldersOf(
  server: Server,
  inventory: Inventory,
  credentials: Credentials,
  secrets: ChannelSecrets & ExporterSecrets,
): [string, ConfigFiles][] {
  const here = <P extends { server: Server }>(placements: P[]) => placements.filter((one) => one.server === server);
  return [
    ...exporterFiles(server, credentials, secrets),
    ["promtail", promtailFiles(inventory, server)] as const,
    ...here(prometheusesOf(inventory)).map(
      ({ folder, isWatcher }) => [folder, prometheusFiles(inventory, credentials, isWatcher)] as const,
    ),
    ...here(alertmanagersOf(inventory)).map(
      ({ folder }) => [folder, alertmanagerFiles(inventory, credentials, secrets)] as const,
    ),
    ...(serverOf(inventory, "loki") === server ? [["loki", lokiFiles(inventory)] as const] : []),
    ...(serverOf(inventory, "grafana") === server
      ? [["grafana", grafanaFiles(inventory, credentials, placeholderSingleSignOnSecrets)] as const]
      : []),
  ].map(([folder, files]) => [folder, files]);
}
