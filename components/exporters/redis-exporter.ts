import * as pulumi from "@pulumi/pulumi";
import type { ExporterSecrets } from "../../stacks/exporters";
import { containerPorts } from "../../stacks/inventory";
import type { MonitoredServer } from "../server/monitored-server";
import { answersWell } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import { redisExporterArguments, redisExporterFiles, redisExporterMountPath } from "./redis-configuration";

export interface RedisExporterArgs {
  server: MonitoredServer;
  /** Published on the server's own address. */
  port: number;
  secrets: pulumi.Input<ExporterSecrets>;
}

/** redis_exporter on one server: what its Redis does. */
export class RedisExporter extends pulumi.ComponentResource {
  constructor(name: string, args: RedisExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:exporters:RedisExporter", name, {}, opts);
    const { server, port, secrets } = args;

    new ServiceContainer(
      name,
      {
        server,
        service: "redis-exporter",
        user: 59_000,
        memory: 64,
        ports: [{ internal: containerPorts.redis, external: port }],
        command: redisExporterArguments(server.server),
        config: {
          files: pulumi.output(secrets).apply((secret) => redisExporterFiles(server.server, secret)),
          mountPath: redisExporterMountPath,
          // It reads the password when it starts.
          reload: { by: "restart" },
        },
        healthcheck: answersWell(`http://127.0.0.1:${containerPorts.redis}/health`),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
