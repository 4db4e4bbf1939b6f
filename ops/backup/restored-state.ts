import { existsSync, mkdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { openHost, quote } from "../../components/server/host";
import { connectionTo } from "../../components/server/monitored-server";
import type { Inventory } from "../../stacks/inventory";
import { CommandError } from "../command";
import { projectRoot, stateDirectory } from "../project";
import { toolPath } from "../toolchain/tools";
import { unpacked } from "./archive-file";
import { settingsFileOf, stateFile } from "./saved-state";
import { type ServicePart, servicePartsOf } from "./service-part";
import { engineOf, reachedBy } from "./stack-engine";

/** A resource of what `pulumi stack export` prints, as far as it is looked at. */
interface Resource {
  urn: string;
  type: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
}

/** What `pulumi stack export` prints, as far as it is looked at. */
interface Exported {
  deployment?: { resources?: Resource[]; pending_operations?: unknown[] };
}

/** Whether the stack has nothing that its state knows of, or does not exist. @throws {CommandError} when that cannot be read */
export async function isStateEmpty(inventory: Inventory): Promise<boolean> {
  if (!(await isKnown(inventory))) return true;
  const exported: Exported = JSON.parse(await engineOf(inventory)(["stack", "export", "--stack", inventory.stack]));
  return (exported.deployment?.resources ?? []).length === 0;
}

/**
 * Gives a stack a state that can be deployed: its own or, where it has none, the one of a backup; and the backup's
 * settings where there are none. What the state says of the servers may be gone: the deployment finds that out by itself.
 * @param saved the backup's archive of state and settings
 * @throws {CommandError} when the passphrase is not the one that the secrets are encrypted with
 */
export async function prepareState(inventory: Inventory, saved: string): Promise<void> {
  const { stack } = inventory;
  const engine = engineOf(inventory);
  const folder = await mkdtemp(path.join(os.tmpdir(), "state-"));
  try {
    mustHavePassphrase(inventory);
    const { [stateFile]: savedState = "", [settingsFileOf(stack)]: settings } = await unpacked(saved);
    const settingsFile = path.join(projectRoot, settingsFileOf(stack));
    if (settings && !existsSync(settingsFile)) await writeFile(settingsFile, settings);
    const isEmpty = await isStateEmpty(inventory);
    if (!(await isKnown(inventory))) await engine(["stack", "init", stack]);
    const state = isEmpty ? savedState : await engine(["stack", "export", "--stack", stack]);
    const prepared = (await isGrafanaGone(inventory)) ? withoutGrafanaContent(state) : withoutPending(state);
    const file = path.join(folder, stateFile);
    await writeFile(file, prepared, { mode: 0o600 });
    await engine(["stack", "import", "--stack", stack, "--file", file]);
  } catch (error) {
    throw (error as Error).message.includes("passphrase") ? wrongPassphrase(inventory, error as Error) : error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The state without what a killed deployment had under way, of which the next one takes care. */
export function withoutPending(state: string): string {
  const exported: Exported = JSON.parse(state);
  if (exported.deployment) exported.deployment.pending_operations = [];
  return JSON.stringify(exported);
}

/**
 * The state without the folders, datasources and dashboards in a Grafana that is gone: they cannot be looked at, so that
 * no deployment would come to its end. The next one makes them anew.
 */
export function withoutGrafanaContent(state: string): string {
  const exported: Exported = JSON.parse(withoutPending(state));
  const resources = exported.deployment?.resources ?? [];
  const gone = new Set(resources.filter(({ type }) => type.startsWith("grafana:")).map(({ urn }) => urn));
  const stays = (urn: string) => !gone.has(urn);
  const kept = resources
    .filter(({ urn }) => stays(urn))
    .map(({ dependencies, propertyDependencies, ...rest }) => ({
      ...rest,
      ...(dependencies ? { dependencies: dependencies.filter(stays) } : {}),
      ...(propertyDependencies
        ? {
            propertyDependencies: Object.fromEntries(
              Object.entries(propertyDependencies).map(([name, urns]) => [name, urns?.filter(stays) ?? null]),
            ),
          }
        : {}),
    }));
  return JSON.stringify({ ...exported, deployment: { ...exported.deployment, resources: kept } });
}

async function isKnown(inventory: Inventory): Promise<boolean> {
  if (!existsSync(toolPath("pulumi"))) {
    throw new CommandError("the Pulumi engine is not there yet: npm run toolchain fetches or builds it.");
  }
  // What has no place for its state yet has no stack.
  if (isLocal(inventory)) mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const stacks: { name: string }[] = JSON.parse(await engineOf(inventory)(["stack", "ls", "--json"]));
  return stacks.some(({ name }) => name.split("/").at(-1) === inventory.stack);
}

async function isGrafanaGone(described: Inventory): Promise<boolean> {
  const grafana = servicePartsOf(described).filter(({ service }) => service === "grafana");
  return (await missingOf(grafana, described)).length > 0;
}

/** Those whose container is not there, or does not run; not those whose server does not answer. */
export async function missingOf(parts: ServicePart[], described: Inventory): Promise<ServicePart[]> {
  const { inventory, identity } = await reachedBy(described);
  const looks = parts.map(async (part) => {
    const host = openHost(connectionTo(part.server, inventory), identity);
    const question = `docker container inspect --format '{{.State.Running}}' ${quote(part.container)}`;
    const answer = await host.run(question).catch(() => undefined);
    host.close();
    return answer && answer.stdout.toString("utf8").trim() !== "true" ? [part] : [];
  });
  return (await Promise.all(looks)).flat();
}

function isLocal({ servers }: Inventory): boolean {
  return !servers.some(({ ssh }) => ssh);
}

const passphraseFile = path.join(stateDirectory, "passphrase");

/** A new one would be of no use: the backup's secrets are encrypted with the old one. */
function mustHavePassphrase(inventory: Inventory): void {
  if (!isLocal(inventory) || existsSync(passphraseFile)) return;
  throw new CommandError(
    `${passphraseFile} is not there: put the passphrase of the machine that the backup was made on into it.`,
  );
}

function wrongPassphrase(inventory: Inventory, error: Error): CommandError {
  const where = isLocal(inventory) ? passphraseFile : "PULUMI_CONFIG_PASSPHRASE";
  return new CommandError(
    `the secrets are encrypted with another passphrase than that of ${where}: ${error.message}`,
    "wrong",
  );
}
