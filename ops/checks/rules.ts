import { parse } from "yaml";
import { recordingFiles } from "../../alerts/recording/recording-file";
import { type Duration, type RuleContext, secondsOf } from "../../alerts/rule";
import { ruleContext, ruleFiles } from "../../alerts/rule-files";
import { prometheusesOf } from "../../stacks/inventory";
import { askJson } from "../ask";
import { type Check, finding, good, repairOf, wrong } from "./check";
import { listed } from "./figures";
import { accessTo, type PrometheusAccess } from "./query";

/** A rule as it was loaded, or as the stack renders it; alert or recorded series. */
export interface Rule {
  name: string;
  expr: string;
  /** In seconds; 0 where it is not said. */
  for: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

interface LoadedRule {
  name: string;
  query: string;
  duration?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  health: string;
  lastError?: string;
}

/** How many expressions are given to Prometheus at a time. */
const atOnce = 8;

/** Every Prometheus has loaded the rules of the inventory as they are rendered, and evaluates them without an error. */
export const checkRules: Check = async (stack) => {
  const checks = prometheusesOf(stack.inventory).map((one) => {
    const { name } = one.server;
    const what = `${one.container}: rules`;
    return finding(name, what, async () => {
      const access = accessTo(one, stack);
      const { loaded, failing } = await loadedRules(access);
      const wanted = renderedRules(ruleContext(stack.inventory, one.isWatcher));
      // Prometheus shows an expression in its own words; it is asked how it would show ours.
      const shown = await inWordsOf(access, [...wanted, ...loaded]);
      const differences = differencesOf(wanted, loaded, (expr) => shown.get(expr) ?? expr);
      const problems = [...differences, ...failing];
      if (problems.length === 0) return good(name, what, `all ${wanted.length} are loaded as rendered, and evaluate`);
      const mend = differences.length > 0 ? ` Deploy them: ${repairOf(stack)}` : "";
      return wrong(name, what, `${problems.join("; ")}.${mend}`);
    });
  });
  return Promise.all(checks);
};

/** The rules that a stack writes for one of its Prometheuses, from the files as they are written. */
export function renderedRules(context: RuleContext): Rule[] {
  const files = { ...ruleFiles(context), ...recordingFiles(context) };
  return Object.values(files).flatMap(({ content }) =>
    parse(content).groups.flatMap((group: { rules: Record<string, unknown>[] }) =>
      group.rules.map(({ alert, record, expr, for: wait, labels, annotations }) => ({
        name: String(alert ?? record),
        expr: String(expr),
        for: typeof wait === "string" ? secondsOf(wait as Duration) : 0,
        labels: labels ?? {},
        annotations: annotations ?? {},
      })),
    ),
  );
}

async function loadedRules(access: PrometheusAccess): Promise<{ loaded: Rule[]; failing: string[] }> {
  const { data } = (await askJson(`${access.url}/api/v1/rules`, access)) as {
    data: { groups: { rules: LoadedRule[] }[] };
  };
  const all = data.groups.flatMap(({ rules }) => rules);
  return {
    loaded: all.map(({ name, query, duration = 0, labels = {}, annotations = {} }) => {
      return { name, expr: query, for: duration, labels, annotations };
    }),
    failing: all.filter(({ health }) => health === "err").map(({ name, lastError }) => `${name} fails: ${lastError}`),
  };
}

/**
 * Expression → how Prometheus itself writes it; an expression that it cannot read stays as it is.
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/#formatting-query-expressions
 */
async function inWordsOf(access: PrometheusAccess, rules: Rule[]): Promise<Map<string, string>> {
  const waiting = [...new Set(rules.map(({ expr }) => expr))];
  const words = new Map<string, string>();
  const worker = async () => {
    for (let expr = waiting.pop(); expr !== undefined; expr = waiting.pop()) {
      const url = `${access.url}/api/v1/format_query?query=${encodeURIComponent(expr)}`;
      const answer = await askJson(url, access).catch(() => undefined);
      words.set(expr, (answer as { data?: string } | undefined)?.data ?? expr);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return words;
}

/**
 * How loaded rules differ from those that are rendered, in words; empty when they do not.
 * @param words one way of writing for expressions that mean the same
 */
export function differencesOf(wanted: Rule[], loaded: Rule[], words: (expr: string) => string): string[] {
  const names = new Set(wanted.map(({ name }) => name));
  const missing = [...names].filter((name) => !loaded.some((rule) => rule.name === name));
  const foreign = [...new Set(loaded.map(({ name }) => name))].filter((name) => !names.has(name));
  const differing = [...names].flatMap((name) => {
    const of = (rules: Rule[]) => rules.filter((rule) => rule.name === name);
    if (of(loaded).length === 0) return [];
    const parts = differingParts(of(wanted), of(loaded), words);
    return parts.length > 0 ? [`${name} (${parts.join(", ")})`] : [];
  });
  return [
    ...(missing.length > 0 ? [`not loaded: ${listed(missing)}`] : []),
    ...(foreign.length > 0 ? [`not of this stack: ${listed(foreign)}`] : []),
    ...(differing.length > 0 ? [`not as rendered: ${listed(differing)}`] : []),
  ];
}

/** Which parts of the rules of one name differ; several may record the same series. */
function differingParts(wanted: Rule[], loaded: Rule[], words: (expr: string) => string): string[] {
  if (wanted.length !== loaded.length) return [`${loaded.length} of ${wanted.length}`];
  const parts: Record<string, (rule: Rule) => unknown> = {
    expression: ({ expr }) => words(expr),
    for: (rule) => rule.for,
    labels: ({ labels }) => Object.entries(labels).sort(),
    annotations: ({ annotations }) => Object.entries(annotations).sort(),
  };
  return Object.entries(parts)
    .filter(([, part]) => {
      const all = (rules: Rule[]) => JSON.stringify(rules.map((rule) => JSON.stringify(part(rule))).sort());
      return all(wanted) !== all(loaded);
    })
    .map(([name]) => name);
}
