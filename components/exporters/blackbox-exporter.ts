import * as pulumi from "@pulumi/pulumi";
import { containerPorts } from "../../stacks/inventory";
import { lifecycleReload } from "../config-directory/reload";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { answersHttp } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import { blackboxExporterFiles, blackboxExporterMountPath } from "./blackbox-configuration";

export interface BlackboxExporterArgs {
  server: MonitoredServer;
  /** Published on the server's own address. */
  port: number;
  credentials: pulumi.Input<Credentials>;
}

/** blackbox_exporter on one server: asks services whether they are well, for who has the password. */
export class BlackboxExporter extends pulumi.ComponentResource {
  constructor(name: string, args: BlackboxExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:exporters:BlackboxExporter", name, {}, opts);
    const { server, port, credentials } = args;
    const configFile = `--config.file=${blackboxExporterMountPath}/blackbox.yml`;

    new ServiceContainer(
      name,
      {
        server,
        service: "blackbox-exporter",
        user: 65_534,
        memory: 64,
        ports: [{ internal: containerPorts.blackbox, external: port }],
        command: [configFile, `--web.config.file=${blackboxExporterMountPath}/web.yml`],
        config: {
          files: pulumi.output(credentials).apply(blackboxExporterFiles),
          mountPath: blackboxExporterMountPath,
          check: ["blackbox_exporter", "--config.check", configFile],
          reload: pulumi.output(credentials).apply((known) => lifecycleReload(port, known.exporters)),
        },
        healthcheck: answersHttp(`http://127.0.0.1:${containerPorts.blackbox}/-/healthy`),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
