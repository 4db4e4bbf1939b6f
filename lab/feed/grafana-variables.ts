import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

/** The time that a dashboard shows. */
export interface ShownTime {
  /** Seconds since 1970. */
  from: number;
  to: number;
}

/** Seconds between two points of a graph. */
export const stepSeconds = 5;
/** As Grafana reckons it from the datasource's `timeInterval` of 15 seconds: four times that, where graphs are fine. */
const rateInterval = "60s";

/**
 * A query as Grafana sends it: its own variables, and those of the dashboard with what is chosen at first.
 * @see https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
 */
export function substituted(expr: string, dashboard: Dashboard, { from, to }: ShownTime): string {
  const range = Math.round(to - from);
  const values: Record<string, string> = {
    __interval: `${stepSeconds}s`,
    __interval_ms: String(stepSeconds * 1000),
    __auto: `${stepSeconds}s`,
    __rate_interval: rateInterval,
    __range: `${range}s`,
    __range_s: String(range),
    __range_ms: String(range * 1000),
  };
  for (const { name, current, allValue } of dashboard.templating?.list ?? []) {
    const chosen = [current?.value ?? ""].flat().join("|");
    values[name] = chosen === "$__all" ? (allValue ?? ".*") : chosen;
  }
  return expr.replace(
    /\$\{(\w+)(?::\w+)?\}|\$(\w+)/g,
    (whole, braced: string | undefined, plain: string | undefined) => {
      const value = values[braced ?? plain ?? ""];
      // `$1` is a regular expression's own.
      if (value === undefined && !/^\$\{?\d/.test(whole))
        throw new Error(`nobody sets the variable ${whole} of: ${expr}`);
      return value ?? whole;
    },
  );
}
