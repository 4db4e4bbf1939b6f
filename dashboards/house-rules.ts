import type { Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Inventory } from "../stacks/inventory";
import { gridColumns } from "./dashboard";
import { dashboardUids } from "./links";
import { onServer } from "./query";
import { metricSelectors, streamSelectors } from "./selectors";

/** What stands in a panel's target, of those that panels have here. */
export interface AskedQuery {
  /** As `Memory, A`. */
  where: string;
  datasource: string;
  expr: string;
  legend: string;
}

const withUnit = new Set(["timeseries", "stat", "bargauge", "gauge", "statetimeline"]);
const withQueries = new Set([...withUnit, "table", "logs"]);

/** Whatever in a dashboard is not as it has to be in this house, one line each. */
export function problemsOf(dashboard: Dashboard, inventory: Inventory): string[] {
  const panels = dashboard.panels ?? [];
  return [
    ...frameProblems(dashboard),
    ...panels.flatMap(panelProblems),
    ...queriesOf(dashboard).flatMap(queryProblems),
    ...placeProblems(panels),
    ...linkProblems(dashboard, inventory),
  ];
}

/** Every query of every panel. */
export function queriesOf({ panels = [] }: Dashboard): AskedQuery[] {
  return panels.flatMap((panel) =>
    isRow(panel) ? [] : (panel.targets ?? []).map((target) => queryOf(panel, target as Dataquery & TargetFields)),
  );
}

interface TargetFields {
  refId?: string;
  expr?: string;
  legendFormat?: string;
  datasource?: { uid?: string };
}

function queryOf(panel: Panel, { refId, expr = "", legendFormat = "", datasource }: TargetFields): AskedQuery {
  return { where: `${panel.title}, ${refId}`, datasource: datasource?.uid ?? "", expr, legend: legendFormat };
}

function frameProblems({ uid, title, description, time, refresh, timezone, templating, annotations }: Dashboard) {
  const server = templating.list?.find(({ name }) => name === "server");
  return said({
    "the uid is not one of the contract": !dashboardUids.some((one) => one === uid),
    "it has no title": !title,
    "it has no description": isShort(description),
    "its range is not the last 24 hours": time?.from !== "now-24h" || time.to !== "now",
    "it is not refreshed every 30 seconds": refresh !== "30s",
    "its times are not the browser's": timezone !== "browser",
    "it has no variable for several servers": !server?.multi || !server.includeAll || server.allValue !== ".+",
    "firing alerts are not on its graphs": !annotations.list?.some(({ expr }) => expr?.includes("ALERTS")),
  });
}

function panelProblems(panel: Panel | RowPanel): string[] {
  if (isRow(panel)) return panel.title ? [] : ["a row has no title"];
  const { type, title, description, fieldConfig, datasource, targets = [], options } = panel;
  const isSeries = withUnit.has(type) && type !== "stat";
  return said({
    "a panel has no title": !title,
    [`${title}: no description that says what is good`]: isShort(description),
    [`${title}: no unit`]: withUnit.has(type) && !fieldConfig?.defaults.unit,
    [`${title}: a column with numbers has no unit`]: type === "table" && hasColumnWithoutUnit(panel),
    [`${title}: no query`]: withQueries.has(type) && targets.length === 0,
    [`${title}: no datasource`]: withQueries.has(type) && !datasource?.uid,
    [`${title}: two queries of the same name`]: hasTwins(targets.map((one) => (one as TargetFields).refId)),
    [`${title}: series without a legend`]: isSeries && targets.some((one) => !(one as TargetFields).legendFormat),
    [`${title}: the legend is hidden`]: type === "timeseries" && !options?.legend?.showLegend,
  });
}

function queryProblems({ where, datasource, expr }: AskedQuery): string[] {
  const selectors = datasource === "loki" ? streamSelectors(expr) : metricSelectors(expr);
  const unfiltered = selectors.filter(({ matchers }) => !matchers.includes(onServer));
  return [
    ...said({
      [`${where}: no datasource ${datasource}`]: !["prometheus", "loki"].includes(datasource),
      [`${where}: asks for nothing`]: selectors.length === 0,
    }),
    ...unfiltered.map(({ metric, matchers }) => `${where}: ${metric}{${matchers}} is not of the chosen servers`),
  ];
}

function placeProblems(panels: (Panel | RowPanel)[]): string[] {
  const ids = panels.map(({ id }) => id);
  const places = panels.map(({ title, gridPos }) => ({ title, ...(gridPos ?? { x: 0, y: 0, w: 0, h: 0 }) }));
  return [
    ...said({ "two panels have the same id": hasTwins(ids), "a panel has no id": ids.some((id) => !id) }),
    ...places.flatMap((one, index) => [
      ...said({
        [`${one.title}: it is outside the grid`]: one.x < 0 || one.x + one.w > gridColumns || one.w < 1 || one.h < 1,
      }),
      ...places
        .slice(index + 1)
        .filter((other) => overlap(one, other))
        .map((other) => `${one.title}: it overlaps with ${other.title}`),
    ]),
  ];
}

function linkProblems(dashboard: Dashboard, { runbooks }: Inventory): string[] {
  const urls = [...JSON.stringify(dashboard).matchAll(/"url":"((?:[^"\\]|\\.)*)"/g)].map(([, url = ""]) => url);
  const others = dashboardUids.filter((uid) => uid !== dashboard.uid);
  return [
    ...urls.filter((url) => !leadsSomewhere(url, runbooks)).map((url) => `a link leads nowhere: ${url}`),
    ...others
      .filter((uid) => !dashboard.links?.some(({ url }) => url === `/d/${uid}`))
      .map((uid) => `no link to ${uid}`),
  ];
}

/** To a dashboard of ours, to a query of logs that can be read, or to a runbook. */
function leadsSomewhere(url: string, runbooks: string): boolean {
  const [, uid] = url.match(/^\/d\/([^/?]+)/) ?? [];
  if (uid) return dashboardUids.some((one) => one === uid);
  const [, panes] = url.match(/^\/explore\?.*panes=([^&]+)/) ?? [];
  if (panes) return isExplored(decodeURIComponent(panes));
  return url.startsWith(`${runbooks}/`);
}

function isExplored(panes: string): boolean {
  const [pane] = Object.values(JSON.parse(panes) as Record<string, { queries: { expr: string }[] }>);
  return (pane?.queries ?? []).every(({ expr }) => streamSelectors(expr).length > 0);
}

function hasColumnWithoutUnit({ fieldConfig, transformations = [] }: Panel): boolean {
  const organize = transformations.find(({ id }) => id === "organize");
  const renamed = Object.entries((organize?.options.renameByName ?? {}) as Record<string, string>);
  const numbers = renamed.filter(([field]) => field.startsWith("Value")).map(([, title]) => title);
  return numbers.some((title) => {
    const override = fieldConfig?.overrides.find(({ matcher }) => matcher.options === title);
    return !override?.properties.some(({ id }) => id === "unit");
  });
}

interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

function overlap(one: Place, other: Place): boolean {
  const beside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const below = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !beside && !below;
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === "row";
}

function isShort(text = ""): boolean {
  return text.trim().length < 40;
}

function hasTwins(values: unknown[]): boolean {
  return new Set(values).size < values.length;
}

function said(problems: Record<string, boolean>): string[] {
  return Object.entries(problems).flatMap(([problem, isSo]) => (isSo ? [problem] : []));
}
