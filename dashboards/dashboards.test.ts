import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Dashboard, Panel, ThresholdsConfig } from "@grafana/grafana-foundation-sdk/dashboard";
import { afterAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { recordingRules } from "../alerts/recording";
import { rules } from "../alerts/rules";
import { trialFleet } from "../alerts/trial-fleet";
import { attempt } from "../ops/process";
import { toolPath } from "../ops/toolchain/tools";
import { loadInventory, stackNames } from "../stacks";
import { type ThresholdName, thresholdNames } from "../stacks/thresholds";
import { dashboardsFor } from ".";
import { problemsOf, queriesOf } from "./house-rules";
import { dashboardTitles, dashboardUids } from "./links";
import { metricSelectors } from "./selectors";

const folder = mkdtempSync(path.join(os.tmpdir(), "dashboards-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Panels that each has at least, rows included. */
const leastPanels = {
  "all-servers-executive": 26,
  "devops-dashboard": 21,
  "dba-dashboard": 28,
  "mlops-dashboard": 28,
};

const dashboards = dashboardsFor(trialFleet);
const each = dashboards.map((dashboard) => [dashboard.uid ?? "", dashboard] as const);
const promqlOf = (dashboard: Dashboard) => queriesOf(dashboard).filter(({ datasource }) => datasource === "prometheus");

describe.each(stackNames)("the dashboards of %s", async (stack) => {
  const inventory = await loadInventory(stack);

  it("are the four of the contract, each as the rules of the house want it", () => {
    const all = dashboardsFor(inventory);
    expect(all.map(({ uid }) => uid)).toEqual(dashboardUids);
    expect(all.map(({ title }) => title)).toEqual(Object.values(dashboardTitles));
    for (const dashboard of all) expect(problemsOf(dashboard, inventory), dashboard.uid).toEqual([]);
  });

  it("are the same every time, and nothing is lost on the way to Grafana", () => {
    const [once, again] = [dashboardsFor(inventory), dashboardsFor(inventory)].map((all) => JSON.stringify(all));
    expect(again).toBe(once);
    // All but the functions by which the SDK tells its types apart.
    expect(dashboardsFor(inventory)).toMatchObject(JSON.parse(once ?? ""));
  });
});

describe("each dashboard", () => {
  it.each(each)("%s has its panels", (uid, { panels = [] }) => {
    expect(panels.length).toBeGreaterThanOrEqual(leastPanels[uid as keyof typeof leastPanels]);
  });

  it.each(each)("%s asks in PromQL that promtool understands", async (uid, dashboard) => {
    const rules = promqlOf(dashboard).map(({ where, expr }, index) => ({
      record: `asked:${index}`.replace(/\d/g, (digit) => String.fromCharCode(97 + Number(digit))),
      labels: { where },
      expr: expr.replace(/\$__(rate_interval|interval|range)/g, "5m"),
    }));
    writeFileSync(path.join(folder, `${uid}.yml`), stringify({ groups: [{ name: "asked", rules }] }));
    const { code, stderr } = await attempt(toolPath("promtool"), ["check", "rules", "--lint=none", `${uid}.yml`], {
      cwd: folder,
    });
    expect(code, stderr).toBe(0);
  });

  it.each(each)("%s has no name of a variable that there is not", (_, dashboard) => {
    const known = new Set(dashboard.templating.list?.map(({ name }) => name));
    const used = queriesOf(dashboard).flatMap(({ expr }) =>
      [...expr.matchAll(/\$(\w+)/g)].map(([, name = ""]) => name),
    );
    const ofGrafana = (name: string) => name.startsWith("__") || /^\d+$/.test(name);
    expect(used.filter((name) => !known.has(name) && !ofGrafana(name))).toEqual([]);
    // And none that people choose by and nothing follows.
    expect([...known].filter((name) => !used.includes(name))).toEqual([]);
  });
});

describe("recording rules and panels", () => {
  const asked = new Set(
    dashboards.flatMap(promqlOf).flatMap(({ expr }) => metricSelectors(expr).map(({ metric }) => metric)),
  );
  const recorded = recordingRules.map(({ record }) => record);

  it("have each other: what panels ask for is recorded, and what is recorded is asked for", () => {
    expect([...asked].filter((metric) => metric.includes(":") && !recorded.includes(metric))).toEqual([]);
    const expressions = [...recordingRules, ...rules].map(({ expr }) =>
      typeof expr === "function"
        ? expr({ inventory: trialFleet, targets: [], isWatcher: false })
        : JSON.stringify(expr),
    );
    const isUsed = (record: string) => asked.has(record) || expressions.some((expr) => expr.includes(record));
    expect(recorded.filter((record) => !isUsed(record))).toEqual([]);
  });
});

describe("colours", () => {
  /** Every threshold has a value of its own here, so that a colour tells which one it follows. */
  const valueFor = (name: ThresholdName) => 1000.5 + thresholdNames.indexOf(name);
  const marked = {
    ...trialFleet,
    thresholds: Object.fromEntries(thresholdNames.map((name) => [name, valueFor(name)])),
  };
  const operators = new Map(
    rules.flatMap(({ expr }) => (typeof expr === "object" ? [[expr.threshold, expr.operator] as const] : [])),
  );
  const coloured = dashboardsFor(marked).flatMap(({ uid, panels = [] }) =>
    panels.flatMap((panel) =>
      thresholdsOf(panel as Panel).map((config) => [`${uid}: ${panel.title}`, config] as const),
    ),
  );

  it("change at the thresholds of the alert rules, on the side that is wrong", () => {
    const wrong = coloured.flatMap(([where, { steps }]) =>
      thresholdNames.flatMap((name) => {
        const index = steps.findIndex(({ value }) => value === valueFor(name));
        if (index < 1) return [];
        const bad = operators.get(name) === ">" ? steps[index] : steps[index - 1];
        return bad?.color === "green" ? [`${where}: ${name} is ${operators.get(name)}`] : [];
      }),
    );
    expect(wrong).toEqual([]);
    expect(coloured.filter(([, { steps }]) => steps.some(({ value }) => (value ?? 0) > 1000)).length).toBeGreaterThan(
      20,
    );
  });

  it("change at other values only where there is no threshold for them", () => {
    const own = coloured.flatMap(([where, { steps }]) => {
      const values = steps.map(({ value }) => value ?? 0).filter((value) => value !== 0 && value !== 1 && value < 1000);
      return values.length > 0 ? [`${where}: ${values.join(", ")}`] : [];
    });
    expect([...new Set(own)]).toMatchInlineSnapshot(`
      [
        "devops-dashboard: Least error budget left: 25",
        "devops-dashboard: Servers, availability: 99, 99.9",
        "devops-dashboard: Services, availability: 99, 99.9",
        "devops-dashboard: Servers, error budget: 99, 99.9",
        "devops-dashboard: Servers, error budget: 25",
        "devops-dashboard: Services, error budget: 99, 99.9",
        "devops-dashboard: Services, error budget: 25",
        "devops-dashboard: Days until disks are full: 7, 30",
        "devops-dashboard: Days until memory is full: 7, 30",
        "devops-dashboard: Targets: 5, 10",
        "dba-dashboard: Deadlocks in 24 hours: 0.5",
      ]
    `);
  });
});

function thresholdsOf({ fieldConfig }: Panel): ThresholdsConfig[] {
  const inColumns = fieldConfig?.overrides.flatMap(({ properties }) => properties) ?? [];
  const columns = inColumns.filter(({ id }) => id === "thresholds").map(({ value }) => value as ThresholdsConfig);
  const general = fieldConfig?.defaults.thresholds;
  return general ? [general, ...columns] : columns;
}
