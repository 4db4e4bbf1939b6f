/** A place where a query picks series or log streams. */
export interface Selector {
  /** Name of the metric; empty where there is none, as for log streams. */
  metric: string;
  /** What stands between the braces, as `job="loki", server=~"$server"`. */
  matchers: string;
}

const labelLists = new Set(["by", "without", "on", "ignoring", "group_left", "group_right"]);
const operators = new Set(["and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"]);
const identifier = /[a-zA-Z_:][\w:]*/y;
const number = /[\d.][\w.]*/y;
const text = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y;

/** Every selector of a PromQL expression, also those without braces. It has to be well-formed: that is promtool's part. */
export function metricSelectors(expr: string): Selector[] {
  const found: Selector[] = [];
  let at = 0;
  while (at < expr.length) {
    const rest = expr.slice(at);
    const skipped =
      take(text, expr, at) ?? take(number, expr, at) ?? (rest.startsWith("[") ? bracketed(expr, at) : null);
    const name = skipped === null ? take(identifier, expr, at) : null;
    if (skipped !== null) at += skipped.length;
    else if (name !== null) at = after(name, expr, at + name.length, found);
    else if (rest.startsWith("{")) at = after("", expr, at, found);
    else at += 1;
  }
  return found;
}

/** Every selector of log streams of a LogQL expression. */
export function streamSelectors(expr: string): Selector[] {
  return metricSelectors(expr).filter(({ metric, matchers }) => metric === "" && matchers !== "");
}

/** Goes on behind a name: past its braces, which make it a metric, or past the labels of a keyword. */
function after(name: string, expr: string, from: number, found: Selector[]): number {
  const start = from + (expr.slice(from).match(/^\s*/)?.[0].length ?? 0);
  if (expr[start] === "{") {
    const braces = bracketed(expr, start);
    found.push({ metric: name, matchers: braces.slice(1, -1) });
    return start + braces.length;
  }
  if (labelLists.has(name) && expr[start] === "(") return start + bracketed(expr, start).length;
  const isFunction = /^(\(|(by|without)\b)/.test(expr.slice(start));
  const isMetric = !isFunction && !labelLists.has(name) && !operators.has(name.toLowerCase());
  if (isMetric) found.push({ metric: name, matchers: "" });
  return from;
}

/** From a bracket to the one that closes it, past what stands between quotes. */
function bracketed(expr: string, from: number): string {
  const closing = { "{": "}", "[": "]", "(": ")" }[expr[from] ?? ""];
  let at = from + 1;
  while (at < expr.length && expr[at] !== closing) at += take(text, expr, at)?.length ?? 1;
  return expr.slice(from, at + 1);
}

function take(pattern: RegExp, expr: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(expr)?.[0] ?? null;
}
