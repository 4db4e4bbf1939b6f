import { isDeepStrictEqual } from "node:util";
import type { Implementation } from "../dynamic-provider";
import { waitUntilHealthy } from "../server/container-health";
import { type Connection, type Host, HostError, quote } from "../server/host";
import { hostOf, identifyBy } from "../server/open-hosts";

/** What the provider is given: everything plain, nothing of Pulumi. */
export interface RunningContainerInputs {
  connection: Connection;
  container: string;
  /** Network → the names that the container has in it. */
  networks: Record<string, string[]>;
  directories: string[];
  /** `running`; what it is instead, when it is read. */
  condition: string;
  /** Directories that were replaced since the container was started: it still sees what was there before. */
  replaced: string[];
}

/** What can be seen of a container from its server. */
export type Seen = Pick<RunningContainerInputs, "condition" | "networks" | "replaced">;

/** Longer than the longest time between two checks of a container's health. */
const settleSeconds = 75;

/** The dynamic provider of `RunningContainer`. */
export const provider: Implementation = {
  async configure({ config }) {
    identifyBy(config);
  },

  async create(inputs: RunningContainerInputs) {
    await putRight(hostOf(inputs.connection), inputs);
    return { id: `${inputs.connection.server}/${inputs.container}`, outs: inputs };
  },

  async update(_id, _olds: RunningContainerInputs, news: RunningContainerInputs) {
    await putRight(hostOf(news.connection), news);
    return { outs: news };
  },

  async read(id, props: RunningContainerInputs) {
    const seen = { ...props, ...(await look(hostOf(props.connection), props)) };
    return { id, props: seen, inputs: seen };
  },

  async diff(_id, olds: RunningContainerInputs, news: RunningContainerInputs) {
    const compared = ["condition", "networks", "directories", "replaced"] as const;
    const moved = olds.connection.server !== news.connection.server || olds.container !== news.container;
    return {
      changes: moved || compared.some((name) => !isDeepStrictEqual(olds[name], news[name])),
      replaces: moved ? ["connection", "container"] : [],
      deleteBeforeReplace: true,
    };
  },

  /** The container goes by itself. */
  async delete() {},
};

/** How a container is, in the terms of its declaration. */
export async function look(host: Host, inputs: RunningContainerInputs): Promise<Seen> {
  const { container, directories } = inputs;
  const format = [
    "{{.State.Status}}",
    "{{with .State.Health}}{{.Status}}{{end}}",
    "{{.State.StartedAt}}",
    "{{json .NetworkSettings.Networks}}",
  ].join("|");
  const stat =
    directories.length > 0 ? `stat -c '%W %n' ${directories.map(quote).join(" ")} 2>/dev/null; true` : "true";
  const { code, stdout, stderr } = await host.run(`
    docker container inspect --format '${format}' ${quote(container)} || exit 3
    ${stat}`);
  if (code !== 0) {
    if (/no such container/i.test(stderr)) return { condition: "gone", networks: inputs.networks, replaced: [] };
    throw new HostError(`${host.label}: ${container} cannot be looked at: ${stderr.trim()}`);
  }
  const [first = "", ...times] = stdout.toString("utf8").trim().split("\n");
  const [status = "", health = "", startedAt = "", networks = "null"] = first.split("|");
  return {
    condition: status === "running" && health === "unhealthy" ? "unhealthy" : status,
    networks: namesIn(JSON.parse(networks), inputs.networks),
    replaced: status === "running" ? youngerThan(Date.parse(startedAt) / 1000, times) : [],
  };
}

/** The networks that it is in; of its names there, those that it should have. */
function namesIn(
  found: Record<string, { Aliases: string[] | null }> | null,
  wanted: Record<string, string[]>,
): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(found ?? {}).map(([network, { Aliases }]) => [
      network,
      (wanted[network] ?? []).filter((alias) => Aliases?.includes(alias)),
    ]),
  );
}

/** Directories made since then, by lines of `seconds path`; 0 or `-` where the file system does not tell. */
function youngerThan(seconds: number, lines: string[]): string[] {
  return lines.flatMap((line) => {
    const [, made, directory] = /^(\d+) (.*)$/.exec(line) ?? [];
    return directory && Number(made) > seconds ? [directory] : [];
  });
}

/**
 * Brings a container to where it does its work, with no more than it takes: one that is as it should be is not touched.
 * @throws {HostError} when it does not get there
 */
async function putRight(host: Host, inputs: RunningContainerInputs): Promise<void> {
  const seen = await look(host, inputs);
  const commands = repairs(inputs, seen);
  if (commands.length === 0) return;
  const { code, stderr } = await host.run(commands.join(" && "), { seconds: 120 });
  if (code !== 0) throw new HostError(`${host.label}: ${inputs.container} cannot be put right: ${stderr.trim()}`);
  await waitUntilHealthy(inputs.container, host);
  const left = await settle(host, inputs);
  if (left.length > 0) {
    throw new HostError(`${host.label}: ${inputs.container} is not as declared after: ${commands.join("; ")}.`);
  }
}

/** Waits until Docker, too, has seen that the container is healthy: its own check comes round only so often. */
async function settle(host: Host, inputs: RunningContainerInputs): Promise<string[]> {
  for (let second = 0; ; second++) {
    const left = repairs(inputs, await look(host, inputs));
    if (left.length === 0 || second >= settleSeconds) return left;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** The commands that put right what is not as declared. */
export function repairs({ container, networks }: RunningContainerInputs, seen: Seen): string[] {
  const name = quote(container);
  const found = Object.keys(seen.networks);
  const isIncomplete = (network: string) => (networks[network] ?? []).length > (seen.networks[network] ?? []).length;
  const leave = found.filter((network) => !networks[network] || isIncomplete(network));
  const join = Object.keys(networks).filter((network) => !found.includes(network) || isIncomplete(network));
  const aliases = (network: string) => (networks[network] ?? []).map((alias) => `--alias ${quote(alias)} `).join("");
  const mustRestart = seen.condition === "unhealthy" || seen.replaced.length > 0;
  return [
    ...(seen.condition === "paused" ? [`docker unpause ${name}`] : []),
    ...leave.map((network) => `docker network disconnect ${quote(network)} ${name}`),
    ...join.map((network) => `docker network connect ${aliases(network)}${quote(network)} ${name}`),
    ...(mustRestart
      ? [`docker restart --time 30 ${name}`]
      : ["exited", "created"].includes(seen.condition)
        ? [`docker start ${name}`]
        : []),
  ];
}
