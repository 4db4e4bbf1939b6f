import * as pulumi from "@pulumi/pulumi";
import type { ChannelSecrets } from "../../stacks/channels";
import { type AlertmanagerPlacement, containerPorts } from "../../stacks/inventory";
import { lifecycleReload } from "../config-directory/reload";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { answersHttp } from "../service-container/healthchecks";
import { type ContainerPort, ServiceContainer } from "../service-container/service-container";
import { alertmanagerFiles, clusterFlags, mountPath } from "./configuration";

export interface AlertmanagerArgs {
  /** The server that it runs on. */
  server: MonitoredServer;
  /** Which of the stack's Alertmanagers it is. */
  placement: AlertmanagerPlacement;
  credentials: pulumi.Input<Credentials>;
  /** What the stack's channels ask for. */
  secrets: pulumi.Input<ChannelSecrets>;
}

/** Alertmanager on one server: groups, holds back and sends what Prometheus finds; with another, one cluster. */
export class Alertmanager extends pulumi.ComponentResource {
  /** Where people find it, as `http://10.0.0.84:9093`. */
  readonly url: string;

  constructor(name: string, args: AlertmanagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:alertmanager:Alertmanager", name, {}, opts);
    const { server, placement, credentials, secrets } = args;
    const { inventory } = server;
    const { port, container, folder } = placement;
    this.url = `http://${server.address}:${port}`;

    new ServiceContainer(
      name,
      {
        server,
        service: "alertmanager",
        container,
        folder,
        user: 65_534,
        memory: 256,
        ports: publishedPorts(),
        dataPath: "/alertmanager",
        command: [
          `--config.file=${mountPath}/alertmanager.yml`,
          `--web.config.file=${mountPath}/web.yml`,
          `--web.external-url=${this.url}/`,
          "--storage.path=/alertmanager",
          ...clusterFlags(placement, inventory),
        ],
        config: {
          files: pulumi
            .all([credentials, secrets])
            .apply(([known, channel]) => alertmanagerFiles(inventory, known, channel)),
          mountPath,
          check: ["amtool", "check-config", `${mountPath}/alertmanager.yml`],
          reload: pulumi.output(credentials).apply((known) => lifecycleReload(port, known.alertmanager)),
        },
        healthcheck: answersHttp(`http://127.0.0.1:${containerPorts.alertmanager}/-/healthy`),
      },
      { parent: this },
    );
    this.registerOutputs({ url: this.url });

    function publishedPorts(): ContainerPort[] {
      const web = { internal: containerPorts.alertmanager, external: port };
      if (!inventory.watcher) return [web];
      // Gossip: small messages by UDP, the whole state by TCP.
      const gossip = { internal: placement.gossipPort, external: placement.gossipPort };
      return [web, { ...gossip, protocol: "tcp" }, { ...gossip, protocol: "udp" }];
    }
  }
}
