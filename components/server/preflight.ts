import { type Inventory, publishedPorts, type Server } from "../../stacks/inventory";
import { type Host, openHost, type SshIdentity } from "./host";
import { HostError, quote } from "./host-error";
import { listeningPorts } from "./listening-ports";
import { connectionTo } from "./monitored-server";
import { overlap } from "./subnets";

/** The oldest Docker engine that everything here was tried with. */
const oldestEngine = [20, 10] as const;
/** A Docker engine that hangs is as good as none. */
const engineSeconds = 15;
/** A deployment writes some hundred kilobytes of configuration; containers and their volumes want more. */
const leastFreeMebibytes = 64;

/**
 * Asks servers whether a deployment can go well: reachable, known, a Docker engine that is new enough, a folder that
 * can be written on a disk that is not full, and no port taken by somebody else. All at once, reading only.
 * @param servers those to ask, of the inventory's
 * @returns server's name → what is wrong with it, a message a problem; empty when nothing is
 */
export async function preflight(
  inventory: Inventory,
  identity: SshIdentity,
  servers: Server[] = inventory.servers,
): Promise<Map<string, string[]>> {
  const asked = servers.map(async (server) => [server.name, await inspect(server, inventory, identity)] as const);
  return new Map(await Promise.all(asked));
}

async function inspect(server: Server, inventory: Inventory, identity: SshIdentity): Promise<string[]> {
  const host = openHost(connectionTo(server, inventory), identity);
  try {
    const answer = await host.run(question(server, inventory), { seconds: 30 });
    return problemsIn(parseSections(answer.stdout.toString()), server, inventory, host);
  } catch (error) {
    if (error instanceof HostError) return [error.message];
    throw error;
  } finally {
    host.close();
  }
}

/** One script, so that it is one round trip: sections that begin with `== name`. */
function question(server: Server, inventory: Inventory): string {
  const root = quote(server.directory);
  const ours = quote(`label=monitoring.stack=${inventory.stack}`);
  // Not on this machine, which may be one without the program.
  const patiently = server.ssh ? `timeout ${engineSeconds}` : "";
  return `
    echo '== engine'; ${patiently} docker version --format '{{.Server.Version}}' 2>&1
    [ $? != 124 ] || { echo 'no answer within ${engineSeconds} s'; exit; }
    echo '== free'; above=${root}; while [ ! -d "$above" ]; do above=$(dirname "$above"); done
    df -Pk "$above" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'
    echo '== directory'; if mkdir -p ${root} 2>/dev/null && [ -w ${root} ]; then echo writable; fi
    rmdir ${root} 2>/dev/null
    echo '== ours'; docker ps --filter ${ours} --format '{{.Label "monitoring.service"}}' 2>/dev/null
    echo '== containers'; docker ps --format '{{.Names}} {{.Ports}}' 2>/dev/null
    echo '== networks'; docker network inspect $(docker network ls --quiet --filter driver=bridge) --format \
      '{{index .Labels "monitoring.stack"}}|{{.Name}}|{{range .IPAM.Config}}{{.Subnet}} {{end}}' 2>/dev/null
    echo '== sockets'; cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; true`;
}

function parseSections(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  for (const block of text.split(/^== /m).slice(1)) {
    const [name = "", ...lines] = block.split("\n");
    sections.set(
      name.trim(),
      lines.filter((line) => line.trim() !== ""),
    );
  }
  return sections;
}

function problemsIn(sections: Map<string, string[]>, server: Server, inventory: Inventory, host: Host): string[] {
  const engine = engineProblem(sections.get("engine") ?? [], server);
  if (engine) return [`${host.label}: ${engine}`];
  return [
    ...directoryProblems(sections, server),
    ...diskProblems(sections.get("free") ?? [], server),
    ...portProblems(sections, server, inventory),
    ...networkProblems(sections.get("networks") ?? [], server, inventory.stack),
  ].map((problem) => `${host.label}: ${problem}`);
}

/** What is wrong with a Docker engine, by what `docker version` printed. */
export function engineProblem(lines: string[], server: Server): string | undefined {
  const text = lines.at(-1) ?? "";
  const version = /^(\d+)\.(\d+)/.exec(text);
  const where = server.ssh ? "on that server" : "on this machine, or set DOCKER_HOST to one that runs";
  if (version) {
    const [major = 0, minor = 0] = version.slice(1).map(Number);
    const [oldestMajor, oldestMinor] = oldestEngine;
    if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
    return `its Docker engine is ${text}, too old: ${oldestEngine.join(".")} or newer is needed.`;
  }
  if (/permission denied/i.test(text)) {
    const user = server.ssh?.user ?? "you";
    return `${user} may not use Docker there: add ${user} to the group docker (usermod -aG docker ${user}), then log in anew.`;
  }
  if (/not found/i.test(text)) return `the docker command is not there: install Docker 20.10 or newer ${where}.`;
  return `no Docker engine answers (${text.trim()}). Start one ${where}.`;
}

function directoryProblems(sections: Map<string, string[]>, server: Server): string[] {
  if (sections.get("directory")?.includes("writable")) return [];
  const user = server.ssh?.user ?? "$USER";
  return [`${server.directory} cannot be written by ${user}. As root there: install -d -o ${user} ${server.directory}`];
}

/** What is wrong with the disk, by the mebibytes that are free on it. */
export function diskProblems([free]: string[], server: Server): string[] {
  if (free === undefined || !/^\d+$/.test(free) || Number(free) >= leastFreeMebibytes) return [];
  return [
    `only ${free} MiB are free on the disk of ${server.directory}, and ${leastFreeMebibytes} are wanted. ` +
      "Free some there: df -h, docker system df, docker image prune.",
  ];
}

function portProblems(sections: Map<string, string[]>, server: Server, inventory: Inventory): string[] {
  const ours = new Set(sections.get("ours"));
  const listening = listeningPorts(sections.get("sockets") ?? [], server.address);
  return publishedPorts(inventory, server).flatMap(({ entry, service, port }) => {
    if (!listening.has(port) || ours.has(service)) return [];
    const holder = containerPublishing(port, sections.get("containers") ?? []);
    const who = holder ? `the container ${holder}` : "another process";
    return [
      `port ${port}, wanted by ${service}, is taken by ${who}. ` +
        `Stop that, or give ${entry} another port in stacks/${inventory.stack}.ts.`,
    ];
  });
}

/** What is wrong with a server's subnet, by its Docker networks: lines of `stack|name|subnet …`. */
export function networkProblems(networks: string[], server: Server, stack: string): string[] {
  return networks.flatMap((line) => {
    const [owner, name, subnets = ""] = line.split("|");
    const clash = subnets.split(" ").find((subnet) => overlap(subnet, server.subnet));
    if (!clash || owner === stack) return [];
    return [
      `the subnet ${server.subnet} overlaps with ${clash} of the Docker network ${name}. ` +
        `Give ${server.name} another subnet in stacks/${stack}.ts.`,
    ];
  });
}

function containerPublishing(port: number, containers: string[]): string | undefined {
  return containers.find((line) => line.includes(`:${port}->`))?.split(" ")[0];
}
