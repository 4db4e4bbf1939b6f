import { stringify } from "yaml";
import type { RuleContext } from "../rule";
import { recordingRules } from ".";
import type { Pace, RecordingRule } from "./recording-rule";

const paces: Pace[] = ["15s", "5m"];

/**
 * Prometheus' file `rules/recording.yml`: a group for each pace. None for the watcher, which nobody's dashboards look at.
 * @see https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
 */
export function recordingFiles(
  context: RuleContext,
  all: RecordingRule[] = recordingRules,
): Record<string, { content: string }> {
  const here = recordingRulesFor(context, all);
  const groups = paces.flatMap((pace) => groupOf(pace, context, here));
  if (groups.length === 0) return {};
  return { "rules/recording.yml": { content: stringify({ groups }, { lineWidth: 0 }) } };
}

/** Those of which the context's stack has a source. */
export function recordingRulesFor(context: RuleContext, all: RecordingRule[] = recordingRules): RecordingRule[] {
  if (context.isWatcher) return [];
  const scraped = new Set(context.targets.map(({ job }) => job));
  return all.filter(({ jobs }) => jobs.some((job) => scraped.has(job)));
}

function groupOf(pace: Pace, context: RuleContext, here: RecordingRule[]) {
  const rules = here.filter((rule) => rule.pace === pace);
  if (rules.length === 0) return [];
  const recorded = rules.map(({ record, expr }) => ({
    record,
    expr: typeof expr === "function" ? expr(context) : expr,
  }));
  return [{ name: `recording-${pace}`, interval: pace, rules: recorded }];
}
