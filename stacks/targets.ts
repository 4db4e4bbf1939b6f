import {
  alertmanagersOf,
  containerPorts,
  exporterContainers,
  gatewayOf,
  type Inventory,
  prometheusesOf,
  type Server,
  type ServiceName,
  serverOf,
} from "./inventory";

/** Names of the scrape jobs, in the order in which they are written. */
export const jobNames = [
  "node-exporter",
  "cadvisor",
  "security-metrics",
  "promtail",
  "postgres",
  "redis",
  "ray",
  "celery",
  "gpu",
  "blackbox",
  "prometheus",
  "alertmanager",
  "loki",
  "grafana",
] as const;
export type JobName = (typeof jobNames)[number];

/** Something that has to be scraped. */
export interface Target {
  job: JobName;
  /** Whose series these are. */
  server: Server;
  /** The container that answers, where it is one of ours; before the server's prefix. */
  container?: string;
  /** On the server's own address. */
  port: number;
  /** What the blackbox exporter is asked about; it may be on another server. */
  probe?: Probe;
}

/** A service that the blackbox exporter asks. */
export interface Probe {
  /** Value of the label `target`. */
  name: string;
  url: string;
  /** Where the exporter is. */
  exporter: Target;
}

/** Everything that the fleet has to scrape, job by job. */
export function targetsOf(inventory: Inventory): Target[] {
  return jobNames.flatMap((job) => targetsOfJob(job, inventory));
}

/** A service that the stack has once, as a target; of Prometheus and Alertmanager the first one. */
export function targetOf(job: ServiceName, inventory: Inventory): Target {
  const [target] = targetsOfJob(job, inventory);
  if (!target) throw new Error(`${job} is nowhere`);
  return target;
}

/**
 * What the watcher scrapes: the monitoring's own services, and the node-exporters of the servers that they run on; so
 * that it is small, and still knows whether a service died alone or with its server.
 */
export function watchedTargets(inventory: Inventory): Target[] {
  const targets = targetsOf(inventory);
  const core = targets.filter(({ job }) => ["prometheus", "alertmanager", "loki", "grafana"].includes(job));
  const servers = new Set(core.map(({ server }) => server.name));
  return targets.filter((target) => {
    return core.includes(target) || (target.job === "node-exporter" && servers.has(target.server.name));
  });
}

function targetsOfJob(job: JobName, inventory: Inventory): Target[] {
  const { servers, services } = inventory;
  switch (job) {
    case "prometheus":
      return prometheusesOf(inventory).map(({ server, container, port }) => ({ job, server, container, port }));
    case "alertmanager":
      return alertmanagersOf(inventory).map(({ server, container, port }) => ({ job, server, container, port }));
    case "loki":
    case "grafana":
      return [{ job, server: serverOf(inventory, job), container: job, port: services[job].port }];
    case "promtail":
      return servers.map((server) => ({ job, server, container: job, port: server.promtail.port }));
    case "ray":
      return servers.flatMap((server) => scrapedTarget(job, server));
    case "postgres":
    case "redis":
    case "celery":
    case "gpu":
      return servers.flatMap((server) => [...exporterTarget(job, server), ...scrapedTarget(job, server)]);
    case "blackbox":
      return servers
        .flatMap((server) => exporterTarget(job, server))
        .flatMap((exporter) => [exporter, ...probesOf(exporter, inventory)]);
    default:
      return servers.flatMap((server) => exporterTarget(job, server));
  }
}

/** An exporter that the stack runs on a server. */
function exporterTarget(job: JobName & keyof Server["exporters"], server: Server): Target[] {
  const entry = server.exporters[job];
  return entry ? [{ job, server, container: exporterContainers[job], port: entry.port }] : [];
}

/** An exporter that others run on a server. */
function scrapedTarget(job: JobName & keyof Server["scraped"], server: Server): Target[] {
  const entry = server.scraped[job];
  return entry ? [{ job, server, port: entry.port }] : [];
}

/**
 * What a blackbox exporter is asked about: Grafana, under the name of its server; Appwrite and whatever the entry names,
 * which are outside the fleet, under that of the exporter's own.
 */
function probesOf(exporter: Target, inventory: Inventory): Target[] {
  const { appwrite } = inventory.channels;
  const grafana = targetOf("grafana", inventory);
  const outside = {
    // The one route of Appwrite's health that answers without a key (and refuses one).
    ...(appwrite ? { appwrite: `${appwrite.endpoint.replace(/\/+$/, "")}/health/version` } : {}),
    ...exporter.server.exporters.blackbox?.probes,
  };
  const probe = (name: string, url: string, server = exporter.server): Target => ({
    job: exporter.job,
    server,
    port: exporter.port,
    probe: { name, url, exporter },
  });
  return [
    probe("grafana", `http://${addressOf(grafana)}/api/health`, grafana.server),
    ...Object.entries(outside).map(([name, url]) => probe(name, url)),
  ];
}

/**
 * `host:port` at which a container of the fleet reaches a target: its server's address, and its published port. On a
 * stack of loopback addresses, which mean something else inside a container, the target's name and port on the Docker
 * network; or the network's gateway, for what shares the host's own.
 */
export function addressOf(target: Target): string {
  const { job, server, container, port } = target.probe?.exporter ?? target;
  if (!server.address.startsWith("127.")) return `${server.address}:${port}`;
  const containerPort = job in containerPorts ? containerPorts[job as keyof typeof containerPorts] : undefined;
  if (container === undefined || containerPort === undefined) return `${gatewayOf(server)}:${port}`;
  return `${container}:${containerPort}`;
}
