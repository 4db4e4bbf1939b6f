import * as units from "@grafana/grafana-foundation-sdk/units";
import { limits, upOrDown } from "../limits";
import { toServerLogs } from "../links";
import { barGauge, stateTimeline, statistic } from "../panels";
import { promql } from "../query";
import {
  availabilityOf,
  availabilityTarget,
  budgetLeft,
  criticalServicesUp,
  type Measured,
  timeAway,
  timeMeasured,
} from "../services";
import { up } from "../states";
import { valueTable } from "../table";

const targetPercent = 100 * availabilityTarget;
/** Green from the promised availability on; orange while at least the promise of one nine less is kept. */
const kept = limits({ from: "red", 99: "orange", [targetPercent]: "green" });
/** Red when it is used up, orange when it soon will be. */
const budget = limits({ from: "red", 0: "orange", 25: "green" });

/** How it is measured; on every panel that shows it. */
const measured =
  "Measured every 15 seconds, of the last 30 days as far as Prometheus' data go back (see \"Measured over\"). Time in which Prometheus itself was away counts neither as up nor as down; Prometheus' own figure is the share of time in which it measured.";
const nothingYet = "Within 10 minutes of the first start";

/** What was promised of servers and services, and what was kept. */
export function availabilityPanels() {
  return [
    statistic("Measured over", {
      description:
        "For how long the figures of this row have been measured, at most 30 days: the server that is known the longest. Less than 30 days: the system is younger, or its data were dropped at the bound of size.",
      height: 8,
      unit: units.DurationSeconds,
      decimals: 0,
      noValue: nothingYet,
      queries: promql(`max(${timeMeasured("servers")})`, "measured"),
    }),
    statistic("Least error budget left", {
      description: `Of the 0.1 % of the time (43 minutes in 30 days) that a server or service may be away: how much the worst of them has left. Below 0 the promise is broken. ${measured}`,
      height: 8,
      unit: units.Percent,
      decimals: 0,
      limits: budget,
      noValue: nothingYet,
      queries: promql(`min(${budgetLeft("servers")} or ${budgetLeft("services")})`, "left"),
    }),
    ...figures("servers", "Servers, availability", "its node-exporter answered"),
    ...figures("services", "Services, availability", "it answered, see the dashboard All Servers"),
    ...budgets(),
    stateTimeline("Services up and down", {
      description:
        "When each critical service did not answer, in the time that is shown: where the error budget went. A click leads to the logs of its server at that time.",
      width: 24,
      unit: units.NoUnit,
      words: up,
      limits: upOrDown,
      links: [toServerLogs],
      queries: promql(criticalServicesUp, "{{service}} on {{server}}"),
    }),
  ];
}

function figures(of: Measured, title: string, upMeans: string) {
  return [
    barGauge(title, {
      description: `Share of the last 30 days in which each was up: ${upMeans}. Good is ${targetPercent} % and more; orange is below what was promised. ${measured}`,
      width: 8,
      unit: units.Percent,
      decimals: 3,
      max: 100,
      limits: kept,
      links: [toServerLogs],
      noValue: nothingYet,
      queries: promql(availabilityOf(of), of === "servers" ? "{{server}}" : "{{service}} on {{server}}"),
    }),
  ];
}

function budgets() {
  return (["servers", "services"] as const).map((of) =>
    valueTable(`${of === "servers" ? "Servers" : "Services"}, error budget`, {
      description: `Of the time that each may be away (0.1 %, 43 minutes in 30 days): what is left. Below 0 % more was used than there is; then stability goes before changes. ${measured}`,
      noValue: nothingYet,
      queries: [promql(availabilityOf(of)), promql(budgetLeft(of)), promql(timeAway(of)), promql(timeMeasured(of))],
      columns: {
        server: "Server",
        ...(of === "services" ? { service: "Service" } : {}),
        "Value #A": { title: "Availability", unit: units.Percent, decimals: 3, limits: kept },
        "Value #B": { title: "Budget left", unit: units.Percent, decimals: 0, limits: budget },
        "Value #C": { title: "Was away", unit: units.DurationSeconds, decimals: 0 },
        "Value #D": { title: "Measured over", unit: units.DurationSeconds, decimals: 0 },
      },
    }),
  );
}
