import { stringify } from "yaml";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { webConfiguration } from "../credentials/web-configuration";

/** Where the exporter's container sees its files. */
export const blackboxExporterMountPath = "/etc/blackbox-exporter";

/** The one way of asking: a GET that has to be answered with 2xx, over TLS only by a certificate that is valid. */
export const probeModule = "http_2xx";

/**
 * blackbox_exporter's files: how it asks, and who may make it ask.
 * @see https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md
 */
export function blackboxExporterFiles(credentials: Credentials): ConfigFiles {
  const modules = { [probeModule]: { prober: "http", http: { method: "GET", preferred_ip_protocol: "ip4" } } };
  return {
    "blackbox.yml": { content: stringify({ modules }, { lineWidth: 0 }) },
    "web.yml": webConfiguration(credentials.exporters),
  };
}
