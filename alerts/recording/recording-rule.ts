import type { JobName } from "../../stacks/targets";
import type { RuleContext } from "../rule";
import type { Series } from "../series";

/**
 * How often a rule is evaluated: `15s`, as everything is scraped; or `5m`, for what looks back over days and changes
 * slowly. Within one of them rules are evaluated in the order of `recordingRules`, each with what those before it found.
 */
export type Pace = "15s" | "5m";

/** What a rule finds in series that a case gives it. */
export interface RecordingCase {
  /** In words, as `the exporter does not answer`. */
  when: string;
  series: Series[];
  /** When it is looked at, in minutes after the start of the series. @default 60 */
  at?: number;
  /** Every series that is there then; the labels `server`, `instance`, `environment` and `job` are added. */
  finds: { labels?: Record<string, string>; value: number }[];
}

/** An expression that is too expensive for every look at a dashboard, or that dashboards share. */
export interface RecordingRule {
  /**
   * `level:metric:operations`: the labels that tell its series apart, what is measured, and what was done, the latest first.
   * @see https://prometheus.io/docs/practices/rules/
   */
  record: string;
  expr: string | ((context: RuleContext) => string);
  pace: Pace;
  /** The scrape jobs whose metrics it looks at: a stack without a target of any does not have it. */
  jobs: JobName[];
  cases: [RecordingCase, ...RecordingCase[]];
}

export function recordingRule(record: string, definition: Omit<RecordingRule, "record">): RecordingRule {
  return { record, ...definition };
}

/** The labels that every target has. */
export const targetLabels = "server, instance, environment, job";
