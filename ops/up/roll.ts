import type { Inventory, Server } from "../../stacks/inventory";

/** What `pulumi preview --json` prints, as far as it is looked at. */
interface Previewed {
  steps?: { op: string; urn: string }[];
}

const containerType = "docker:index/container:Container";

/**
 * The servers on which a deployment would replace containers, in the order in which they have their turn: those with
 * exporters alone first, then those that show (Grafana, the watcher), and last those that watch and tell (Prometheus,
 * Alertmanager, Loki), so that whatever goes wrong on the way is seen. Containers that are made for the first time, and
 * those that go, stop nothing that is to go on.
 * @param previewed what `pulumi preview --json` prints
 */
export function rollOf(previewed: string, inventory: Inventory): Server[] {
  const { steps = [] } = JSON.parse(previewed) as Previewed;
  const replaced = steps.filter(({ op, urn }) => op.includes("replace") && urn.includes(containerType));
  const names = replaced.map(({ urn }) => urn.split("::").at(-1) ?? "");
  return inventory.servers
    .filter((server) => names.some((name) => ownerOf(name, inventory) === server))
    .sort((one, other) => rank(one, inventory) - rank(other, inventory));
}

/** The server whose name a resource's begins with; of `server-8` and `server-8-a` the longer one. */
function ownerOf(name: string, { servers }: Inventory): Server | undefined {
  const owners = servers.filter((server) => name.startsWith(`${server.name}-`));
  return owners.sort((one, other) => other.name.length - one.name.length)[0];
}

function rank({ name }: Server, { services, watcher }: Inventory): number {
  const { prometheus, alertmanager, loki, grafana } = services;
  if ([prometheus, alertmanager, loki].some(({ server }) => server === name)) return 2;
  return grafana.server === name || watcher?.server === name ? 1 : 0;
}
