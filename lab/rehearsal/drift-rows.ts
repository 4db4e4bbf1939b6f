import { dashboardTitles } from "../../dashboards/links";
import { CommandError } from "../../ops/command";
import type { DriftReport } from "../../ops/drift/row";
import type { Server } from "../../stacks/inventory";
import type { LabStack } from "../hosts/lab-stack";
import { appwriteDrifts } from "./drift/appwrite";
import { containerDrifts } from "./drift/containers";
import { dockerDrifts } from "./drift/docker-objects";
import { fileDrifts } from "./drift/files";
import { grafanaDrifts } from "./drift/grafana";
import { groupsOf } from "./drift-groups";
import { described, isSaidBy, judge, leftOf } from "./drift-judgement";
import type { DriftInjection, InjectedDrift, UnseenDrift } from "./drift-row";
import { Fleet, Unexpected } from "./fleet";
import type { RowOutcome } from "./outcome";

/** Every change that somebody can make behind the deployment's back, in the order in which they are made. */
export const driftRows: DriftInjection[] = [
  ...containerDrifts,
  ...dockerDrifts,
  ...fileDrifts,
  ...grafanaDrifts(dashboardTitles["devops-dashboard"]),
  ...appwriteDrifts,
];

/**
 * Makes the changes on a fleet that is deployed, those at once that do not touch each other. Each has to be found by
 * `npm run drift`, which says what differs and nothing else and touches nothing; and a deployment has to put it right,
 * after which drift finds nothing more.
 * @param report told of every row at its end
 * @param signal no group of rows begins after it
 */
export async function runDriftRows(
  stack: LabStack,
  rows: DriftInjection[],
  report: (outcome: RowOutcome) => void,
  signal?: AbortSignal,
): Promise<RowOutcome[]> {
  const fleet = new Fleet(stack);
  const injected = rows.filter((row): row is InjectedDrift => "inject" in row);
  const unseen = rows.filter((row): row is UnseenDrift => "cannot" in row);
  const outcomes: RowOutcome[] = unseen.map(({ drift, cannot }) => ({ ...nothingYet(drift), cannot }));
  for (const outcome of outcomes) report(outcome);
  for (const group of groupsOf(injected)) {
    if (signal?.aborted) break;
    const ended = await outcomesOf(fleet, group);
    for (const outcome of ended) report(outcome);
    outcomes.push(...ended);
  }
  return outcomes;
}

function nothingYet(done: string): RowOutcome {
  return { done, seen: "", found: false, putRight: false, seconds: 0 };
}

/** Does some rows at once. The seconds of each are those of all. */
async function outcomesOf(fleet: Fleet, rows: InjectedDrift[]): Promise<RowOutcome[]> {
  const start = Date.now();
  const failures = new Map<InjectedDrift, string[]>(rows.map((row) => [row, []]));
  const seen = new Map<InjectedDrift, string>();
  const fail = (row: InjectedDrift) => (error: unknown) => {
    failures.get(row)?.push(error instanceof Error ? error.message : String(error));
  };
  const failAll = (error: unknown) => {
    for (const row of rows) fail(row)(error);
  };
  await Promise.all(rows.map((row) => row.inject(fleet, row.server).catch(fail(row))));
  try {
    const still = fleet.servers.filter(({ name }) => !rows.some((row) => row.isRestless && row.server === name));
    const before = await traceOf(fleet, still);
    const { code, found } = await look(fleet);
    if ((await traceOf(fleet, still)) !== before) throw new Unexpected("looking has changed something");
    for (const [row, failure] of judge(rows, code, found)) fail(row)(failure);
    for (const row of rows) seen.set(row, described(found.drifted.filter((one) => isSaidBy(row, one))));
  } catch (error) {
    failAll(error);
  }
  const found = rows.filter((row) => failures.get(row)?.length === 0);
  await Promise.all(rows.map((row) => row.byHand?.(fleet, row.server).catch(fail(row))));
  const left = await putRight(fleet).then(
    (report) => leftOf(rows, report),
    (error) => new Map(rows.map((row) => [row, (error as Error).message])),
  );
  for (const [row, failure] of left) fail(row)(failure);
  return rows.map((row) => {
    const failure = failures.get(row)?.join("\n");
    return {
      done: row.drift,
      seen: seen.get(row) ?? "",
      found: found.includes(row),
      putRight: !left.has(row),
      seconds: (Date.now() - start) / 1000,
      ...(failure ? { failure } : {}),
    };
  });
}

async function look(fleet: Fleet): Promise<{ code: number; found: DriftReport }> {
  const { code, stdout, stderr } = await fleet.stack.npmRun("drift", "--json");
  if (stdout.trim() === "") throw new CommandError(`npm run drift ends with ${code}: ${stderr.trim()}`);
  return { code, found: JSON.parse(stdout) };
}

/** Deploys, and looks once more. */
async function putRight(fleet: Fleet): Promise<DriftReport> {
  const { code, said } = await fleet.up("--refresh");
  if (code !== 0) throw new Unexpected(`\`npm run up -- --refresh\` ends with ${code}:\n${said.slice(-2000)}`);
  return (await look(fleet)).found;
}

/** Everything of the servers that a look could change by mistake, and what Docker has. */
async function traceOf(fleet: Fleet, servers: Server[]): Promise<string> {
  const traces = servers.map(({ name, directory }) =>
    fleet.on(
      name,
      `docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}} {{.Networks}}' | sort
       docker ps --all --quiet | xargs -r docker inspect --format '{{.Id}} {{.State.StartedAt}} {{json .HostConfig}}' | sort
       docker network ls --no-trunc --format '{{.ID}} {{.Name}}' | sort; docker volume ls --quiet | sort
       docker image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort
       find ${directory} -printf '%p %T@ %C@ %m %U %s\\n' | sort`,
    ),
  );
  return (await Promise.all(traces)).join("\n");
}
