import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Asked } from "./door";

/** Something that a dashboard asks: a query of a panel, of a variable, or of an annotation. */
export interface Question {
  /** Uid. */
  dashboard: string;
  /** Title of the panel, or whose query it is: `variable server`, `annotation Firing alerts`. */
  panel: string;
  /** Of the panel. */
  id?: number;
  refId: string;
  asked: Asked;
  /** `last`: as it is now; `range`: over the time that is shown; `values`: those of a label. */
  kind: "last" | "range" | "values";
  /** As it is written, with Grafana's variables. */
  expr: string;
}

/** The part of a query that is looked at, of both datasources. */
interface Target {
  refId?: string;
  datasource?: { uid?: string };
  expr?: string;
  /** Prometheus. */
  instant?: boolean;
  /** Loki. */
  queryType?: string;
}

/** Everything that a dashboard asks. */
export function questionsOf(dashboard: Dashboard): Question[] {
  const uid = dashboard.uid ?? "";
  const variables = (dashboard.templating?.list ?? []).flatMap(({ name, type, query }): Question[] => {
    const expr = typeof query === "string" ? query : String((query as { query?: unknown } | undefined)?.query ?? "");
    if (type !== "query") return [];
    return [{ dashboard: uid, panel: `variable ${name}`, refId: "-", asked: "prometheus", kind: "values", expr }];
  });
  const annotations = (dashboard.annotations?.list ?? []).flatMap(({ name, expr }): Question[] => {
    if (!expr) return [];
    return [{ dashboard: uid, panel: `annotation ${name}`, refId: "-", asked: "prometheus", kind: "range", expr }];
  });
  const panels = panelsOf(dashboard).flatMap((panel) => {
    return (panel.targets ?? []).map((target) => questionOf(uid, panel, target as Target));
  });
  return [...variables, ...annotations, ...panels];
}

/** The panels of a dashboard, those of collapsed rows as well. */
export function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).flatMap((entry) => (isRow(entry) ? entry.panels : [entry]));
}

export function isRow(entry: Panel | RowPanel): entry is RowPanel {
  return entry.type === "row";
}

function questionOf(dashboard: string, panel: Panel, target: Target): Question {
  const { refId = "", datasource, expr = "", instant, queryType } = target;
  const asked = datasource?.uid;
  const title = panel.title ?? "";
  if (asked !== "prometheus" && asked !== "loki") throw new Error(`${dashboard}, ${title}: nobody asks ${asked} here`);
  const kind = instant || queryType === "instant" ? "last" : "range";
  return { dashboard, panel: title, ...(panel.id ? { id: panel.id } : {}), refId, asked, kind, expr };
}
