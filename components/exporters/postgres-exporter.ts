import * as pulumi from "@pulumi/pulumi";
import type { ExporterSecrets } from "../../stacks/exporters";
import { containerPorts } from "../../stacks/inventory";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { answersHttp } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import {
  postgresExporterArguments,
  postgresExporterEnvironment,
  postgresExporterFiles,
  postgresExporterMountPath,
} from "./postgres-configuration";

export interface PostgresExporterArgs {
  server: MonitoredServer;
  /** Published on the server's own address. */
  port: number;
  credentials: pulumi.Input<Credentials>;
  secrets: pulumi.Input<ExporterSecrets>;
}

/** postgres_exporter on one server: what its PostgreSQL does, for who has the password. */
export class PostgresExporter extends pulumi.ComponentResource {
  constructor(name: string, args: PostgresExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:exporters:PostgresExporter", name, {}, opts);
    const { server, port, credentials, secrets } = args;

    new ServiceContainer(
      name,
      {
        server,
        service: "postgres-exporter",
        user: 65_534,
        memory: 128,
        ports: [{ internal: containerPorts.postgres, external: port }],
        command: postgresExporterArguments(),
        environment: postgresExporterEnvironment(server.server),
        config: {
          files: pulumi.all([credentials, secrets]).apply(([known, secret]) => postgresExporterFiles(known, secret)),
          mountPath: postgresExporterMountPath,
          // It reads the password when it starts.
          reload: { by: "restart" },
        },
        healthcheck: answersHttp(`http://127.0.0.1:${containerPorts.postgres}/`),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
