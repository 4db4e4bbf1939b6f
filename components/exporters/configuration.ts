import { stringify } from "yaml";
import { gatewayOf, type Server } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { webConfiguration } from "../credentials/web-configuration";

/** Where node-exporter's container sees its files. */
export const nodeExporterMountPath = "/etc/node-exporter";

/** node-exporter's one file: who may ask. */
export function nodeExporterFiles(credentials: Credentials): ConfigFiles {
  return { "web.yml": webConfiguration(credentials.exporters) };
}

/**
 * The addresses that node-exporter listens on. It shares the host's network, so that it sees the host's interfaces;
 * where the server's address is a loopback one, containers reach it through their network's gateway.
 */
export function nodeExporterAddresses(server: Server): string[] {
  return server.address.startsWith("127.") ? [server.address, gatewayOf(server)] : [server.address];
}

/** Where security-metrics' container sees its files. */
export const securityMetricsMountPath = "/etc/security-metrics";

/** security-metrics' files: who may ask, and what it looks at where the server wants other than the defaults. */
export function securityMetricsFiles(server: Server, credentials: Credentials): ConfigFiles {
  const { scans = {} } = server.exporters["security-metrics"] ?? {};
  return {
    "web.yml": webConfiguration(credentials.exporters),
    "security-metrics.yml": { content: stringify({ scans }, { lineWidth: 0 }) },
  };
}
