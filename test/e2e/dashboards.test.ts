import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expressionOf } from "../../alerts/expression";
import { recordingRules } from "../../alerts/recording";
import { ruleContext, rulesFor } from "../../alerts/rule-files";
import { dashboardsFor } from "../../dashboards";
import { type Answer, answersTo } from "../../lab/feed/answers";
import { Feed } from "../../lab/feed/feed";
import { type ShownTime, substituted } from "../../lab/feed/grafana-variables";
import { feedInventory } from "../../lab/feed/inventory";
import { metricsIn, metricsThere } from "../../lab/feed/metric-names";
import { prepareFeed } from "../../lab/feed/prepare";
import { pause } from "../../lab/pause";
import { table } from "../../ops/table";

/** Metrics that rules or panels ask for and that are not everywhere, and why. */
const notEverywhere: Record<string, string> = {
  node_hwmon_temp_celsius: "a virtual machine has no sensors",
  node_hwmon_temp_crit_celsius: "a virtual machine has no sensors",
  node_md_disks: "there is no RAID here",
  node_md_disks_required: "there is no RAID here",
  probe_ssl_earliest_cert_expiry: "nothing is probed over TLS here",
  redis_max_clients:
    "Debian's redis_exporter may be older than it; who asks for it asks for redis_config_maxclients as well",
};

const dashboards = dashboardsFor(feedInventory);

describe.skipIf(Feed.obstacle())("with the real exporters of real services under load", () => {
  let feed: Feed;
  let shown: ShownTime;
  const answers = new Map<string, Answer[]>();

  beforeAll(async () => {
    const say = (line: string) => console.log(line);
    await prepareFeed(say, new AbortController().signal);
    feed = await Feed.start(say);
    shown = { from: feed.start, to: Date.now() / 1000 };
    for (const dashboard of dashboards) answers.set(dashboard.uid ?? "", await patientAnswers(dashboard));
    console.log(listOf([...answers.values()].flat()));
  });

  afterAll(() => feed?.stop());

  it("every target of the fleet answers Prometheus", async () => {
    const { activeTargets } = await feed.ask("prometheus", "/api/v1/targets?state=active");
    const away = activeTargets.filter(({ health }: { health: string }) => health !== "up");
    expect(away.map(describeTarget)).toEqual([]);
    expect(activeTargets.length).toBeGreaterThan(15);
  });

  it("every rule can be evaluated", async () => {
    const { groups } = await feed.ask("prometheus", "/api/v1/rules");
    const rules: { name: string; lastError?: string }[] = groups.flatMap((group: { rules: object[] }) => group.rules);
    expect(rules.filter(({ lastError }) => lastError).map(({ name, lastError }) => `${name}: ${lastError}`)).toEqual(
      [],
    );
    expect(rules.length).toBeGreaterThan(100);
  });

  it.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))("%s: every query returns data", (uid) => {
    const all = answers.get(uid ?? "") ?? [];
    const empty = all.filter(({ series }) => series.length === 0);
    expect(empty.map(({ question }) => `${nameOf(question)}, ${question.refId}: ${question.expr}`)).toEqual([]);
    expect(all.length).toBeGreaterThan(20);
  });

  it("every metric that a panel asks for is there", async () => {
    const asked = new Map<string, string>();
    for (const dashboard of dashboards) {
      for (const { question } of answers.get(dashboard.uid ?? "") ?? []) {
        if (question.asked !== "prometheus" || question.kind === "values") continue;
        const names = await metricsIn(substituted(question.expr, dashboard, shown), feed);
        for (const name of names) asked.set(name, nameOf(question));
      }
    }
    expect(await missing(asked)).toEqual([]);
  });

  it("every metric that an alert rule or a recording rule asks for is there", async () => {
    const asked = new Map<string, string>();
    for (const context of [ruleContext(feedInventory), ruleContext(feedInventory, true)]) {
      for (const rule of rulesFor(context)) {
        for (const name of await metricsIn(expressionOf(rule, context), feed)) asked.set(name, rule.name);
      }
      for (const { record, expr } of recordingRules) {
        const names = await metricsIn(typeof expr === "string" ? expr : expr(context), feed);
        for (const name of names) asked.set(name, record);
      }
    }
    expect(await missing(asked)).toEqual([]);
  });

  /** On a busy machine the load takes longer to leave something to tell: asked again for a minute. */
  async function patientAnswers(dashboard: (typeof dashboards)[number]): Promise<Answer[]> {
    for (let tries = 6; ; tries--) {
      const all = await answersTo(dashboard, feed, { ...shown, to: Date.now() / 1000 });
      if (tries === 0 || all.every(({ series }) => series.length > 0)) return all;
      await pause(10);
    }
  }

  /** @param asked metric → who asks for it */
  async function missing(asked: Map<string, string>): Promise<string[]> {
    const there = await metricsThere(feed);
    return [...asked]
      .filter(([name]) => !there.has(name) && !(name in notEverywhere))
      .map(([name, by]) => `${name}: ${by}`);
  }
});

function nameOf({ dashboard, panel }: Answer["question"]): string {
  return `${dashboard}: ${panel}`;
}

function listOf(all: Answer[]): string {
  const rows = all.map(({ question, series }) => {
    const { dashboard, panel, refId, expr } = question;
    return [dashboard, panel, refId, String(series.length), expr.replaceAll("\n", " ")];
  });
  return table([["Dashboard", "Panel", "", "Series", "Query"], ...rows]);
}

function describeTarget({ labels, lastError }: { labels: Record<string, string>; lastError: string }): string {
  return `${labels.job} of ${labels.server}: ${lastError}`;
}
