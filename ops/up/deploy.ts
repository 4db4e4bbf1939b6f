import { leftOutVariable } from "../../components/server/left-out";
import { type Inventory, type Server, serverOf } from "../../stacks/inventory";
import { CommandError } from "../command";
import type { Report } from "../progress";
import { houseRules, type PulumiOptions, pulumi } from "../pulumi";
import { exclusionsOf, grafanaContent } from "./exclusions";
import { rollOf } from "./roll";

export interface DeployOptions {
  /** Looks first at what is really there, and puts right what somebody changed. @default false */
  refresh?: boolean;
  /** Servers that stay as they are. @default none */
  leftOut?: Server[];
  /** Asked when something failed on the way: server's name → what is wrong with it now. @default nothing is asked */
  problems?: () => Promise<Map<string, string[]>>;
  /** @default this process's own */
  env?: NodeJS.ProcessEnv | undefined;
  report?: Report | undefined;
  signal?: AbortSignal | undefined;
}

/** What a deployment ends with when a container comes up and does not become healthy. */
const unhealthy = /does not become healthy/;

/**
 * Deploys a stack. Where containers are replaced on several servers, one server after the other: each has to have its
 * containers healthy before the next one's are touched, those that watch the others last. A container that does not
 * become healthy stops that; what else fails on one server (it is lost on the way, its disk is full) does not.
 * @returns what the engine printed
 * @throws {CommandError} with what failed, and on which servers nothing was begun
 */
export async function deploy(inventory: Inventory, options: DeployOptions = {}): Promise<string> {
  const { refresh = false, leftOut = [], report, signal } = options;
  const engine = new Engine(inventory, options);
  const grafana = serverOf(inventory, "grafana");
  try {
    return await rollOut(engine, options);
  } catch (error) {
    const mayBeMended = refresh && !leftOut.includes(grafana) && !signal?.aborted;
    if (!mayBeMended || !isOfGrafana(error, inventory)) throw error;
    report?.("Grafana does not answer, and is put right first; then what is in it");
    await engine.up({ refresh, excluded: [grafanaContent(inventory.stack)] });
    return rollOut(engine, options);
  }
}

/** Whether Grafana did not answer: the engine cannot look at what is in it then, nor goes on with anything else. */
function isOfGrafana(error: unknown, inventory: Inventory): boolean {
  const address = `${serverOf(inventory, "grafana").address}:${inventory.services.grafana.port}`;
  return error instanceof CommandError && error.message.includes(address);
}

async function rollOut(engine: Engine, options: DeployOptions): Promise<string> {
  const { refresh = false, report, signal, problems = async () => new Map() } = options;
  const { inventory } = engine;
  const roll = await engine.roll(refresh);
  if (roll.length < 2) return engine.up({ refresh });
  if (refresh) await engine.refresh();
  const printed: string[] = [];
  const failures = new Set<string>();
  const waiting = [...roll];
  for (let server = waiting.shift(); server; server = waiting.shift()) {
    if (engine.leavesOut(server)) continue;
    report?.(`${server.name}, ${roll.indexOf(server) + 1} of ${roll.length} servers whose containers are replaced`);
    try {
      printed.push(await engine.up({ excluded: waiting.flatMap((one) => exclusionsOf(one, inventory)) }));
    } catch (error) {
      if (!(error instanceof CommandError) || signal?.aborted) throw error;
      failures.add(error.message);
      if (waiting.length > 0 && unhealthy.test(error.message)) {
        const names = waiting.map(({ name }) => name).join(", ");
        failures.add(`The roll stops at ${server.name}. Nothing was begun on ${names}, where all runs as before.`);
        break;
      }
      // One that was lost on the way would stop the turns of all others, and perhaps has stopped this one.
      const lost = engine.leaveOut(await problems());
      if (lost.length > 0 && !lost.includes(server)) waiting.unshift(server);
    }
  }
  if (failures.size > 0) throw new CommandError([...failures].join("\n"), "wrong");
  return printed.join("\n");
}

/** Pulumi's, on one stack, without the servers that are left out. */
class Engine {
  private readonly options: PulumiOptions;
  private readonly leftOut: Server[];
  private readonly env: NodeJS.ProcessEnv;

  constructor(
    readonly inventory: Inventory,
    { leftOut = [], env = process.env, report, signal }: DeployOptions,
  ) {
    this.leftOut = [...leftOut];
    this.options = { report, signal };
    this.env = env;
  }

  leavesOut(server: Server): boolean {
    return this.leftOut.includes(server);
  }

  /** @returns the servers that it left nothing out of so far */
  leaveOut(problems: Map<string, string[]>): Server[] {
    const lost = this.inventory.servers.filter((one) => problems.get(one.name)?.length && !this.leavesOut(one));
    this.leftOut.push(...lost);
    return lost;
  }

  async up({ refresh = false, excluded = [] }: { refresh?: boolean; excluded?: string[] }): Promise<string> {
    const args = ["--yes", "--skip-preview", "--continue-on-error", ...houseRules];
    return this.run("up", [...args, ...(refresh ? ["--refresh"] : [])], excluded);
  }

  async refresh(): Promise<void> {
    await this.run("refresh", ["--yes", "--skip-preview"]);
  }

  /** The servers that would have containers replaced; none where that cannot be told, for then `up` tells why. */
  async roll(refresh: boolean): Promise<Server[]> {
    if (this.inventory.servers.length - this.leftOut.length < 2) return [];
    this.options.report?.("looking what is to be done");
    const previewed = await this.run("preview", ["--json", ...(refresh ? ["--refresh"] : [])]).catch(
      (error: unknown) => {
        if (!(error instanceof CommandError) || this.options.signal?.aborted) throw error;
        return "{}";
      },
    );
    return rollOf(previewed, this.inventory);
  }

  private run(command: string, args: string[], excluded: string[] = []): Promise<string> {
    const patterns = [...this.leftOut.flatMap((server) => exclusionsOf(server, this.inventory)), ...excluded];
    const excludes = patterns.flatMap((pattern) => ["--exclude", pattern]);
    const env = { ...this.env, [leftOutVariable]: this.leftOut.map(({ name }) => name).join(",") };
    return pulumi([command, "--stack", this.inventory.stack, ...args, ...excludes], { ...this.options, env });
  }
}
