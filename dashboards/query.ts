import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import * as loki from "@grafana/grafana-foundation-sdk/loki";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";

/** The datasources that queries may name; uid and type are the same word. */
export type DatasourceName = "prometheus" | "loki";

/** The label filter that every query has: the servers that the person chose. As `up{${onServer}, job="loki"}`. */
export const onServer = 'server=~"$server"';

/** What a panel asks one datasource. */
export interface Query {
  source: DatasourceName;
  expr: string;
  /** Name of each series, as `{{server}} {{device}}`; the default of Grafana is all its labels. */
  legend: string;
}

/** A question to Prometheus; `legend` names each series, as `{{server}}`. */
export function promql(expr: string, legend = ""): Query {
  return { source: "prometheus", expr, legend };
}

/** A question to Loki; `legend` names each series of a metric query, and means nothing for log lines. */
export function logql(expr: string, legend = ""): Query {
  return { source: "loki", expr, legend };
}

/** `value`: the last one; `table`: the same, a row for each set of labels; `range`: over the time that is shown. */
export type Answer = "value" | "table" | "range";

/** The queries as Grafana's targets: `A`, `B` … */
export function targetsOf(queries: Query[], answer: Answer): Builder<Dataquery>[] {
  return queries.map((query, index) => {
    const refId = String.fromCharCode("A".charCodeAt(0) + index);
    return query.source === "loki" ? lokiTarget(query, refId, answer) : prometheusTarget(query, refId, answer);
  });
}

export function datasource(name: DatasourceName): DataSourceRef {
  return { type: name, uid: name };
}

function prometheusTarget({ expr, legend }: Query, refId: string, answer: Answer): Builder<Dataquery> {
  const target = new prometheus.DataqueryBuilder()
    .refId(refId)
    .datasource(datasource("prometheus"))
    .editorMode(prometheus.QueryEditorMode.Code)
    .expr(expr)
    .format(answer === "table" ? prometheus.PromQueryFormat.Table : prometheus.PromQueryFormat.TimeSeries);
  if (legend) target.legendFormat(legend);
  return answer === "range" ? target.range() : target.instant();
}

function lokiTarget({ expr, legend }: Query, refId: string, answer: Answer): Builder<Dataquery> {
  const target = new loki.DataqueryBuilder()
    .refId(refId)
    .datasource(datasource("loki"))
    .editorMode(loki.QueryEditorMode.Code)
    .expr(expr)
    .queryType(answer === "range" ? "range" : "instant");
  return legend ? target.legendFormat(legend) : target;
}
