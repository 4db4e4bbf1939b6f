import { type Host, openHost, type SshIdentity } from "../../components/server/host";
import { HostError } from "../../components/server/host-error";
import { connectionTo } from "../../components/server/monitored-server";
import type { Inventory, Server } from "../../stacks/inventory";
import { settingDifferences } from "./container-settings";
import type { Deployment, StateResource } from "./deployment";
import type { InspectedContainer } from "./inspected";
import { type Inspection, inspect } from "./inspection";
import type { Difference, DriftRow, Unreachable } from "./row";
import { withoutSecrets } from "./values";

/** What is found of a container. */
export interface ContainerRow extends Omit<DriftRow, "repaired"> {
  /** Of the declared container; nothing for one that nobody declared. */
  urn?: string;
  /** Its labels do not say that it is ours, and a deployment removes nothing of others. */
  isForeign?: boolean;
}

/** What Docker says on the servers that answered, and which did not. */
export interface ServersLook {
  inspections: { server: Server; inspection: Inspection }[];
  unreachable: Unreachable[];
}

const containerType = "docker:index/container:Container";

/** Asks Docker on all servers at once, reading only. */
export async function lookAtServers(
  deployment: Deployment,
  inventory: Inventory,
  identity: SshIdentity,
): Promise<ServersLook> {
  const look: ServersLook = { inspections: [], unreachable: [] };
  await Promise.all(
    inventory.servers.map(async (server) => {
      const host = openHost(connectionTo(server, inventory), identity);
      try {
        const inspection = await lookAtServer(host, server, deployment, inventory.stack);
        look.inspections.push({ server, inspection });
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        look.unreachable.push({ server: server.name, why: error.message });
      } finally {
        host.close();
      }
    }),
  );
  return look;
}

function lookAtServer(host: Host, server: Server, deployment: Deployment, stack: string): Promise<Inspection> {
  const declared = containersOn(server, deployment);
  return inspect(host, {
    containers: declared.flatMap(({ inputs, id = "" }) => [String(inputs?.name), id]).filter((name) => name !== ""),
    directories: declared.flatMap(({ inputs }) => boundDirectories(inputs ?? {}, server).map(([source]) => source)),
    stack,
    server: server.name,
  });
}

/** The containers that were deployed on a server. */
export function containersOn(server: Server, deployment: Deployment): StateResource[] {
  return deployment.ofType(containerType).filter(({ urn }) => deployment.serverOf(urn) === server.name);
}

/**
 * What of a server's containers is not as it was deployed.
 * @param declared the containers as the state has them
 * @param program URN → what the program declares by now; what is found so is no drift, whatever the state says
 */
export function containerRows(
  declared: StateResource[],
  inspection: Inspection,
  server: Server,
  program: Map<string, Record<string, unknown>> = new Map(),
): ContainerRow[] {
  const names = new Set(declared.map(({ inputs }) => String(inputs?.name)));
  const known = new Set(declared.map(({ id }) => id));
  const renamed = inspection.containers.filter(({ Id }) => known.has(Id)).map(nameOf);
  const undeclared = inspection.ours
    .filter((name) => !names.has(name) && !renamed.includes(name))
    .map(
      (name): ContainerRow => ({
        ...{ server: server.name, resource: name, type: "container", differences: [] },
        what: "carries this stack's labels, and nobody declared it",
      }),
    );
  return [...declared.flatMap((one) => rowsOf(one, inspection, server, program.get(one.urn))), ...undeclared];
}

