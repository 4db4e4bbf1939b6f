import { afterEach, expect, it } from "vitest";
import { ruleContext } from "../../alerts/rule-files";
import { checkRules, differencesOf, type Rule, renderedRules } from "./rules";
import { AnsweringServer, stackOf, twoServers } from "./testing";

const wanted = renderedRules(ruleContext(twoServers()));
let server: AnsweringServer;
afterEach(() => server?.stop());

/** What is found of a Prometheus that has loaded these rules, and writes expressions without blanks. */
async function found(loaded: (Rule & { health?: string; lastError?: string })[]) {
  server = await AnsweringServer.start((path) => {
    if (path.startsWith("/api/v1/format_query")) {
      return { body: { data: decodeURIComponent(path.split("query=")[1] ?? "").replace(/\s+/g, "") } };
    }
    const rules = loaded.map(({ expr, for: duration, health = "ok", ...rest }) => {
      return { ...rest, query: expr.replace(/\s+/g, " "), duration, health };
    });
    return { body: { data: { groups: [{ rules }] } } };
  });
  const [finding] = await checkRules(stackOf(twoServers({ prometheus: server.port })), () => {});
  return finding;
}

const changed = (name: string, change: Partial<Rule>) =>
  wanted.map((rule) => (rule.name === name ? { ...rule, ...change } : rule));

it("is good when all are loaded as rendered, however Prometheus writes them", async () => {
  expect(wanted.length).toBeGreaterThan(50);
  expect(await found(wanted)).toEqual({
    server: "server-1",
    what: "prometheus: rules",
    state: "good",
    says: `all ${wanted.length} are loaded as rendered, and evaluate`,
  });
});

it.each([
  ["another threshold", changed("HighCPUUsage", { expr: "up > 1" }), "not as rendered: HighCPUUsage (expression)"],
  ["another time", changed("HighCPUUsage", { for: 1 }), "not as rendered: HighCPUUsage (for)"],
  ["other labels", changed("ServerDown", { labels: { severity: "info" } }), "not as rendered: ServerDown (labels)"],
  ["another text", changed("ServerDown", { annotations: {} }), "not as rendered: ServerDown (annotations)"],
  ["one less", wanted.filter(({ name }) => name !== "ServerDown"), "not loaded: ServerDown"],
  [
    "one of somebody's",
    [...wanted, { name: "ByHand", expr: "up", for: 0, labels: {}, annotations: {} }],
    "not of this stack: ByHand",
  ],
])("%s is wrong, and named", async (_, loaded, says) => {
  expect(await found(loaded)).toMatchObject({
    state: "wrong",
    says: `${says}. Deploy them: npm start -- --stack trial`,
  });
});

it("names a rule that fails, and why", async () => {
  const loaded = wanted.map((rule) =>
    rule.name === "ServerDown" ? { ...rule, health: "err", lastError: "many-to-many" } : rule,
  );
  expect(await found(loaded)).toMatchObject({ state: "wrong", says: "ServerDown fails: many-to-many." });
});

it("tells rules of one name apart by their number and their parts, in any order", () => {
  const rule = (expr: string): Rule => ({ name: "r", expr, for: 0, labels: {}, annotations: {} });
  const as = (expr: string) => expr;
  expect(differencesOf([rule("a"), rule("b")], [rule("b"), rule("a")], as)).toEqual([]);
  expect(differencesOf([rule("a"), rule("b")], [rule("a")], as)).toEqual(["not as rendered: r (1 of 2)"]);
  expect(differencesOf([rule("a"), rule("b")], [rule("a"), rule("a")], as)).toEqual([
    "not as rendered: r (expression)",
  ]);
});
