import * as pulumi from "@pulumi/pulumi";
import type { ChannelSecretName, ChannelSecrets } from "../../stacks/channels";
import type { ExporterSecrets } from "../../stacks/exporters";
import {
  alertmanagersOf,
  type Inventory,
  type Placement,
  prometheusesOf,
  type Server,
  type ServiceName,
  serverOf,
} from "../../stacks/inventory";
import type { SingleSignOnSecrets } from "../../stacks/single-sign-on";
import { Alertmanager } from "../alertmanager/alertmanager";
import { Appwrite } from "../appwrite/appwrite";
import { GeneratedCredentials } from "../credentials/generated-credentials";
import { createExporters } from "../exporters/exporters";
import { Dashboards } from "../grafana/dashboards";
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
  /** What the stack's channels ask for. @default none, as its channels are */
  secrets?: pulumi.Input<ChannelSecrets>;
  /** What its exporters log in with. @default nothing */
  exporterSecrets?: pulumi.Input<ExporterSecrets>;
  /** What its single sign-on asks for. @default nothing */
  singleSignOnSecrets?: pulumi.Input<SingleSignOnSecrets>;
}

/** The monitoring of a whole fleet: what its inventory describes, on the servers that it names. */
export class Monitoring extends pulumi.ComponentResource {
  /** Service → where people find it. */
  readonly urls: Record<ServiceName, string>;
  /** Service → the password that it asks people for; users are `admin` in Grafana, `monitoring` elsewhere. */
  readonly passwords: pulumi.Output<Record<"grafana" | "prometheus" | "alertmanager", string>>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:monitoring:Monitoring", name, {}, opts);
    const { inventory, identity, secrets = {}, exporterSecrets = {}, singleSignOnSecrets = {} } = args;
    const self = this;

    const { credentials } = new GeneratedCredentials("credentials", { parent: this });
    const servers = createServers();
    for (const server of servers.values()) {
      createExporters({ server, credentials, secrets: exporterSecrets }, below(server));
    }
    const loki = new Loki(named("loki"), { server: on("loki") }, below(on("loki")));
    const [alertmanager] = createAlertmanagers();
    const [prometheus] = createPrometheuses();
    const grafana = createGrafana();
    createGrafanaContent();
    createLogShippers();
    createAppwrite();

    this.urls = {
      prometheus: prometheus?.url ?? "",
      alertmanager: alertmanager?.url ?? "",
      loki: loki.url,
      grafana: grafana.url,
    };
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

    /** The first, and where there is a watcher its own. */
    function createAlertmanagers(): Alertmanager[] {
      return alertmanagersOf(inventory).map((placement) => {
        const server = deployed(placement.server);
        return new Alertmanager(placed(placement), { server, placement, credentials, secrets }, below(server));
      });
    }

    /** The first, and where there is a watcher its own. */
    function createPrometheuses(): Prometheus[] {
      return prometheusesOf(inventory).map((placement) => {
        const server = deployed(placement.server);
        return new Prometheus(placed(placement), { server, placement, credentials }, below(server));
      });
    }

    function createLogShippers(): void {
      for (const server of servers.values()) {
        const { name, promtail } = server.server;
        new Promtail(`${name}-promtail`, { server, port: promtail.port }, below(server));
      }
    }

    function createGrafana(): Grafana {
      const server = on("grafana");
      return new Grafana(named("grafana"), { server, credentials, secrets: singleSignOnSecrets }, below(server));
    }

    /** What people find in Grafana. Dashboards come last: they show the datasources. */
    function createGrafanaContent(): void {
      const below = { parent: grafana, dependsOn: [grafana.service.container] };
      const datasources = new Datasources("datasources", { inventory, credentials, url: grafana.url }, below);
      const { provider } = datasources;
      new Dashboards("dashboards", { inventory, provider }, { parent: grafana, dependsOn: [datasources] });
    }

    /** What stores alerts, and tells people by push and SMS; where the stack has that channel. */
    function createAppwrite(): void {
      const { appwrite } = inventory.channels;
      if (!appwrite) return;
      const { endpoint, project, runtime, heartbeatUrl, allowDataLoss, sms } = appwrite;
      const secret = (name: ChannelSecretName) => pulumi.output(secrets).apply((known) => known[name] ?? "");
      new Appwrite(
        "appwrite",
        {
          ...{ endpoint, project, runtime, heartbeatUrl, allowDataLoss },
          key: secret("appwriteDeployKey"),
          sms: sms && { ...sms, authToken: secret("twilioAuthToken"), to: secret("onCallPhoneNumbers") },
        },
        { parent: self },
      );
    }

    function on(service: ServiceName): MonitoredServer {
      return deployed(serverOf(inventory, service));
    }

    function deployed({ name }: Server): MonitoredServer {
      const server = servers.get(name);
      if (!server) throw new Error(`${name} was not created`);
      return server;
    }

    function named(service: ServiceName): string {
      return `${on(service).server.name}-${service}`;
    }

    function placed({ server, container }: Placement): string {
      return `${server.name}-${container}`;
    }

    function below(server: MonitoredServer): pulumi.ComponentResourceOptions {
      return { parent: server };
    }
  }
}