function rowsOf(
  { urn, id, inputs = {} }: StateResource,
  inspection: Inspection,
  server: Server,
  program: Record<string, unknown> | undefined,
): ContainerRow[] {
  const name = String(inputs.name);
  const row = { urn, server: server.name, resource: name, type: "container" };
  const byId = inspection.containers.find(({ Id }) => Id === id);
  const byName = inspection.containers.find((one) => nameOf(one) === name);
  const found = byId ?? byName;
  if (!found) return [{ ...row, what: "is gone", differences: [] }];

  const image = inspection.images.find(({ Id }) => Id === found.Image);
  const state = stateDifference(found);
  // A refresh that was never deployed has left in the state what it found.
  const still = program && new Set(settingDifferences(program, found, image).map(({ setting }) => setting));
  const settings = settingDifferences(inputs, found, image).filter(({ setting }) => still?.has(setting) ?? true);
  const replaced = replacedDirectories(inputs, inspection, found, server);
  const differences = [...(state ? [state.difference] : []), ...settings, ...replaced];
  const what = [
    byId ? "" : "was made anew by hand (another container has its name)",
    byId && nameOf(byId) !== name ? `was renamed to ${nameOf(byId)}` : "",
    state?.what ?? "",
    settings.length > 0 ? `has other settings (${summary(settings)})` : "",
    replaced.length > 0 ? "reads a directory that was replaced" : "",
  ].filter((part) => part !== "");
  if (what.length === 0) return [];
  if (byId && byName && byId !== byName) what.push(`and another container is called ${name}`);
  return [{ ...row, what: what.join(", "), differences, ...(isForeign(inputs, found) ? { isForeign: true } : {}) }];
}

/** Whether a deployment would leave it alone: whose it is, is said by its labels (`claims.ts`, `preflight.ts`). */
function isForeign({ labels = [] }: Record<string, unknown>, { Config }: InspectedContainer): boolean {
  const telling = ["monitoring.stack", "monitoring.service"];
  return (labels as { label: string; value: string }[])
    .filter(({ label }) => telling.includes(label))
    .some(({ label, value }) => Config.Labels?.[label] !== value);
}

/** Whether it runs as it should; a health check that has not come to a result yet is nothing wrong. */
function stateDifference({ State }: InspectedContainer): { what: string; difference: Difference } | undefined {
  const { Status, ExitCode = 0, OOMKilled, Health } = State;
  const state = (what: string, found: string) => ({
    what,
    difference: { setting: "state", declared: "running", found },
  });
  if (Status === "running") {
    if (Health?.Status !== "unhealthy") return undefined;
    const said = withoutSecrets(Health.Log?.at(-1)?.Output?.trim().split("\n").at(-1) ?? "").slice(0, 160);
    return {
      what: "runs and is not healthy",
      difference: { setting: "health", declared: "healthy", found: `unhealthy${said ? ` (${said})` : ""}` },
    };
  }
  if (Status === "paused") return state("is paused", "paused");
  if (Status === "restarting") return state("is started again and again", `restarting, after exit code ${ExitCode}`);
  if (Status === "created") return state("was never started", "created");
  if (OOMKilled)
    return state("was killed for want of memory", `stopped, killed for want of memory (exit code ${ExitCode})`);
  return state("is stopped", `stopped (exit code ${ExitCode})`);
}

/**
 * Directories that are younger than the container that has them mounted: it still sees what was there before. Told by
 * time, because only a container with a shell could be asked for what it sees.
 */
function replacedDirectories(
  inputs: Record<string, unknown>,
  { directories }: Inspection,
  { State }: InspectedContainer,
  server: Server,
): Difference[] {
  const started = Date.parse(State.StartedAt ?? "") / 1000;
  if (State.Status !== "running" || !(started > 0)) return [];
  return boundDirectories(inputs, server).flatMap(([source, target]) => {
    const made = directories.get(source);
    if (made === undefined || made <= started) return [];
    const at = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
    return [
      {
        setting: `mount ${target}`,
        declared: source,
        found: `what ${source} was until it was replaced, at ${at(made)}; the container runs since ${at(started)}`,
      },
    ];
  });
}

/** Those of our own: path on the server and path in the container. */
function boundDirectories({ mounts = [] }: Record<string, unknown>, server: Server): [string, string][] {
  return (mounts as { type: string; source: string; target: string }[])
    .filter(({ type, source }) => type === "bind" && source.startsWith(`${server.directory}/`))
    .map(({ source, target }) => [source, target]);
}

/** What the settings are about, without repetition: `label, memory limit`. */
function summary(settings: Difference[]): string {
  const subjects = settings.map(({ setting }) =>
    (setting.split(" › ")[0] ?? setting).replace(/^(label|environment variable|name in the network) .*/, "$1"),
  );
  return [...new Set(subjects)].join(", ");
}

/** Docker puts a slash before it. */
function nameOf({ Name }: InspectedContainer): string {
  return Name.replace(/^\//, "");
}
