import { type Digests, fileRows } from "./config-files";
import type { Deployment } from "./deployment";
import type { Difference, DriftRow } from "./row";
import type { EventState, Preview, Refreshed, Step } from "./steps";
import { settingName, thingOf } from "./things";
import { differencesIn, hidden, isUnknown, shown } from "./values";

/** A row, and the resource that it is about. */
export interface EngineRow extends DriftRow {
  urn: string;
}

export interface EngineRows {
  drifted: EngineRow[];
  undeployed: EngineRow[];
}

const configDirectory = "pulumi-nodejs:dynamic/monitoring:ConfigDirectory";
const remoteImage = "docker:index/remoteImage:RemoteImage";
const container = "docker:index/container:Container";

/**
 * What the engine has found, in words. Drift is what its look at the real thing found changed and a deployment would
 * change back; what only the look shows (counters, addresses) is left out, and what only the program changed is not
 * deployed yet.
 * @param refused URN → why a deployment would refuse to touch that resource
 */
export function engineRows(
  preview: Preview,
  deployment: Deployment,
  refused: Map<string, string> = new Map(),
): EngineRows {
  const rows: EngineRows = { drifted: [], undeployed: [] };
  const images = replacedImages(preview);
  for (const step of preview.steps.values()) {
    if (!isReal(step)) continue;
    const refreshed = preview.refreshed.get(step.urn);
    if (step.type === configDirectory && refreshed?.after) addFiles(rows, step, refreshed, deployment);
    else if (refreshed?.changed) rows.drifted.push(...driftRows(step, refreshed, deployment));
    else rows.undeployed.push(...undeployedRows(step, deployment, images));
  }
  for (const { urn, type, before, after } of images.values()) {
    const row = { ...about(urn, type, before, deployment), what: "is another image by now, under the same name" };
    const differences = differencesIn("image", before?.outputs?.imageId, after?.outputs?.imageId);
    // The engine takes over whatever has the name.
    rows.drifted.push({ ...row, differences, repaired: false });
  }
  return {
    drifted: rows.drifted.map((row) => withRefusal(row, refused)),
    undeployed: rows.undeployed.map((row) => withRefusal(row, refused)),
  };
}

function withRefusal(row: EngineRow, refused: Map<string, string>): EngineRow {
  const why = refused.get(row.urn);
  return why === undefined ? row : { ...row, repaired: false, refused: why };
}

/** Not a component, the stack or a provider, which nobody can change but the program. */
function isReal({ type, found, declared }: Step): boolean {
  const { custom } = declared ?? found ?? {};
  return custom === true && !type.startsWith("pulumi:");
}

/** Images whose name leads to another image than it did. */
function replacedImages({ refreshed }: Preview): Map<unknown, Refreshed> {
  const changed = [...refreshed.values()].filter(
    ({ type, before, after }) =>
      type === remoteImage && after !== undefined && before?.outputs?.imageId !== after.outputs?.imageId,
  );
  return new Map(changed.map((one) => [one.after?.outputs?.imageId, one]));
}

function driftRows(step: Step, refreshed: Refreshed, deployment: Deployment): EngineRow[] {
  const { urn, type, declared } = step;
  const row = { ...about(urn, type, declared ?? refreshed.before, deployment), repaired: true };
  if (!refreshed.after) return [{ ...row, what: "is gone", differences: [] }];
  if (step.op === "delete") return [];
  const differences = differencesOf(step);
  if (differences.length === 0 && isOnlyUnknown(step)) return [];
  return [{ ...row, what: `was changed (${subjects(differences)})`, differences }];
}

