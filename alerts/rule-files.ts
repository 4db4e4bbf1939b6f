import { stringify } from "yaml";
import type { Inventory } from "../stacks/inventory";
import { targetsOf, watchedTargets } from "../stacks/targets";
import { descriptionOf, expressionOf } from "./expression";
import { type AlertRule, categories, jobsOf, type RuleContext } from "./rule";
import { rules } from "./rules";

/** What one of a stack's Prometheuses is given to look at: the first one, or the watcher. */
export function ruleContext(inventory: Inventory, isWatcher = false): RuleContext {
  return { inventory, targets: isWatcher ? watchedTargets(inventory) : targetsOf(inventory), isWatcher };
}

/** The rules that one Prometheus evaluates: those whose metrics it scrapes. */
export function rulesFor(context: RuleContext, all: AlertRule[] = rules): AlertRule[] {
  const jobs = new Set(context.targets.map(({ job }) => job));
  return all.filter((rule) => {
    if (context.isWatcher && rule.by === "primary") return false;
    return jobsOf(rule).some((job) => jobs.has(job)) && (rule.only?.(context) ?? true);
  });
}

/** Prometheus' rule files: `rules/<category>.yml` for each category that has a rule. */
export function ruleFiles(context: RuleContext, all: AlertRule[] = rules): Record<string, { content: string }> {
  const present = rulesFor(context, all);
  const files = categories.flatMap((category) => {
    const own = present.filter((rule) => rule.category === category);
    if (own.length === 0) return [];
    const group = { name: category, rules: own.map((rule) => renderRule(rule, context)) };
    return [[`rules/${category}.yml`, { content: stringify({ groups: [group] }, { lineWidth: 0 }) }] as const];
  });
  return Object.fromEntries(files);
}

/** @see https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
function renderRule(rule: AlertRule, context: RuleContext) {
  const { name, severity, category, summary, impact } = rule;
  return {
    alert: name,
    expr: expressionOf(rule, context),
    ...(rule.for === "0s" ? {} : { for: rule.for }),
    labels: { severity, category },
    annotations: {
      summary,
      description: descriptionOf(rule, context),
      impact,
      runbook_url: runbookUrl(name, context),
    },
  };
}

/** Where the rule's page of docs/runbooks is published. */
function runbookUrl(name: string, { inventory }: RuleContext): string {
  return `${inventory.runbooks}/${name}`;
}
