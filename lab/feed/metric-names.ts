import type { Feed } from "./feed";

/** A part of a query, as Prometheus' own parser sees it. */
interface Node {
  type?: string;
  name?: string;
  matchers?: { name: string; type: "=" | "!=" | "=~" | "!~"; value: string }[];
}

/** Every metric that a query asks for, by Prometheus' own parser. */
export async function metricsIn(expr: string, feed: Feed): Promise<string[]> {
  const tree: unknown = await feed.ask("prometheus", `/api/v1/parse_query?${new URLSearchParams({ query: expr })}`);
  return [...new Set(selectors(tree).flatMap(namesOf))];
}

/** Every name that a metric has in the feed. */
export async function metricsThere(feed: Feed): Promise<Set<string>> {
  return new Set((await feed.ask("prometheus", "/api/v1/label/__name__/values")) as string[]);
}

function namesOf({ name, matchers = [] }: Node): string[] {
  if (name) return [name];
  const named = matchers.find((matcher) => matcher.name === "__name__");
  if (!named) throw new Error(`a query asks for series of whatever name: ${JSON.stringify(matchers)}`);
  // One of several: each has to be there.
  return named.type === "=" ? [named.value] : named.value.replace(/^\(|\)$/g, "").split("|");
}

function selectors(node: unknown): Node[] {
  if (Array.isArray(node)) return node.flatMap(selectors);
  if (typeof node !== "object" || node === null) return [];
  const own = (node as Node).type === "vectorSelector" ? [node as Node] : [];
  return [...own, ...Object.values(node).flatMap(selectors)];
}
