import * as pulumi from "@pulumi/pulumi";
import type { ExporterSecrets } from "../../stacks/exporters";
import { containerPorts } from "../../stacks/inventory";
import type { MonitoredServer } from "../server/monitored-server";
import { listensOn } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import { celeryExporterFiles, celeryExporterMountPath, celeryExporterScript } from "./celery-configuration";

export interface CeleryExporterArgs {
  server: MonitoredServer;
  /** Published on the server's own address. */
  port: number;
  secrets: pulumi.Input<ExporterSecrets>;
}

/** celery-exporter on one server: what the workers of a broker do, by their events there. */
export class CeleryExporter extends pulumi.ComponentResource {
  constructor(name: string, args: CeleryExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:exporters:CeleryExporter", name, {}, opts);
    const { server, port, secrets } = args;

    new ServiceContainer(
      name,
      {
        server,
        service: "celery-exporter",
        user: 65_534,
        memory: 256,
        ports: [{ internal: containerPorts.celery, external: port }],
        entrypoint: ["sh", "-c"],
        command: [celeryExporterScript(containerPorts.celery)],
        config: {
          files: pulumi.output(secrets).apply((secret) => celeryExporterFiles(server.server, secret)),
          mountPath: celeryExporterMountPath,
          // It reads the broker's URL when it starts.
          reload: { by: "restart" },
        },
        // A Python that is the container's first process ends by no other.
        stopSignal: "SIGINT",
        // Not its /health, which fails while the broker is away: that is for a rule to tell, not for a restart.
        healthcheck: listensOn(containerPorts.celery),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
