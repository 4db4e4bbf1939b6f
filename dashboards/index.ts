import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Inventory } from "../stacks/inventory";
import { allServersExecutive } from "./all-servers-executive";
import { dbaDashboard } from "./dba-dashboard";
import { devopsDashboard } from "./devops-dashboard";
import { mlopsDashboard } from "./mlops-dashboard";

/**
 * The four dashboards of a stack, ready to be given to Grafana. Plain data, always the same for the same inventory.
 *
 * A dashboard is a file named after its uid: `dashboardOf(uid, { description, rows })`, where each `row` is a heading with
 * panels, and each panel one call (`panels.ts`, `table.ts`). Places and ids come from the order. Queries have the filter
 * `onServer`; colours come from the thresholds of the alert rules, by `above` and `below` (`limits.ts`).
 */
export function dashboardsFor(inventory: Inventory): Dashboard[] {
  return [
    allServersExecutive(inventory),
    devopsDashboard(inventory),
    dbaDashboard(inventory),
    mlopsDashboard(inventory),
  ];
}
