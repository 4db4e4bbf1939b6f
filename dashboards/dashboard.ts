import {
  type AnnotationQuery,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  type RowPanel,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { heartbeatAlert } from "../alerts/routing";
import { type DashboardUid, dashboardTitles, linksToOthers } from "./links";
import { built } from "./panel";
import { datasource, onServer } from "./query";
import { serverVariable } from "./variables";

/** Columns of Grafana's grid. */
export const gridColumns = 24;

/** A heading with the panels below it, from left to right and then down. */
export interface Row {
  title: string;
  panels: Panel[];
}

/**
 * @param none what those panels say that have nothing to show, and no word of their own for it, as `no Ray here`
 */
export function row(title: string, panels: Panel[], none?: string): Row {
  return { title, panels: none === undefined ? panels : panels.map((panel) => saying(none, panel)) };
}

function saying(noValue: string, panel: Panel): Panel {
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {}, overrides: [] };
  return { ...panel, fieldConfig: { defaults: { noValue, ...defaults }, overrides } };
}

export interface DashboardArgs {
  /** What it answers, and for whom. */
  description: string;
  rows: Row[];
  /** What people choose by, besides servers. @default nothing */
  variables?: VariableModel[];
}

/** One of the four: a day, fresh every 30 seconds, by server, with firing alerts on its graphs and links to the others. */
export function dashboardOf(uid: DashboardUid, { description, rows, variables = [] }: DashboardArgs): Dashboard {
  const dashboard = new DashboardBuilder(dashboardTitles[uid])
    .uid(uid)
    .description(description)
    .tags(["monitoring"])
    .time({ from: "now-24h", to: "now" })
    .refresh("30s")
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([serverVariable, ...variables].map(built))
    .annotations([built(firingAlerts)])
    .links(linksToOthers(uid).map(built))
    .build();
  return { ...dashboard, panels: placed(rows) };
}

const firingAlerts: AnnotationQuery = {
  name: "Firing alerts",
  datasource: datasource("prometheus"),
  enable: true,
  iconColor: "red",
  expr: `ALERTS{alertstate="firing", alertname!="${heartbeatAlert}", ${onServer}}`,
  step: "60s",
  titleFormat: "{{alertname}}",
  textFormat: "{{server}}: {{severity}}",
  tagKeys: "severity,category,server",
};

/** The panels with their places on the grid, and ids from 1 on, in the order in which they are read. */
function placed(rows: Row[]): (Panel | RowPanel)[] {
  const all: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    all.push({
      type: "row",
      collapsed: false,
      title,
      id: all.length + 1,
      panels: [],
      gridPos: { x: 0, y, w: gridColumns, h: 1 },
    });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of panels) {
      const { w = 0, h = 0 } = panel.gridPos ?? {};
      if (x + w > gridColumns) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      all.push({ ...panel, id: all.length + 1, gridPos: { x, y, w, h } });
      x += w;
      lineHeight = Math.max(lineHeight, h);
    }
    y += lineHeight;
  }
  return all;
}
