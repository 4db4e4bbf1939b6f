import { stringify } from "yaml";
import { containerPorts, type Inventory } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";

/** Where the container sees its files. */
export const mountPath = "/etc/loki";
/** Where the container keeps chunks and index. */
export const dataPath = "/loki";

/** Loki's one file: a single process that keeps everything on its own disk. */
export function lokiFiles(inventory: Inventory): ConfigFiles {
  return { "loki.yml": { content: stringify(lokiConfiguration(inventory.services.loki.retention), { lineWidth: 0 }) } };
}

/** @see https://grafana.com/docs/loki/latest/configure/ */
function lokiConfiguration(retention: string) {
  const hours = `${Number.parseInt(retention, 10) * 24}h`;
  return {
    // Several tenants would want a proxy that tells them apart; the port is on the private address only.
    auth_enabled: false,
    server: { http_listen_port: containerPorts.loki, grpc_listen_port: 9095, log_level: "warn" },
    common: {
      instance_addr: "127.0.0.1",
      path_prefix: dataPath,
      replication_factor: 1,
      ring: { kvstore: { store: "inmemory" } },
      storage: { filesystem: { chunks_directory: `${dataPath}/chunks`, rules_directory: `${dataPath}/rules` } },
    },
    schema_config: {
      configs: [
        {
          from: "2024-01-01",
          store: "tsdb",
          object_store: "filesystem",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    // Alone in its ring, it has nobody to wait for.
    ingester: { lifecycler: { min_ready_duration: "0s" } },
    // How soon after a start its own scheduler is found, and queries are answered. (10 s unless told)
    frontend: { scheduler_dns_lookup_period: "1s" },
    limits_config: {
      retention_period: hours,
      // Lines that waited in Promtail while Loki was away are still wanted.
      reject_old_samples_max_age: hours,
      volume_enabled: true,
    },
    compactor: {
      working_directory: `${dataPath}/compactor`,
      retention_enabled: true,
      delete_request_store: "filesystem",
    },
    analytics: { reporting_enabled: false },
  };
}
