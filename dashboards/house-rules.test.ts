import type { Dashboard, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { describe, expect, it } from "vitest";
import { trialFleet } from "../alerts/trial-fleet";
import { dashboardOf, row } from "./dashboard";
import { problemsOf } from "./house-rules";
import { toServerLogs } from "./links";
import { logLines, statistic, timeSeries } from "./panels";
import { logql, onServer, promql } from "./query";
import { valueTable } from "./table";

const description = "What it is, and which values are good: none that is red.";
const line = { description, unit: units.NoUnit, queries: promql(`up{${onServer}}`, "{{server}}") };

/** One of each kind, as it has to be; the parts that a test breaks are handed in. */
function trial(change: { panels?: Panel[]; dashboard?: Partial<Dashboard> } = {}): Dashboard {
  const { panels = [timeSeries("A line", { ...line, links: [toServerLogs] })], dashboard = {} } = change;
  const sound = [
    statistic("A number", line),
    valueTable("Rows", {
      description,
      queries: promql(`up{${onServer}}`),
      columns: { server: "Server", Value: { title: "Up", unit: units.NoUnit } },
    }),
    logLines("Lines", { description, queries: logql(`{${onServer}} |= "error"`) }),
  ];
  const built = dashboardOf("devops-dashboard", { description, rows: [row("A row", [...panels, ...sound])] });
  return { ...built, ...dashboard };
}

/** Places that the layout would not give. */
function moved(to: Partial<NonNullable<Panel["gridPos"]>>): Dashboard {
  const { panels = [], ...rest } = trial();
  return {
    ...rest,
    panels: panels.map((panel, index) =>
      index === 1 ? { ...panel, gridPos: { ...{ x: 0, y: 1, w: 12, h: 8 }, ...to } } : panel,
    ),
  };
}

it("finds nothing wrong with a sound dashboard", () => {
  expect(problemsOf(trial(), trialFleet)).toEqual([]);
});

describe("names what is wrong", () => {
  const { panels = [] } = trial();
  const [first, second] = panels;
  const nowhere = { ...toServerLogs, url: "/d/gone" };

  it.each([
    ["a uid of nobody", trial({ dashboard: { uid: "mine" } }), "the uid is not one of the contract"],
    ["another range", trial({ dashboard: { time: { from: "now-1h", to: "now" } } }), "its range is not"],
    ["no refresh", trial({ dashboard: { refresh: "" } }), "it is not refreshed"],
    ["no variable", trial({ dashboard: { templating: {} } }), "it has no variable for several servers"],
    ["no alerts", trial({ dashboard: { annotations: {} } }), "firing alerts are not on its graphs"],
    ["no links", trial({ dashboard: { links: [] } }), "no link to dba-dashboard"],
    ["ids twice", trial({ dashboard: { panels: [first, { ...second, id: 1 }] as Panel[] } }), "the same id"],
    ["a place outside", moved({ x: 20 }), "A line: it is outside the grid"],
    ["a place that is taken", moved({ w: 24 }), "A line: it overlaps with A number"],
    ["no description", trial({ panels: [timeSeries("A line", { ...line, description: "" })] }), "no description"],
    ["no unit", trial({ panels: [timeSeries("A line", { ...line, unit: "" })] }), "A line: no unit"],
    [
      "a column without a unit",
      trial({
        panels: [valueTable("T", { description, queries: promql(`up{${onServer}}`), columns: { Value: "Up" } })],
      }),
      "T: a column with numbers has no unit",
    ],
    [
      "no legend",
      trial({ panels: [timeSeries("A line", { ...line, queries: promql(`up{${onServer}}`) })] }),
      "A line: series without a legend",
    ],
    [
      "a metric of all servers",
      trial({
        panels: [timeSeries("A line", { ...line, queries: promql(`up{${onServer}} / on (server) down`, "x") })],
      }),
      "A line, A: down{} is not of the chosen servers",
    ],
    [
      "logs of all servers",
      trial({ panels: [logLines("L", { description, queries: logql('{job="x"}') })] }),
      'L, A: {job="x"} is not of the chosen servers',
    ],
    ["a link to nowhere", trial({ panels: [timeSeries("A line", { ...line, links: [nowhere] })] }), "/d/gone"],
  ])("%s", (_, dashboard, problem) => {
    expect(problemsOf(dashboard, trialFleet).join("\n")).toContain(problem);
  });
});
