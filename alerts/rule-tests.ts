import { type AlertRule, type FiringCase, jobsOf, type RuleCase, secondsOf } from "./rule";
import { type Series, sampleSeconds, seriesMinutes } from "./series";

const server = "server-80";
const neighbour = "server-81";
const environment = "trial";
/** How exactly an alert has to be on time, in seconds. */
const tolerance = 45;

/**
 * A rule's cases as a file for `promtool test rules`.
 *
 * A firing case is tried with the rule's first silent case on the neighbour: no alert just before the rule's time is
 * over, one alert with exactly the expected labels just after it, and never one of the neighbour. A silent case must
 * never fire in two hours.
 * @see https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export function ruleTestFile(rule: AlertRule, ruleFile: string) {
  const { fires } = rule.cases;
  const silent = rule.cases.silent === "never" ? [] : rule.cases.silent;
  return {
    rule_files: [ruleFile],
    evaluation_interval: `${sampleSeconds}s`,
    tests: [
      ...fires.map((one) => firingTest(rule, one, silent[0])),
      ...silent.map((one) => ({
        ...head(rule, one),
        input_series: input(rule, one.series, server),
        promql_expr_test: [never(rule, "")],
      })),
    ],
  };
}

function firingTest(rule: AlertRule, firing: FiringCase, quiet: RuleCase | undefined) {
  const onset = (firing.from ?? 0) * 60;
  const due = onset + secondsOf(rule.for);
  const before = due - tolerance;
  const expected = {
    __name__: "ALERTS",
    alertname: rule.name,
    alertstate: "firing",
    severity: rule.severity,
    category: rule.category,
    server,
    instance: server,
    environment,
    job: jobsOf(rule)[0] ?? "",
    ...firing.labels,
  };
  return {
    ...head(rule, firing),
    input_series: [...input(rule, firing.series, server), ...input(rule, quiet?.series ?? [], neighbour)],
    promql_expr_test: [
      ...(before >= 0 ? [{ expr: firingAlerts(rule), eval_time: `${before}s` }] : []),
      {
        expr: firingAlerts(rule),
        eval_time: `${due + tolerance}s`,
        exp_samples: [{ labels: selector(expected), value: 1 }],
      },
      never(rule, neighbour),
    ],
  };
}

function head(rule: AlertRule, { when }: RuleCase) {
  return { name: `${rule.name}: ${when}`, interval: `${sampleSeconds}s` };
}

/** No alert (of a server) in all the time that there are series for. */
function never(rule: AlertRule, of: string) {
  const matcher = of ? `, server="${of}"` : "";
  const alerts = `ALERTS{alertname="${rule.name}", alertstate="firing"${matcher}}`;
  return { expr: `last_over_time(${alerts}[1d])`, eval_time: `${seriesMinutes}m` };
}

function firingAlerts(rule: AlertRule): string {
  return `ALERTS{alertname="${rule.name}", alertstate="firing"}`;
}

function input(rule: AlertRule, series: Series[], on: string) {
  const [job = ""] = jobsOf(rule);
  return series.map(({ metric, labels, values }) => ({
    series: `${metric}${matchers({ job, server: on, instance: on, environment, ...labels })}`,
    values,
  }));
}

function selector({ __name__, ...labels }: Record<string, string>): string {
  return `${__name__}${matchers(labels)}`;
}

function matchers(labels: Record<string, string>): string {
  const present = Object.entries(labels).filter(([, value]) => value !== "");
  return `{${present.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}
