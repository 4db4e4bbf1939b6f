import * as pulumi from "@pulumi/pulumi";
import { containerPorts, type Placement } from "../../stacks/inventory";
import { lifecycleReload } from "../config-directory/reload";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { answersHttp } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import { mountPath, prometheusFiles } from "./configuration";

export interface PrometheusArgs {
  /** The server that it runs on. */
  server: MonitoredServer;
  /** Which of the stack's Prometheuses it is. */
  placement: Placement;
  credentials: pulumi.Input<Credentials>;
}

/** A day is enough to see what the watcher saw. */
const watcherKeeps = { retention: "1d", retentionSize: undefined };

/**
 * Prometheus on one server: collects and keeps the metrics of the whole fleet, and finds what is wrong; or, as the
 * watcher, those of the monitoring's own services alone.
 */
export class Prometheus extends pulumi.ComponentResource {
  /** Where people find it, as `http://10.0.0.84:9090`. */
  readonly url: string;

  constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:prometheus:Prometheus", name, {}, opts);
    const { server, placement, credentials } = args;
    const { port, container, folder, isWatcher } = placement;
    const { retention, retentionSize } = isWatcher ? watcherKeeps : server.inventory.services.prometheus;
    this.url = `http://${server.address}:${port}`;

    new ServiceContainer(
      name,
      {
        server,
        service: "prometheus",
        container,
        folder,
        user: 65_534,
        memory: isWatcher ? 256 : 2048,
        ports: [{ internal: containerPorts.prometheus, external: port }],
        dataPath: "/prometheus",
        command: [
          `--config.file=${mountPath}/prometheus.yml`,
          `--web.config.file=${mountPath}/web.yml`,
          `--web.external-url=${this.url}/`,
          "--web.enable-lifecycle",
          // Snapshots, for `npm run backup`. It could delete series too: who has the password is trusted with them.
          "--web.enable-admin-api",
          "--storage.tsdb.path=/prometheus",
          `--storage.tsdb.retention.time=${retention}`,
          ...(retentionSize ? [`--storage.tsdb.retention.size=${retentionSize}`] : []),
        ],
        config: {
          files: pulumi.output(credentials).apply((known) => prometheusFiles(server.inventory, known, isWatcher)),
          mountPath,
          check: ["promtool", "check", "config", `${mountPath}/prometheus.yml`],
          reload: pulumi.output(credentials).apply((known) => lifecycleReload(port, known.prometheus)),
        },
        healthcheck: answersHttp(`http://127.0.0.1:${containerPorts.prometheus}/-/healthy`),
      },
      { parent: this },
    );
    this.registerOutputs({ url: this.url });
  }
}
