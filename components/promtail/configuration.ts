import { stringify } from "yaml";
import { containerPorts, type Inventory, type Server } from "../../stacks/inventory";
import { addressOf, targetOf } from "../../stacks/targets";
import type { ConfigFiles } from "../config-directory/archive";

/** Where the container sees its files. */
export const mountPath = "/etc/promtail";
/** Where the container remembers how far it has read. */
export const dataPath = "/var/lib/promtail";

/** Promtail's one file: the logs of all containers of one server, to Loki. */
export function promtailFiles(inventory: Inventory, server: Server): ConfigFiles {
  return { "promtail.yml": { content: stringify(promtailConfiguration(inventory, server), { lineWidth: 0 }) } };
}

/** @see https://grafana.com/docs/loki/latest/send-data/promtail/configuration/ */
function promtailConfiguration(inventory: Inventory, server: Server) {
  const loki = addressOf(targetOf("loki", inventory));
  return {
    server: {
      http_listen_port: containerPorts.promtail,
      grpc_listen_port: 0,
      enable_runtime_reload: true,
      log_level: "warn",
    },
    positions: { filename: `${dataPath}/positions.yaml` },
    clients: [
      {
        url: `http://${loki}/loki/api/v1/push`,
        external_labels: { server: server.name, environment: inventory.environment },
        // 0: never give a batch up. While Loki is away nothing more is read, and nothing is lost.
        backoff_config: { min_period: "500ms", max_period: "1m", max_retries: 0 },
      },
    ],
    scrape_configs: [
      {
        job_name: "containers",
        docker_sd_configs: [{ host: "unix:///var/run/docker.sock", refresh_interval: "10s" }],
        relabel_configs: [
          { source_labels: ["__meta_docker_container_name"], regex: "/(.*)", target_label: "container" },
          { source_labels: ["__meta_docker_container_label_monitoring_image"], target_label: "image" },
          { source_labels: ["__meta_docker_container_log_stream"], target_label: "stream" },
        ],
      },
    ],
  };
}
