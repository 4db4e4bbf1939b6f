import type { ScrapeJob } from "../components/prometheus/scrape-jobs";
import { CommandError } from "./command";
import { interrupted } from "./process";
import type { Report } from "./progress";

/** One scrape target as Prometheus sees it. */
export interface TargetState {
  job: string;
  server: string;
  health: "up" | "down" | "unknown";
  /** Why the last scrape failed; empty when it did not. */
  lastError: string;
}

export interface PrometheusAccess {
  url: string;
  user: string;
  password: string;
}

const patienceSeconds = 180;

/** Waits until Prometheus has scraped every target of the inventory with success. */
export async function waitForTargets(
  access: PrometheusAccess,
  jobs: ScrapeJob[],
  report: Report,
  signal: AbortSignal,
): Promise<TargetState[]> {
  const wanted = jobs.flatMap(({ name, targets }) => targets.map(({ server }) => ({ job: name, server })));
  const deadline = Date.now() + patienceSeconds * 1000;
  for (;;) {
    const seen = await readTargets(access).catch((error: Error) => error);
    const states = wanted.map((target) => stateOf(target, seen instanceof Error ? [] : seen));
    const waiting = states.filter(({ health }) => health !== "up");
    if (waiting.length === 0) return states;
    if (signal.aborted) throw interrupted();
    if (Date.now() > deadline) throw new CommandError(describeFailure(waiting, seen), "wrong");
    const names = waiting.map(({ job, server }) => `${job} on ${server}`).join(", ");
    report(`${states.length - waiting.length} of ${states.length} targets up, waiting for ${names}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/**
 * What Prometheus says of its targets.
 * @param get asks for JSON; told apart where Prometheus is reached in another way than directly
 * @throws {Error} when Prometheus does not answer, or refuses the password
 */
export async function readTargets(
  access: PrometheusAccess,
  get = (url: string): Promise<unknown> => getJson(url, access),
): Promise<TargetState[]> {
  const { data } = (await get(`${access.url}/api/v1/targets?state=active`)) as {
    data: { activeTargets: { labels: Record<string, string>; health: TargetState["health"]; lastError: string }[] };
  };
  return data.activeTargets.map(({ labels, health, lastError }) => ({
    job: labels.job ?? "",
    server: labels.server ?? "",
    health,
    lastError,
  }));
}

async function getJson(url: string, { user, password }: PrometheusAccess): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const answer = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.json();
}

function stateOf(wanted: { job: string; server: string }, seen: TargetState[]): TargetState {
  const found = seen.find(({ job, server }) => job === wanted.job && server === wanted.server);
  return found ?? { ...wanted, health: "unknown", lastError: "not scraped yet" };
}

function describeFailure(waiting: TargetState[], seen: TargetState[] | Error): string {
  if (seen instanceof Error) return `Prometheus does not answer: ${seen.message}. See: docker logs prometheus`;
  return [
    `not up after ${patienceSeconds} s:`,
    ...waiting.map(({ job, server, lastError }) => `  ${job} on ${server}: ${lastError} (docker logs ${job})`),
  ].join("\n");
}
