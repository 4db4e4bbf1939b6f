import * as pulumi from "@pulumi/pulumi";
import { containerPorts } from "../../stacks/inventory";
import type { MonitoredServer } from "../server/monitored-server";
import { ServiceContainer } from "../service-container/service-container";
import { dataPath, lokiFiles, mountPath } from "./configuration";

export interface LokiArgs {
  /** The server that it runs on. */
  server: MonitoredServer;
}

/** Loki on one server: keeps the log lines of the whole fleet. */
export class Loki extends pulumi.ComponentResource {
  /** Where people and Promtail find it, as `http://10.0.0.84:3100`. */
  readonly url: string;
  readonly service: ServiceContainer;

  constructor(name: string, args: LokiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:loki:Loki", name, {}, opts);
    const { server } = args;
    const { port } = server.inventory.services.loki;
    this.url = `http://${server.address}:${port}`;

    this.service = new ServiceContainer(
      name,
      {
        server,
        service: "loki",
        user: 10_001,
        memory: 1024,
        ports: [{ internal: containerPorts.loki, external: port }],
        dataPath,
        command: [`-config.file=${mountPath}/loki.yml`],
        config: {
          files: lokiFiles(server.inventory),
          mountPath,
          check: ["/usr/bin/loki", "-verify-config", `-config.file=${mountPath}/loki.yml`],
          // Loki reads its main configuration once, at start.
          reload: { by: "restart" },
        },
        healthcheck: ["CMD", "/usr/bin/loki", "-health"],
      },
      { parent: this },
    );
    this.registerOutputs({ url: this.url });
  }
}
