import type { Server } from "../stacks/inventory";
import { defaultThresholds, type ThresholdName } from "../stacks/thresholds";
import { type AlertRule, type Comparison, jobsOf, type RuleContext } from "./rule";

/** The PromQL of a rule, with the thresholds of its stack and servers. */
export function expressionOf(rule: AlertRule, context: RuleContext): string {
  const { expr } = rule;
  if (typeof expr === "string") return expr;
  return typeof expr === "function" ? expr(context) : compare(expr, rule, context);
}

/** The value that applies to most servers of a stack. */
export function thresholdOf(name: ThresholdName, { inventory }: RuleContext): number {
  return inventory.thresholds[name] ?? defaultThresholds[name];
}

/**
 * The description of a rule, with `$threshold` as the value that applies: a number, or, where servers differ, a
 * template that tells them apart.
 */
export function descriptionOf(rule: AlertRule, context: RuleContext): string {
  const { expr, description } = rule;
  if (typeof expr !== "object") return description;
  const own = overrides(expr.threshold, rule, context);
  const general = thresholdOf(expr.threshold, context);
  const branches = [...own].flatMap(([value, servers]) =>
    servers.map((name) => `if eq $labels.server "${name}" }}${value}{{ else `),
  );
  const applying = branches.length > 0 ? `{{ ${branches.join("")}}}${general}{{ end }}` : String(general);
  return description.replaceAll("$threshold", applying);
}

/** One comparison for all servers; where some have a threshold of their own, each is compared with its own. */
function compare({ value, operator, threshold }: Comparison, rule: AlertRule, context: RuleContext): string {
  const general = `(${value}) ${operator} ${thresholdOf(threshold, context)}`;
  const own = overrides(threshold, rule, context);
  if (own.size === 0) return general;
  // Every target has a series `up`, whether it answers or not.
  const jobs = jobsOf(rule).join("|");
  const targetsOn = (servers: string[]) => `on (server) up{job=~"${jobs}", server=~"${servers.join("|")}"}`;
  return [
    `(${general} unless ${targetsOn([...own.values()].flat())})`,
    ...[...own].map(([own, servers]) => `((${value}) ${operator} ${own} and ${targetsOn(servers)})`),
  ].join("\nor\n");
}

/** Thresholds that differ from the stack's: value → names of the servers. */
function overrides(name: ThresholdName, rule: AlertRule, context: RuleContext): Map<number, string[]> {
  const jobs = jobsOf(rule);
  const servers = new Set(context.targets.filter(({ job }) => jobs.includes(job)).map(({ server }) => server));
  const own = new Map<number, string[]>();
  for (const server of servers) {
    const value = differing(server, name, context);
    if (value !== undefined) own.set(value, [...(own.get(value) ?? []), server.name]);
  }
  return own;
}

function differing(server: Server, name: ThresholdName, context: RuleContext): number | undefined {
  const value = server.thresholds[name];
  return value === thresholdOf(name, context) ? undefined : value;
}
