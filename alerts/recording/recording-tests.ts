import { type Series, sampleSeconds } from "../series";
import type { RecordingCase, RecordingRule } from "./recording-rule";

const server = "server-80";
const environment = "trial";
/** How exactly a value has to be met. */
const precision = 0.000001;

/**
 * A rule's cases as a file for `promtool test rules`. promtool evaluates every group at one interval, that of the rule's
 * pace; so what a rule of the slower pace takes from the faster one is given to it as series.
 * @see https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export function recordingTestFile(rule: RecordingRule, ruleFile: string) {
  return {
    rule_files: [ruleFile],
    evaluation_interval: rule.pace,
    tests: rule.cases.map((one) => test(rule, one)),
  };
}

function test(rule: RecordingRule, { when, series, at = 60, finds }: RecordingCase) {
  const complete = (labels: Record<string, string> = {}) =>
    matchers({ job: rule.jobs[0] ?? "", server, instance: server, environment, ...labels });
  return {
    name: `${rule.record}: ${when}`,
    interval: `${sampleSeconds}s`,
    input_series: series.map(({ metric, labels, values }: Series) => ({ series: metric + complete(labels), values })),
    promql_expr_test: [
      {
        expr: `round(${rule.record}, ${precision})`,
        eval_time: `${at}m`,
        exp_samples: finds.map(({ labels, value }) => ({ labels: complete(labels), value: rounded(value) })),
      },
    ],
  };
}

function rounded(value: number): number {
  return Math.round(value / precision) / (1 / precision);
}

function matchers(labels: Record<string, string>): string {
  const present = Object.entries(labels).filter(([, value]) => value !== "");
  return `{${present.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}
