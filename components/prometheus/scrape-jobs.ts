import {
  containerPorts,
  exporterNames,
  gatewayOf,
  type Inventory,
  type Server,
  serverOf,
  serviceNames,
} from "../../stacks/inventory";
import type { Credentials } from "../credentials/credentials";

/** One endpoint that Prometheus scrapes. */
export interface Target {
  /** The server's name: labels `server` and `instance`. */
  server: string;
  /** `host:port`, as Prometheus reaches it. */
  address: string;
}

/** All targets of one kind. */
export interface ScrapeJob {
  name: string;
  targets: Target[];
  /** Which password the targets ask for, if any. */
  credential?: keyof Credentials | undefined;
}

const credentialOf: Record<string, keyof Credentials> = {
  "node-exporter": "exporters",
  "security-metrics": "exporters",
  prometheus: "prometheus",
  alertmanager: "alertmanager",
};

/** Everything that is to be scraped, derived from the inventory; jobs without a target are left out. */
export function scrapeJobs(inventory: Inventory): ScrapeJob[] {
  const onEveryServer = (name: (typeof exporterNames)[number] | "promtail"): ScrapeJob =>
    job(
      name,
      inventory.servers.flatMap((server) => {
        const entry = name === "promtail" ? server.promtail : server.exporters[name];
        return entry ? [{ server: server.name, address: reach(server, name, entry.port) }] : [];
      }),
    );
  const once = (name: (typeof serviceNames)[number]): ScrapeJob => {
    const server = serverOf(inventory, name);
    return job(name, [{ server: server.name, address: reach(server, name, inventory.services[name].port) }]);
  };
  return [...exporterNames.map(onEveryServer), onEveryServer("promtail"), ...serviceNames.map(once)].filter(
    ({ targets }) => targets.length > 0,
  );
}

/**
 * `host:port` at which a container of the fleet reaches a service: the server's address, and its published port. On a
 * stack of loopback addresses, which mean something else inside a container, the name and port on the Docker network.
 */
export function reach(server: Server, service: keyof typeof containerPorts, publishedPort: number): string {
  if (!server.address.startsWith("127.")) return `${server.address}:${publishedPort}`;
  const containerPort = containerPorts[service];
  return containerPort === undefined ? `${gatewayOf(server)}:${publishedPort}` : `${service}:${containerPort}`;
}

function job(name: string, targets: Target[]): ScrapeJob {
  return { name, targets, credential: credentialOf[name] };
}
