import type { Inventory } from "../stacks/inventory";
import type { JobName, Target } from "../stacks/targets";
import type { ThresholdName } from "../stacks/thresholds";
import type { Series } from "./series";

/** From "somebody may want to know" to "everybody gets up". */
export const severities = ["info", "warning", "critical", "emergency"] as const;
export type Severity = (typeof severities)[number];

/** What a rule is about; each is a rule file of its own. */
export const categories = [
  "infrastructure",
  "performance",
  "resource",
  "storage",
  "network",
  "system",
  "containers",
  "monitoring",
  "database",
  "mlops",
  "security",
] as const;
export type Category = (typeof categories)[number];

/** The Prometheus that a rule is written for: its stack, and what it scrapes. */
export interface RuleContext {
  inventory: Inventory;
  targets: Target[];
  isWatcher: boolean;
}

/** A quantity, and from which value on it is wrong. */
export interface Comparison {
  /** PromQL of what is measured, in the threshold's unit; a series for each thing that can be wrong. */
  value: string;
  operator: ">" | "<";
  threshold: ThresholdName;
}

/** One situation: what is measured, and (for one that fires) which labels the alert has. */
export interface RuleCase {
  /** In words, as `81 % of swap in use`. */
  when: string;
  /** What a server exports in it. The labels `server`, `instance`, `environment` and `job` are added. */
  series: Series[];
}

export interface FiringCase extends RuleCase {
  /** Labels of the alert besides those of its rule and its server; `job: ""` where the expression drops it. */
  labels?: Record<string, string>;
  /**
   * How long after the start of the series the expression becomes true, in minutes. A rate grows to its true value
   * within its window: for one over five minutes and a value little above the threshold, that is after 4.5. @default 0
   */
  from?: number;
}

/** A rule: what it is, whom it wakes, what to do, and the proof that it works. */
export interface AlertRule {
  name: string;
  /** PromQL that returns a series for each thing that is wrong. */
  expr: string | Comparison | ((context: RuleContext) => string);
  /** For how long without a gap, as `5m`. */
  for: Duration;
  severity: Severity;
  category: Category;
  /** The scrape job whose metrics it looks at, or each of several: a stack without a target of any does not have it. */
  job: JobName | JobName[];
  /** `primary`: not on the watcher. @default every Prometheus that has the job */
  by?: "primary";
  /** Which of those have it. @default all */
  only?: (context: RuleContext) => boolean;
  /** One line: what is wrong, where, how much. A template of Prometheus' (`$labels`, `$value`). */
  summary: string;
  /** What was measured, for how long; `$threshold` is the value that applies to the server. A template as well. */
  description: string;
  /** What does not work any more, or soon will not. */
  impact: string;
  /** Warnings that this rule makes needless while it fires, on the same server. */
  supersedes?: Supersedes[];
  runbook: Runbook;
  /**
   * The first silent case is also what the neighbour exports while a firing case is tried. `never`: it fires whatever
   * anybody exports.
   */
  cases: { fires: [FiringCase, ...FiringCase[]]; silent: [RuleCase, ...RuleCase[]] | "never" };
}

/** A rule that is suppressed. */
export interface Supersedes {
  rule: string;
  /** Labels besides `server` that have to be the same on both. */
  equal?: string[];
  /** Only alerts whose labels match these patterns, as a whole. */
  where?: Record<string, string>;
}

/** What stands on the rule's page besides its texts. Markdown. */
export interface Runbook {
  /** Why this is measured, and where formula and threshold come from. */
  means: string;
  /** Where to look, step by step: commands, dashboards. */
  look: string[];
  /** How to put it right. */
  mend: string[];
}

export type Duration = `${number}${"s" | "m" | "h"}`;

/** Declares a rule. */
export function rule(name: string, definition: Omit<AlertRule, "name">): AlertRule {
  return { name, ...definition };
}

/** The scrape jobs whose metrics a rule looks at. */
export function jobsOf({ job }: AlertRule): JobName[] {
  return [job].flat();
}

/** Wrong while `value` is above the threshold. */
export function above(threshold: ThresholdName, value: string): Comparison {
  return { value, operator: ">", threshold };
}

/** Wrong while `value` is below the threshold. */
export function below(threshold: ThresholdName, value: string): Comparison {
  return { value, operator: "<", threshold };
}

/** A duration in seconds. */
export function secondsOf(duration: Duration): number {
  const factors = { s: 1, m: 60, h: 3600 } as const;
  return Number.parseFloat(duration) * factors[duration.at(-1) as keyof typeof factors];
}
