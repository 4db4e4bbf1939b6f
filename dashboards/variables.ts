import {
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { datasource, onServer } from "./query";

/** Anything; not Grafana's own list of all names, which grows with the fleet. */
const anything = ".+";

/** The servers that the metrics know. Every dashboard has it. */
export const serverVariable = labelVariable("server", "Server", "up", "server");

/**
 * A variable by which people choose among the values of a label, several or all.
 * @param name as queries write it, `$database`
 * @param label what people read beside it
 * @param series PromQL selector of the series whose label it is, as `pg_database_size_bytes`
 * @param values the label, as `datname`
 */
export function labelVariable(name: string, label: string, series: string, values: string): VariableModel {
  const query = `label_values(${series}, ${values})`;
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource("prometheus"))
    .query({ query, refId: "PrometheusVariableQueryEditor-VariableQuery", qryType: 1 })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(anything)
    .current({ selected: true, text: "All", value: "$__all" })
    .build();
}

/** The same for a label of the chosen servers' series only, as `serverLabelVariable("queue", "Queue", "celery_queue_length", "queue_name")`. */
export function serverLabelVariable(name: string, label: string, metric: string, values: string): VariableModel {
  return labelVariable(name, label, `${metric}{${onServer}}`, values);
}
