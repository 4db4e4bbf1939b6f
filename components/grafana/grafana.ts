import * as pulumi from "@pulumi/pulumi";
import { containerPorts } from "../../stacks/inventory";
import type { SingleSignOnSecrets } from "../../stacks/single-sign-on";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { answersWell } from "../service-container/healthchecks";
import { ServiceContainer } from "../service-container/service-container";
import { grafanaFiles, mountPath } from "./configuration";

export interface GrafanaArgs {
  /** The server that it runs on. */
  server: MonitoredServer;
  credentials: pulumi.Input<Credentials>;
  /** What single sign-on asks for. @default nothing, as where there is none */
  secrets?: pulumi.Input<SingleSignOnSecrets>;
}

/** Grafana on one server: shows metrics, logs and alerts to people who have the password. */
export class Grafana extends pulumi.ComponentResource {
  /** Where people find it, as `http://10.0.0.81:3002`. */
  readonly url: string;
  readonly service: ServiceContainer;

  constructor(name: string, args: GrafanaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:grafana:Grafana", name, {}, opts);
    const { server, credentials, secrets = {} } = args;
    const { port } = server.inventory.services.grafana;
    this.url = `http://${server.address}:${port}`;

    this.service = new ServiceContainer(
      name,
      {
        server,
        service: "grafana",
        user: 472,
        memory: 512,
        ports: [{ internal: containerPorts.grafana, external: port }],
        dataPath: "/var/lib/grafana",
        command: [],
        config: {
          files: pulumi
            .all([credentials, secrets])
            .apply(([known, { grafanaClientSecret }]) =>
              grafanaFiles(server.inventory, known, { grafanaClientSecret }),
            ),
          mountPath,
          // Grafana reads its settings once, at start, and has no command that checks them.
          reload: { by: "restart" },
        },
        healthcheck: answersWell(`http://127.0.0.1:${containerPorts.grafana}/api/health`),
      },
      { parent: this },
    );
    this.registerOutputs({ url: this.url });
  }
}
