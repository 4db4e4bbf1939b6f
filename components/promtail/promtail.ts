import * as pulumi from "@pulumi/pulumi";
import { containerPorts } from "../../stacks/inventory";
import type { MonitoredServer } from "../server/monitored-server";
import { listensOn } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import { dataPath, mountPath, promtailFiles } from "./configuration";

export interface PromtailArgs {
  server: MonitoredServer;
  /** Published on the server's own address, for its metrics. */
  port: number;
}

/** Promtail on one server: ships the logs of all its containers to Loki. */
export class Promtail extends pulumi.ComponentResource {
  constructor(name: string, args: PromtailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:promtail:Promtail", name, {}, opts);
    const { server, port } = args;

    new ServiceContainer(
      name,
      {
        server,
        service: "promtail",
        // Root, because only root (and the host's docker group, whose number differs) may ask Docker's socket.
        user: 0,
        memory: 256,
        ports: [{ internal: containerPorts.promtail, external: port }],
        hostPaths: { "/var/run/docker.sock": "/var/run/docker.sock" },
        dataPath,
        command: [`-config.file=${mountPath}/promtail.yml`],
        config: {
          files: promtailFiles(server.inventory, server.server),
          mountPath,
          check: ["/usr/bin/promtail", "-check-syntax", `-config.file=${mountPath}/promtail.yml`],
          // While Loki is away it sends what it has first, and takes the new configuration over when Loki is back.
          reload: { by: "request", port, path: "/reload", mayBeLate: true, unchanged: "config has not changed" },
        },
        healthcheck: listensOn(containerPorts.promtail),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
