import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import type { Inventory, ServiceName } from "../../stacks/inventory";
import { addressOf, targetOf } from "../../stacks/targets";
import type { Credentials } from "../credentials/credentials";

export interface DatasourcesArgs {
  inventory: Inventory;
  credentials: pulumi.Input<Credentials>;
  /** Where Grafana answers, as `http://10.0.0.81:3002`. */
  url: pulumi.Input<string>;
}

/** Grafana's three datasources, under the uids that dashboards rely on: `prometheus`, `loki`, `alertmanager`. */
export class Datasources extends pulumi.ComponentResource {
  readonly provider: grafana.Provider;

  constructor(name: string, args: DatasourcesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:grafana:Datasources", name, {}, opts);
    const { inventory, credentials, url } = args;
    const known = pulumi.secret(credentials);

    this.provider = createProvider(this);
    createPrometheus(this);
    createLoki(this);
    createAlertmanager(this);
    this.registerOutputs();

    function createProvider(self: Datasources): grafana.Provider {
      const auth = known.apply(({ grafana: { user, password } }) => `${user}:${password}`);
      return new grafana.Provider(`${name}-grafana`, { url, auth }, { parent: self });
    }

    function createPrometheus(self: Datasources): void {
      create(self, "prometheus", "Prometheus", {
        isDefault: true,
        jsonDataEncoded: JSON.stringify({ httpMethod: "POST", prometheusType: "Prometheus", timeInterval: "15s" }),
        ...passwordOf("prometheus"),
      });
    }

    function createLoki(self: Datasources): void {
      create(self, "loki", "Loki", { jsonDataEncoded: JSON.stringify({ maxLines: 1000 }) });
    }

    function createAlertmanager(self: Datasources): void {
      create(self, "alertmanager", "Alertmanager", {
        jsonDataEncoded: JSON.stringify({ implementation: "prometheus" }),
        ...passwordOf("alertmanager"),
      });
    }

    function create(
      self: Datasources,
      service: ServiceName,
      title: string,
      settings: Partial<grafana.oss.DataSourceArgs>,
    ): void {
      const address = addressOf(targetOf(service, inventory));
      new grafana.oss.DataSource(
        `datasource-${service}`,
        { uid: service, type: service, name: title, url: `http://${address}`, accessMode: "proxy", ...settings },
        { parent: self, provider: self.provider, deleteBeforeReplace: true },
      );
    }

    function passwordOf(service: "prometheus" | "alertmanager"): Partial<grafana.oss.DataSourceArgs> {
      return {
        basicAuthEnabled: true,
        basicAuthUsername: known.apply((all) => all[service].user),
        secureJsonDataEncoded: known.apply((all) => JSON.stringify({ basicAuthPassword: all[service].password })),
      };
    }
  }
}
