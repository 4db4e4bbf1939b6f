import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Feed } from "./feed";
import { type ShownTime, stepSeconds, substituted } from "./grafana-variables";
import { type Question, questionsOf } from "./questions";

/** A series, or with `lines` a log stream. */
export interface Series {
  labels: Record<string, string>;
  /** Seconds since 1970, and the value. */
  points: [number, number][];
  /** Seconds since 1970, and the line. */
  lines?: [number, string][];
}

export interface Answer {
  question: Question;
  /** What has at least one number that is one, or one line. */
  series: Series[];
}

/** How many questions are under way at a time. */
const atATime = 4;

/** Asks everything that a dashboard asks. */
export async function answersTo(dashboard: Dashboard, feed: Feed, shown: ShownTime): Promise<Answer[]> {
  const questions = questionsOf(dashboard);
  const answers: Answer[] = [];
  for (let start = 0; start < questions.length; start += atATime) {
    const some = questions.slice(start, start + atATime).map(async (question) => {
      return { question, series: await seriesOf(question, dashboard, feed, shown) };
    });
    answers.push(...(await Promise.all(some)));
  }
  return answers;
}

async function seriesOf(question: Question, dashboard: Dashboard, feed: Feed, shown: ShownTime): Promise<Series[]> {
  const { asked, kind } = question;
  const expr = substituted(question.expr, dashboard, shown);
  if (kind === "values") return labelValues(expr, feed);
  const base = asked === "loki" ? "/loki/api/v1" : "/api/v1";
  const { from, to } = shown;
  const parameters: Record<string, string> =
    kind === "last"
      ? { query: expr, time: seconds(to) }
      : { query: expr, start: seconds(from), end: seconds(to), step: `${stepSeconds}s` };
  const path = `${base}/${kind === "last" ? "query" : "query_range"}?${new URLSearchParams(parameters)}`;
  return readResult(await feed.ask(asked, path)).filter(({ points, lines }) => points.length > 0 || lines?.length);
}

/** As Grafana reads `label_values(series, label)`. */
async function labelValues(query: string, feed: Feed): Promise<Series[]> {
  const [, series = "", label = ""] = /^label_values\((.*), *(\w+)\)$/.exec(query) ?? [];
  if (!label) throw new Error(`the query of a variable is not understood here: ${query}`);
  const path = `/api/v1/label/${label}/values?${new URLSearchParams({ "match[]": series })}`;
  const values: string[] = await feed.ask("prometheus", path);
  return values.map((value) => ({ labels: { [label]: value }, points: [] }));
}

interface Result {
  resultType: "vector" | "matrix" | "scalar" | "streams";
  result: unknown;
}

type Sample = [number, string];

/** @see https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats */
function readResult({ resultType, result }: Result): Series[] {
  switch (resultType) {
    case "scalar":
      return [{ labels: {}, points: numbers([result as Sample]) }];
    case "vector":
      return (result as { metric: Record<string, string>; value: Sample }[]).map(({ metric, value }) => ({
        labels: metric,
        points: numbers([value]),
      }));
    case "matrix":
      return (result as { metric: Record<string, string>; values: Sample[] }[]).map(({ metric, values }) => ({
        labels: metric,
        points: numbers(values),
      }));
    case "streams":
      return (result as { stream: Record<string, string>; values: [string, string][] }[]).map(({ stream, values }) => ({
        labels: stream,
        points: [],
        lines: values.map(([time, line]): [number, string] => [Number(time) / 1e9, line]),
      }));
  }
}

function numbers(samples: Sample[]): [number, number][] {
  return samples
    .map(([time, value]): [number, number] => [time, Number.parseFloat(value)])
    .filter(([, value]) => Number.isFinite(value));
}

function seconds(time: number): string {
  return time.toFixed(3);
}
