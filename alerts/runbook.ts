import { defaultThresholds } from "../stacks/thresholds";
import { routesOf } from "./routing";
import { type AlertRule, type Category, categories } from "./rule";

/** The pages of docs/runbooks: file name → Markdown. One a rule, and an index by category. */
export function runbookPages(rules: AlertRule[]): Record<string, string> {
  const pages = rules.map((rule) => [`${rule.name}.md`, page(rule, rules)] as const);
  return { "README.md": index(rules), ...Object.fromEntries(pages) };
}

function index(rules: AlertRule[]): string {
  const sections = categories.flatMap((category) => {
    const own = rules.filter((rule) => rule.category === category);
    if (own.length === 0) return [];
    const rows = own.map(
      (rule) => `| [${rule.name}](${rule.name}.md) | ${rule.severity} | ${after(rule)} | ${forPeople(rule.summary)} |`,
    );
    return [
      "",
      `## ${title(category)}`,
      "",
      "| alert | severity | after | says |",
      "| --- | --- | --- | --- |",
      ...rows,
    ];
  });
  return lines([
    "# Runbooks",
    "",
    `What each of the ${rules.length} alerts means, what it breaks, how to look and how to mend. Made by \`npm run docs\` from the`,
    "rules in `alerts/rules/`, where each page's text stands beside its rule; edit it there.",
    ...sections,
  ]);
}

function page(rule: AlertRule, rules: AlertRule[]): string {
  const { name, severity, category, summary, impact, runbook, supersedes = [] } = rule;
  const heldBackBy = rules.filter((other) => other.supersedes?.some((one) => one.rule === name));
  return lines([
    `# ${name}`,
    "",
    `*${forPeople(summary)}*`,
    "",
    "| severity | category | after | told to |",
    "| --- | --- | --- | --- |",
    `| ${severity} | ${category} | ${after(rule)} | ${routesOf(rule)
      .map(({ receiver }) => receiver)
      .join(", ")} |`,
    "",
    "## What it means",
    "",
    forPeople(rule.description.replaceAll("$threshold", String(defaultThreshold(rule)))),
    "",
    runbook.means,
    "",
    "## What it breaks",
    "",
    forPeople(impact),
    "",
    "## How to look",
    "",
    ...runbook.look.map((step) => `- ${step}`),
    "",
    "## How to mend",
    "",
    ...runbook.mend.map((step) => `- ${step}`),
    "",
    "## The rule",
    "",
    ...expression(rule),
    ...(supersedes.length > 0
      ? ["", `While it fires, it holds back ${supersedes.map((one) => link(one.rule)).join(", ")} of the same server.`]
      : []),
    ...(heldBackBy.length > 0
      ? ["", `Held back while ${heldBackBy.map((one) => link(one.name)).join(" or ")} fires.`]
      : []),
  ]);
}

function expression({ expr }: AlertRule): string[] {
  if (typeof expr === "function") return ["Written out for every stack, from its inventory."];
  const text =
    typeof expr === "string" ? expr : `(${expr.value}) ${expr.operator} ${defaultThresholds[expr.threshold]}`;
  return [
    "```promql",
    text,
    "```",
    ...(typeof expr === "string"
      ? []
      : ["", `A stack or a server can have another value: \`thresholds.${expr.threshold}\` in its inventory.`]),
  ];
}

function defaultThreshold({ expr }: AlertRule): number | undefined {
  return typeof expr === "object" ? defaultThresholds[expr.threshold] : undefined;
}

/** The templates in an alert's texts, as what a person would see in their place. */
function forPeople(text: string): string {
  return text.replace(/\{\{\s*\$labels\.(\w+)\s*\}\}/g, "‹$1›").replace(/\{\{\s*\$value[^}]*\}\}/g, "‹value›");
}

function after(rule: AlertRule): string {
  return rule.for === "0s" ? "at once" : rule.for;
}

function link(name: string): string {
  return `[${name}](${name}.md)`;
}

function title(category: Category): string {
  return category.charAt(0).toUpperCase() + category.slice(1);
}

function lines(all: string[]): string {
  return `${all.join("\n")}\n`;
}
