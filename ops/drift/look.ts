import { lookingOnlyVariable } from "../../components/looking-only";
import { loadInventory } from "../../stacks";
import type { Inventory } from "../../stacks/inventory";
import { CommandError } from "../command";
import { type Report, step } from "../progress";
import { containerRows, containersOn, lookAtServers, type ServersLook } from "./containers";
import { Deployment } from "./deployment";
import { Engine } from "./engine";
import { engineRows } from "./engine-rows";
import { driftReport } from "./report";
import type { DriftReport, Unreachable } from "./row";
import { withoutPreflight } from "./settings-file";
import { Preview } from "./steps";
import { thingOf } from "./things";
import { withoutSecrets } from "./values";

/** How often the engine is asked again without what could not be read. */
const attempts = 4;

/**
 * Looks at everything that a stack has deployed, reading only.
 * @throws {InventoryError} when there is no such stack
 * @throws {CommandError} when it is not deployed, its state cannot be read or the program does not run
 */
export async function lookForDrift(stack: string, report: Report, signal?: AbortSignal): Promise<DriftReport> {
  const described = await loadInventory(stack);
  const engine = new Engine(described, signal);
  report("reading what was deployed");
  const { deployment, inventory, identity } = await readDeployment(engine, described);
  const servers = await step(report, `asking Docker on ${inventory.servers.map(({ name }) => name).join(", ")}`, () =>
    lookAtServers(deployment, inventory, identity),
  );
  const { preview, unreadable, refused } = await withoutPreflight(stack, (file) =>
    lookWithEngine(engine, deployment, servers, ["--config-file", file], report),
  );
  const rows = servers.inspections.flatMap(({ server, inspection }) =>
    containerRows(containersOn(server, deployment), inspection, server, preview.declared),
  );
  const looked = servers.inspections.map(({ server }) => server.name);
  const unreachable = [...servers.unreachable, ...unreadable];
  return driftReport(stack, engineRows(preview, deployment, refused), { rows, looked }, unreachable);
}

async function readDeployment(engine: Engine, inventory: Inventory) {
  const { stack } = inventory;
  try {
    const [exported, settings] = await Promise.all([engine.ask("stack", "export"), engine.ask("config", "--json")]);
    const setting = (name: string): string | undefined =>
      JSON.parse(settings)[`monitoring:${name}`]?.value || undefined;
    const { knownHosts = inventory.knownHosts } = { knownHosts: setting("knownHosts") };
    return {
      deployment: Deployment.parse(exported, stack),
      inventory: { ...inventory, knownHosts },
      identity: { keyFile: setting("sshKeyFile") },
    };
  } catch (error) {
    if (error instanceof CommandError && /^nothing of the stack/.test(error.message)) throw error;
    throw new CommandError(`the stack ${stack} cannot be read. Is it deployed? ${(error as Error).message}`);
  }
}

/** Asks the engine, each time without what could not be read the time before. */
async function lookWithEngine(
  engine: Engine,
  deployment: Deployment,
  { unreachable }: ServersLook,
  args: string[],
  report: Report,
): Promise<{ preview: Preview; unreadable: Unreachable[]; refused: Map<string, string> }> {
  const excluded = new Set(unreachable.flatMap(({ server }) => deployment.on(server)));
  const unreadable: Unreachable[] = [];
  const refused = new Map<string, string>();
  for (let attempt = 1; ; attempt++) {
    const preview = new Preview();
    const wanted = deployment.resources.filter(({ urn, custom }) => custom && !excluded.has(urn)).length;
    let looked = 0;
    const exclude = [...excluded].flatMap((urn) => ["--exclude", urn]);
    const title = attempt === 1 ? "looking at everything" : "looking at the rest";
    const take = (line: string, say: Report) => {
      if (preview.take(line)) looked += 1;
      if (looked > 0 && looked % 10 === 0) say(`${title} (${Math.min(looked, wanted)} of ${wanted})`);
    };
    const env: Record<string, string> = refused.size > 0 ? { [lookingOnlyVariable]: "yes" } : {};
    const { code, errors } = await step(report, `${title} (${wanted} resources)`, (say) =>
      engine.preview([...args, ...exclude], (line) => take(line, say), env),
    );
    const failed = preview.errors.filter(({ urn }) => urn && deployment.get(urn)?.custom && !excluded.has(urn));
    if (code === 0 && failed.length === 0) return { preview, unreadable, refused };
    if (failed.length === 0 || attempt === attempts) {
      const why = preview.errors.find((error) => !failed.includes(error)) ?? preview.errors[0];
      throw new CommandError(
        `the stack ${deployment.stack} cannot be looked at: ${withoutSecrets(why?.message ?? errors)}`,
      );
    }
    for (const { urn = "", message } of failed) {
      const refusal = refusalIn(message);
      if (refusal !== undefined && !refused.has(urn)) {
        refused.set(urn, withoutSecrets(refusal));
        continue;
      }
      // What belongs together fails together, for the same reason.
      if (excluded.has(urn)) continue;
      unreadable.push(unreadableRow(urn, message, deployment));
      for (const one of deployment.besides(urn)) excluded.add(one);
    }
  }
}

/** Why a provider refuses what is declared, in the engine's message about that; nothing in any other. */
function refusalIn(message: string): string | undefined {
  return / resource '[^']*' has a problem: (.*)$/s.exec(message)?.[1]?.trim();
}

function unreadableRow(urn: string, message: string, deployment: Deployment): Unreachable {
  const resource = deployment.get(urn);
  const { type, name } = thingOf(resource?.type ?? "", urn, resource);
  return { server: deployment.serverOf(urn) ?? "", what: `${type} ${name}`, why: withoutSecrets(message) };
}