/** File by file: what somebody has changed there, and what the program declares otherwise since. */
function addFiles(rows: EngineRows, step: Step, { before, after }: Refreshed, deployment: Deployment): void {
  const { urn, type, declared } = step;
  const { server, resource: root } = about(urn, type, declared ?? before, deployment);
  const [wanted, left, found] = [digestsIn(declared), digestsIn(before), digestsIn(after)];
  for (const row of fileRows(server, root, left, found)) {
    rows.drifted.push({ ...row, urn });
  }
  const changedThere = new Set(rows.drifted.map(({ resource }) => resource));
  for (const row of fileRows(server, root, wanted, found)) {
    if (changedThere.has(row.resource)) continue;
    rows.undeployed.push({ ...row, urn, what: undeployed[row.what] ?? "is declared otherwise by now" });
  }
}

/** What looks like a change by hand, seen from a program that nobody has deployed yet. */
const undeployed: Record<string, string> = {
  "was added": "is no longer declared, and is there still",
  "was deleted": "is not deployed yet",
};

function digestsIn(state: EventState | undefined): Digests {
  return (state?.inputs?.digests ?? {}) as Digests;
}

function undeployedRows(step: Step, deployment: Deployment, images: Map<unknown, Refreshed>): EngineRow[] {
  const { urn, type, op, declared, found } = step;
  const row = { ...about(urn, type, declared ?? found, deployment), repaired: true };
  if (op === "create") return [{ ...row, what: "is not deployed yet", differences: [] }];
  if (op === "delete") return [{ ...row, what: "is no longer declared, and is there still", differences: [] }];
  // The image itself has a row.
  if (type === container && step.settings?.join() === "image" && images.has(declared?.inputs?.image)) return [];
  const differences = differencesOf(step);
  if (differences.length === 0 && isOnlyUnknown(step)) return [];
  return [{ ...row, what: `is declared otherwise by now (${subjects(differences)})`, differences }];
}

function about(urn: string, type: string, state: EventState | undefined, deployment: Deployment) {
  const { type: kind, name } = thingOf(type, urn, state);
  return { urn, server: deployment.serverOf(urn) ?? serverOfNew(urn, deployment), resource: name, type: kind };
}

/** One that is not in the state yet: by its name, which begins with the server's. */
function serverOfNew(urn: string, deployment: Deployment): string {
  const name = urn.split("::").at(-1) ?? "";
  const servers = deployment.ofType("monitoring:server:MonitoredServer").map((one) => one.urn.split("::").at(-1) ?? "");
  return (
    servers.find((server) => name.startsWith(`${server}-`)) ??
    (/\$appwrite:|monitoring:appwrite:/.test(urn) ? "appwrite" : "")
  );
}

/** Setting by setting: what is declared, and what the look has found. */
function differencesOf({ declared, found, settings }: Step): Difference[] {
  const [wanted, inputs, outputs] = [declared?.inputs ?? {}, found?.inputs ?? {}, found?.outputs ?? {}];
  const names = settings ?? [...new Set([...Object.keys(wanted), ...Object.keys(inputs)])];
  const differences = names
    .filter((name) => !name.startsWith("__"))
    .flatMap((name) =>
      differencesIn(settingName(name), wanted[name], settings ? (outputs[name] ?? inputs[name]) : inputs[name]),
    );
  if (differences.length > 0) return differences;
  // The provider says that they differ, and what differs is held back.
  return (settings ?? [])
    .filter((name) => !isUnknown(wanted[name]) && shown(outputs[name] ?? wanted[name], name) === hidden)
    .map((name) => ({ setting: settingName(name), declared: hidden, found: `${hidden}, but another` }));
}

/** Whether what differs is known only after a deployment: the consequence of something else that has a row. */
function isOnlyUnknown({ declared, settings }: Step): boolean {
  const inputs = declared?.inputs ?? {};
  return (settings ?? Object.keys(inputs)).some((name) => isUnknown(inputs[name]));
}

function subjects(differences: Difference[]): string {
  const names = differences.map(({ setting }) => setting.split(" › ").slice(0, 2).join(" › "));
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return "in what is not shown";
  return distinct.length > 4
    ? `${distinct.slice(0, 4).join(", ")} and ${distinct.length - 4} more`
    : distinct.join(", ");
}
