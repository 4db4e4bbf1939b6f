import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { attempt } from "../ops/process";
import { toolPath } from "../ops/toolchain/tools";
import { thresholdNames } from "../stacks/thresholds";
import { type AlertRule, categories, type RuleContext, severities } from "./rule";
import { ruleFiles, rulesFor } from "./rule-files";
import { ruleTestFile } from "./rule-tests";
import { rules } from "./rules";
import { flat } from "./series";
import { trialContext } from "./trial-fleet";

const folder = mkdtempSync(path.join(os.tmpdir(), "rules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Tries a rule's cases (or only the first so many) with the real promtool; returns what it complains about. */
async function complaints(rule: AlertRule, context: RuleContext = trialContext(), cases?: number): Promise<string> {
  const rendered = ruleFiles(context, [rule])[`rules/${rule.category}.yml`]?.content ?? "";
  writeFileSync(path.join(folder, `${rule.name}.yml`), rendered);
  const file = ruleTestFile(rule, `${rule.name}.yml`);
  const tried = { ...file, tests: file.tests.slice(0, cases) };
  writeFileSync(path.join(folder, `${rule.name}.test.yml`), stringify(tried));
  const { code, stdout, stderr } = await attempt(toolPath("promtool"), ["test", "rules", `${rule.name}.test.yml`], {
    cwd: folder,
  });
  return code === 0 ? "" : stdout + stderr;
}

describe("every rule, under promtool: fires when it should, is silent when it should, and on the neighbour", () => {
  it.each(rules.map((rule) => [rule.name, rule] as const))("%s", async (_, rule) => {
    expect(await complaints(rule)).toBe("");
  });
});

describe("a rule test can fail", () => {
  const [rule] = rules.filter(({ name }) => name === "ServerUnreachable");
  if (!rule) throw new Error("no rule ServerUnreachable");

  it.each([
    ["when the rule does not fire", { expr: 'up{job="node-exporter"} == 2' }],
    ["when it fires too early", { for: "4m" }],
    ["when it fires too late", { for: "6m" }],
    ["when it fires on the neighbour", { expr: 'up{job="node-exporter"} >= 0' }],
    ["when it has another severity", { severity: "warning" }],
    ["when it loses the server's name", { expr: 'max by (instance) (up{job="node-exporter"} == 0)' }],
  ] satisfies [string, Partial<AlertRule>][])("%s", async (_, change) => {
    // The tests of the rule as it is, over the rule as it was changed.
    const changed = { ...rule, ...change };
    const test = ruleTestFile(rule, "changed.yml");
    const rendered = ruleFiles(trialContext(), [changed])[`rules/${rule.category}.yml`]?.content ?? "";
    writeFileSync(path.join(folder, "changed.yml"), rendered);
    writeFileSync(path.join(folder, "changed.test.yml"), stringify(test));
    const { code, stdout, stderr } = await attempt(toolPath("promtool"), ["test", "rules", "changed.test.yml"], {
      cwd: folder,
    });
    expect(code, stdout + stderr).toBe(1);
  });
});

describe("every rule", () => {
  it("has a name of its own, in the form that a page can have", () => {
    const names = rules.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Za-z0-9]+$/);
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))("%s says all that a person needs", (_, rule) => {
    expect(severities).toContain(rule.severity);
    expect(categories).toContain(rule.category);
    for (const text of [rule.summary, rule.description, rule.impact, rule.runbook.means]) {
      expect(text.trim().length, text).toBeGreaterThan(20);
    }
    expect(rule.runbook.look.length).toBeGreaterThan(0);
    expect(rule.runbook.mend.length).toBeGreaterThan(0);
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))("%s only speaks of labels that it has", (_, rule) => {
    const texts = [rule.summary, rule.description, rule.impact].join(" ");
    const used = [...texts.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
    const always = ["server", "instance", "environment"];
    for (const { labels = {} } of rule.cases.fires) {
      const present = new Set([...always, ...(labels.job === "" ? [] : ["job"]), ...Object.keys(labels)]);
      expect(used.filter((label) => !present.has(label))).toEqual([]);
    }
  });

  it("supersedes only rules that there are, and that are not more severe", () => {
    for (const { name, severity, supersedes = [] } of rules) {
      for (const { rule: other } of supersedes) {
        const target = rules.find((one) => one.name === other);
        expect(target, `${name} supersedes ${other}`).toBeDefined();
        if (target) expect(severities.indexOf(severity)).toBeGreaterThanOrEqual(severities.indexOf(target.severity));
      }
    }
  });

  it("takes part in using every threshold that a stack can set", () => {
    const used = new Set(rules.flatMap(({ expr }) => (typeof expr === "object" ? [expr.threshold] : [])));
    expect(thresholdNames.filter((name) => !used.has(name))).toEqual([]);
  });
});

describe("a stack", () => {
  const { inventory, targets } = trialContext();
  const namesIn = (context: Partial<RuleContext>) =>
    rulesFor({ ...trialContext(), ...context }).map(({ name }) => name);

  it("has a rule of several jobs if it has a target of any", () => {
    expect(namesIn({ targets: targets.filter(({ job }) => job === "redis") })).toContain("ExporterDown");
    expect(namesIn({ targets: targets.filter(({ job }) => job === "loki") })).not.toContain("ExporterDown");
  });

  it("with a single Alertmanager has none of the rules that compare two", () => {
    const { watcher: _, ...alone } = inventory;
    const only = ["AlertmanagerClusterMemberMissing", "AlertmanagerConfigurationsDiffer"];
    expect(namesIn({})).toEqual(expect.arrayContaining(only));
    const names = namesIn({ inventory: alone });
    expect(only.filter((name) => names.includes(name))).toEqual([]);
  });
});

describe("thresholds", () => {
  const high = rules.find(({ name }) => name === "HighMemoryUsage");
  if (!high) throw new Error("no rule HighMemoryUsage");
  const memory = (used: number) => [
    flat("node_memory_MemTotal_bytes", 100),
    flat("node_memory_MemAvailable_bytes", 100 - used),
  ];
  const withCases = (fires: number, silent: number): AlertRule => ({
    ...high,
    cases: {
      fires: [{ when: `${fires} %`, series: memory(fires) }],
      silent: [{ when: `${silent} %`, series: memory(silent) }],
    },
  });
  const [one, other] = trialContext().inventory.servers;
  if (!one || !other) throw new Error("the trial fleet has two servers");

  it("can be set for a whole stack", async () => {
    const context = trialContext({ thresholds: { memoryHighPercent: 70 } });
    expect(await complaints(withCases(71, 69), context)).toBe("");
    expect(ruleFiles(context)["rules/resource.yml"]?.content).toContain("More than 70 %");
  });

  const up = flat("up", 1);
  /** A server that uses so much of its memory; `up` says that it is a target. */
  const using = (percent: number) => ({ when: `${percent} %`, series: [...memory(percent), up] });

  it("can be set for one server, and the others keep theirs", async () => {
    const context = trialContext({ servers: [{ ...one, thresholds: { memoryHighPercent: 60 } }, other] });
    // The neighbour may use 85 %.
    expect(await complaints({ ...high, cases: { fires: [using(61)], silent: [using(84)] } }, context, 1)).toBe("");
  });

  it("of a server are in place of the stack's, not beside them", async () => {
    const context = trialContext({ servers: [one, { ...other, thresholds: { memoryHighPercent: 95 } }] });
    // The neighbour may use 95 %.
    expect(await complaints({ ...high, cases: { fires: [using(86)], silent: [using(94)] } }, context, 1)).toBe("");
  });

  it("of a server are said in the alert", () => {
    const context = trialContext({ servers: [{ ...one, thresholds: { memoryHighPercent: 60 } }, other] });
    expect(ruleFiles(context)["rules/resource.yml"]?.content).toContain(
      'More than {{ if eq $labels.server "server-80" }}60{{ else }}85{{ end }} %',
    );
  });
});
