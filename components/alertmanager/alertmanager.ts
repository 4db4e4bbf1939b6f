import * as pulumi from "@pulumi/pulumi";
import { containerPorts } from "../../stacks/inventory";
import { lifecycleReload } from "../config-directory/reload";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { answersHttp } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import { alertmanagerFiles, mountPath } from "./configuration";

export interface AlertmanagerArgs {
  /** The server that it runs on. */
  server: MonitoredServer;
  credentials: pulumi.Input<Credentials>;
}

/** Alertmanager on one server: groups, mutes and sends what Prometheus finds. */
export class Alertmanager extends pulumi.ComponentResource {
  /** Where people find it, as `http://10.0.0.84:9093`. */
  readonly url: string;

  constructor(name: string, args: AlertmanagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:alertmanager:Alertmanager", name, {}, opts);
    const { server, credentials } = args;
    const { port } = server.inventory.services.alertmanager;
    this.url = `http://${server.address}:${port}`;

    new ServiceContainer(
      name,
      {
        server,
        service: "alertmanager",
        user: 65_534,
        memory: 256,
        port: { internal: containerPorts.alertmanager, external: port },
        dataPath: "/alertmanager",
        command: [
          `--config.file=${mountPath}/alertmanager.yml`,
          `--web.config.file=${mountPath}/web.yml`,
          `--web.external-url=${this.url}/`,
          "--storage.path=/alertmanager",
          // Alone for now: no gossip, no port for it.
          "--cluster.listen-address=",
        ],
        config: {
          files: pulumi.output(credentials).apply(alertmanagerFiles),
          mountPath,
          check: ["amtool", "check-config", `${mountPath}/alertmanager.yml`],
          reload: pulumi.output(credentials).apply((known) => lifecycleReload(port, known.alertmanager)),
        },
        healthcheck: answersHttp(`http://127.0.0.1:${containerPorts.alertmanager}/-/healthy`),
      },
      { parent: this },
    );
    this.registerOutputs({ url: this.url });
  }
}
