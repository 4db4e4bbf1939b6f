import * as pulumi from "@pulumi/pulumi";
import * as grafana from "@pulumiverse/grafana";
import { dashboardsFor } from "../../dashboards";
import type { Inventory } from "../../stacks/inventory";

export interface DashboardsArgs {
  inventory: Inventory;
  /** How Grafana is reached, as of the datasources. */
  provider: grafana.Provider;
}

/** The folder "Monitoring" in Grafana, with the four dashboards; whatever a person changes there by hand is drift. */
export class Dashboards extends pulumi.ComponentResource {
  constructor(name: string, args: DashboardsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:grafana:Dashboards", name, {}, opts);
    const { inventory, provider } = args;
    const below = { parent: this, provider };

    const folder = createFolder();
    createDashboards();
    this.registerOutputs();

    function createFolder(): grafana.oss.Folder {
      return new grafana.oss.Folder(`${name}-folder`, { uid: "monitoring", title: "Monitoring" }, below);
    }

    function createDashboards(): void {
      for (const dashboard of dashboardsFor(inventory)) {
        new grafana.oss.Dashboard(
          `dashboard-${dashboard.uid}`,
          {
            folder: folder.uid,
            configJson: JSON.stringify(dashboard),
            // One that a person made under the same uid gives way to this one.
            overwrite: true,
          },
          below,
        );
      }
    }
  }
}
