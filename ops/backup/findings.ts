import { credentialUsers } from "../../components/credentials/credentials";
import { askJson, type Login } from "../ask";
import type { StackOutputs } from "../local-stack";
import type { Finding } from "./manifest";
import type { ServicePart } from "./service-part";

const hour = 3600;
/** How long an Alertmanager keeps a silence that has ended: https://prometheus.io/docs/alerting/latest/alertmanager/ */
const keepsEnded = 120 * hour;
/** Lines and samples are there a little after they were written. */
const settleSeconds = 15;

/**
 * Asks a service what it has, in numbers that can be asked for again.
 * @param at seconds since 1970
 * @throws {Error} when it does not answer
 */
export async function findingsOf(part: ServicePart, outputs: StackOutputs, at: number): Promise<Finding[]> {
  const { service, url } = part;
  const login = service === "loki" ? undefined : loginOf(service, outputs);
  const then = at - settleSeconds;
  const kept = part.retention ? { until: then + Number.parseInt(part.retention, 10) * 24 * hour - hour } : {};
  if (service === "prometheus") {
    const count = (query: string) =>
      number(`${url}/api/v1/query?query=${encodeURIComponent(query)}&time=${then}`, login);
    return [
      { what: "series", count: await count('count({__name__=~".+"})'), at, ...kept },
      { what: "samples of up within the hour before", count: await count("sum(count_over_time(up[1h]))"), at, ...kept },
    ];
  }
  if (service === "loki") {
    const query = encodeURIComponent('sum(count_over_time({server=~".+"}[1h]))');
    const count = await number(`${url}/loki/api/v1/query?query=${query}&time=${then}`);
    return [{ what: "log lines within the hour before", count, at, ...kept }];
  }
  if (service === "alertmanager") {
    const silences = (await askJson(`${url}/api/v2/silences`, login)) as { endsAt: string }[];
    const ends = silences.map(({ endsAt }) => Date.parse(endsAt) / 1000).filter((end) => end > at);
    const until = ends.length > 0 ? { until: Math.min(...ends) + keepsEnded } : {};
    return [{ what: "silences", count: ends.length, at, ...until }];
  }
  const search = (type: string) => `${url}/api/search?type=${type}&limit=5000`;
  const count = async (type: string) => ((await askJson(search(type), login)) as unknown[]).length;
  return [
    { what: "dashboards", count: await count("dash-db"), at },
    { what: "folders", count: await count("dash-folder"), at },
  ];
}

function loginOf(service: "prometheus" | "alertmanager" | "grafana", { passwords }: StackOutputs): Login {
  return { user: credentialUsers[service], password: passwords[service] ?? "" };
}

/** What a query of Prometheus' or Loki's comes to; 0 where there is nothing. */
async function number(url: string, login?: Login): Promise<number> {
  const { data } = (await askJson(url, login)) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

/** A saved number beside the one of now. */
export interface Comparison {
  what: string;
  saved: number;
  found: number;
  /** There may be more by now; less is wrong, unless it has been kept for long enough. */
  isGood: boolean;
}

/** Asks a service again for what was there when it was saved. @throws {Error} when it does not answer */
export async function compare(part: ServicePart, saved: Finding[], outputs: StackOutputs): Promise<Comparison[]> {
  const [first] = saved;
  if (!first) return [];
  const found = await findingsOf(part, outputs, first.at);
  return saved.map(({ what, count, until = Number.POSITIVE_INFINITY }) => {
    const now = found.find((one) => one.what === what)?.count ?? 0;
    return { what, saved: count, found: now, isGood: now >= count || until < Date.now() / 1000 };
  });
}
