import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Inventory } from "../stacks/inventory";
import { dashboardOf, row } from "./dashboard";
import { availabilityPanels } from "./devops/availability";
import { capacityPanels } from "./devops/capacity";
import { containerPanels } from "./devops/containers";
import { logPanels, operationsPanels } from "./devops/operations";
import { serverLabelVariable } from "./variables";

/** For those who run the fleet: what was promised, what containers do, when something is full, whether all is watched. */
export function devopsDashboard(inventory: Inventory): Dashboard {
  return dashboardOf("devops-dashboard", {
    description:
      "For those who run the fleet: availability of 30 days against 99.9 %, containers, when disks and memory will be full, whether scrapes, rules and notifications work, and logs.",
    variables: [serverLabelVariable("container", "Container", "container_start_time_seconds", "name")],
    rows: [
      row("Availability, 30 days against 99.9 %", availabilityPanels()),
      row("Containers", containerPanels(inventory)),
      row("Capacity", capacityPanels(inventory)),
      row("The monitoring itself", operationsPanels(inventory)),
      row("Logs", logPanels()),
    ],
  });
}
