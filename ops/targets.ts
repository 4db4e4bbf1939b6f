import type { Target } from "../stacks/targets";
import { askJson, type Login } from "./ask";
import { CommandError } from "./command";
import { interrupted } from "./process";
import type { Report } from "./progress";

/** One scrape target as Prometheus sees it. */
export interface TargetState {
  job: string;
  server: string;
  /** Which of the services that are probed from outside. */
  probe?: string | undefined;
  health: "up" | "down" | "unknown";
  /** Why the last scrape failed; empty when it did not. */
  lastError: string;
}

export interface PrometheusAccess extends Login {
  url: string;
}

const patienceSeconds = 180;

/** Waits until Prometheus has scraped every target of the inventory with success. */
export async function waitForTargets(
  access: PrometheusAccess,
  targets: Target[],
  report: Report,
  signal: AbortSignal,
): Promise<TargetState[]> {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (;;) {
    const seen = await readTargets(access).catch((error: Error) => error);
    const states = targets.map((target) => stateOf(target, seen instanceof Error ? [] : seen));
    const waiting = states.filter(({ health }) => health !== "up");
    if (waiting.length === 0) return states;
    if (signal.aborted) throw interrupted();
    if (Date.now() > deadline) throw new CommandError(describeFailure(waiting, seen, targets), "wrong");
    const names = waiting.map(titleOf).join(", ");
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
  get = (url: string): Promise<unknown> => askJson(url, access),
): Promise<TargetState[]> {
  const { data } = (await get(`${access.url}/api/v1/targets?state=active`)) as {
    data: { activeTargets: { labels: Record<string, string>; health: TargetState["health"]; lastError: string }[] };
  };
  return data.activeTargets.map(({ labels, health, lastError }) => ({
    job: labels.job ?? "",
    server: labels.server ?? "",
    probe: labels.target,
    health,
    lastError,
  }));
}

/** What was seen of a target of the inventory. */
export function stateOf(target: Target, seen: TargetState[]): TargetState {
  const wanted = { job: target.job, server: target.server.name, probe: target.probe?.name };
  const found = seen.find(
    ({ job, server, probe }) => job === wanted.job && server === wanted.server && probe === wanted.probe,
  );
  return found ?? { ...wanted, health: "unknown", lastError: "not scraped yet" };
}

/** As `node-exporter on server-84`, `blackbox (appwrite) on server-84`. */
export function titleOf({ job, server, probe }: TargetState): string {
  return `${job}${probe ? ` (${probe})` : ""} on ${server}`;
}

function describeFailure(waiting: TargetState[], seen: TargetState[] | Error, targets: Target[]): string {
  const logsOf = (job: string, on?: string) => {
    const found = targets.find((one) => one.job === job && (on === undefined || one.server.name === on));
    const target = found?.probe?.exporter ?? found;
    return target?.container ? `docker logs ${target.server.prefix}${target.container}` : "not one of ours";
  };
  if (seen instanceof Error) return `Prometheus does not answer: ${seen.message}. See: ${logsOf("prometheus")}`;
  return [
    `not up after ${patienceSeconds} s:`,
    ...waiting.map((state) => `  ${titleOf(state)}: ${state.lastError} (${logsOf(state.job, state.server)})`),
  ].join("\n");
}
