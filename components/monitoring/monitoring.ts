import * as pulumi from "@pulumi/pulumi";
import { type Inventory, type ServiceName, serverOf } from "../../stacks/inventory";
import { Alertmanager } from "../alertmanager/alertmanager";
import { GeneratedCredentials } from "../credentials/generated-credentials";
import { Cadvisor } from "../exporters/cadvisor";
import { NodeExporter } from "../exporters/node-exporter";
import { Datasources } from "../grafana/datasources";
import { Grafana } from "../grafana/grafana";
import { Loki } from "../loki/loki";
import { Prometheus } from "../prometheus/prometheus";
import { Promtail } from "../promtail/promtail";
import type { SshIdentity } from "../server/host";
import { MonitoredServer } from "../server/monitored-server";

export interface MonitoringArgs {
  inventory: Inventory;
  /** How this machine proves to the servers who it is. */
  identity: SshIdentity;
}

/** The monitoring of a whole fleet: what its inventory describes, on the servers that it names. */
export class Monitoring extends pulumi.ComponentResource {
  /** Service → where people find it. */
  readonly urls: Record<ServiceName, string>;
  /** Service → the password that it asks people for; users are `admin` in Grafana, `monitoring` elsewhere. */
  readonly passwords: pulumi.Output<Record<"grafana" | "prometheus" | "alertmanager", string>>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:monitoring:Monitoring", name, {}, opts);
    const { inventory, identity } = args;
    const self = this;

    const { credentials } = new GeneratedCredentials("credentials", { parent: this });
    const servers = createServers();
    createExporters();
    const loki = new Loki(named("loki"), { server: on("loki") }, below(on("loki")));
    const alertmanager = new Alertmanager(
      named("alertmanager"),
      serviceArgs("alertmanager"),
      below(on("alertmanager")),
    );
    const prometheus = new Prometheus(named("prometheus"), serviceArgs("prometheus"), below(on("prometheus")));
    const grafana = new Grafana(named("grafana"), serviceArgs("grafana"), below(on("grafana")));
    createDatasources();
    createLogShippers();

    this.urls = { prometheus: prometheus.url, alertmanager: alertmanager.url, loki: loki.url, grafana: grafana.url };
    this.passwords = credentials.apply((known) => ({
      grafana: known.grafana.password,
      prometheus: known.prometheus.password,
      alertmanager: known.alertmanager.password,
    }));
    this.registerOutputs();

    function createServers(): Map<string, MonitoredServer> {
      return new Map(
        inventory.servers.map((server) => [
          server.name,
          new MonitoredServer(server.name, { inventory, server, identity }, { parent: self }),
        ]),
      );
    }

    function createExporters(): void {
      for (const server of servers.values()) {
        const { exporters, name } = server.server;
        const { "node-exporter": nodeExporter, cadvisor } = exporters;
        if (nodeExporter) {
          new NodeExporter(`${name}-node-exporter`, { server, port: nodeExporter.port, credentials }, below(server));
        }
        if (cadvisor) new Cadvisor(`${name}-cadvisor`, { server, port: cadvisor.port }, below(server));
        // security-metrics (9101) is scraped where it runs already; its image is not part of the project yet.
      }
    }

    function createLogShippers(): void {
      for (const server of servers.values()) {
        const { name, promtail } = server.server;
        new Promtail(`${name}-promtail`, { server, port: promtail.port }, below(server));
      }
    }

    function createDatasources(): void {
      new Datasources(
        "datasources",
        { inventory, credentials, url: grafana.url },
        { parent: grafana, dependsOn: [grafana.service.container] },
      );
    }

    function on(service: ServiceName): MonitoredServer {
      const server = servers.get(serverOf(inventory, service).name);
      if (!server) throw new Error(`${service} is placed on a server that was not created`);
      return server;
    }

    function named(service: ServiceName): string {
      return `${on(service).server.name}-${service}`;
    }

    function serviceArgs(service: ServiceName) {
      return { server: on(service), credentials };
    }

    function below(server: MonitoredServer): pulumi.ComponentResourceOptions {
      return { parent: server };
    }
  }
}
