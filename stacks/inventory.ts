import { z } from "zod";
import { scansSchema } from "../images/security-metrics/src/configuration";
import { channelsSchema } from "./channels";
import {
  blackboxExporterSchema,
  celeryExporterSchema,
  gpuExporterSchema,
  postgresExporterSchema,
  redisExporterSchema,
} from "./exporters";
import type { ImageName, ImageSource } from "./images";
import { port } from "./port";
import { singleSignOnSchema } from "./single-sign-on";
import { thresholdsSchema } from "./thresholds";

/** Scrape jobs that run on a server itself; the keys of a server's `exporters`. */
export const exporterNames = [
  "node-exporter",
  "cadvisor",
  "security-metrics",
  "postgres",
  "redis",
  "celery",
  "gpu",
  "blackbox",
] as const;
export type ExporterName = (typeof exporterNames)[number];

/** Exporters that are scraped where they run already; the keys of a server's `scraped`. */
export const scrapedNames = ["postgres", "redis", "ray", "celery", "gpu"] as const;
export type ScrapedName = (typeof scrapedNames)[number];

/** Services that a stack has once, each placed on one server. */
export const serviceNames = ["prometheus", "alertmanager", "loki", "grafana"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The port on which each service listens inside its container (node-exporter shares the host's network instead). */
export const containerPorts = {
  "node-exporter": undefined,
  cadvisor: 8080,
  "security-metrics": 9101,
  postgres: 9187,
  redis: 9121,
  celery: 9808,
  gpu: 9400,
  blackbox: 9115,
  promtail: 9080,
  prometheus: 9090,
  alertmanager: 9093,
  loki: 3100,
  grafana: 3000,
} as const satisfies Record<ExporterName | ServiceName | "promtail", number | undefined>;

/** What each exporter's container is called, before the server's prefix; never as the service that it asks. */
export const exporterContainers = {
  "node-exporter": "node-exporter",
  cadvisor: "cadvisor",
  "security-metrics": "security-metrics",
  postgres: "postgres-exporter",
  redis: "redis-exporter",
  celery: "celery-exporter",
  gpu: "dcgm-exporter",
  blackbox: "blackbox-exporter",
} as const satisfies Record<ExporterName, ImageName | "security-metrics">;

const days = z.string().regex(/^[1-9]\d*d$/, { error: 'a retention is written in days, as "7d"' });
const size = z.string().regex(/^[1-9]\d*[MGT]B$/, { error: 'a size is written as "20GB"' });
const ipv4 = z.ipv4({ error: "an IPv4 address is written as 10.0.0.84" });

const sshSchema = z.strictObject({
  /** Has Docker rights and the server's `directory` as its own; need not be root. */
  user: z.string().regex(/^[a-z_][a-z0-9_-]*$/, { error: "a user name of letters, digits, _ and -" }),
  /** @default 22 */
  port: port.default(22),
});

const serverSchema = z.strictObject({
  /** What people call it, as `HP Prod`. */
  title: z.string().min(1),
  /** The address that every port of this server is published on, and under which the others reach it. */
  address: ipv4,
  /** How the server's Docker engine is reached; without it, through this machine's own socket (DOCKER_HOST). */
  ssh: sshSchema.optional(),
  /** Where configuration lands, one folder a service; belongs to the SSH user. @default /srv/monitoring */
  directory: z.string().startsWith("/", { error: "an absolute path" }).default("/srv/monitoring"),
  /** The Docker network of the monitoring containers; its first address is the host. @default 172.31.255.0/24 */
  subnet: z.cidrv4({ error: "a network is written as 172.31.255.0/24" }).default("172.31.255.0/24"),
  /** Put before the names of containers, volumes and network, where another stack shares the engine. @default none */
  prefix: z
    .string()
    .regex(/^([a-z0-9-]*-)?$/, { error: 'a prefix ends in "-", as "test-"' })
    .default(""),
  exporters: z.strictObject({
    "node-exporter": z.strictObject({ port }).optional(),
    cadvisor: z.strictObject({ port }).optional(),
    /** `scans`: what it looks at, and how often. @default see images/security-metrics/README.md */
    "security-metrics": z.strictObject({ port, scans: scansSchema.optional() }).optional(),
    postgres: postgresExporterSchema.optional(),
    redis: redisExporterSchema.optional(),
    celery: celeryExporterSchema.optional(),
    gpu: gpuExporterSchema.optional(),
    blackbox: blackboxExporterSchema.optional(),
  } satisfies Record<ExporterName, z.ZodType>),
  /** The log shipper, which every server has. @default port 9080 */
  promtail: z.strictObject({ port }).default({ port: 9080 }),
  /** Exporters that somebody else runs there: they are scraped, and their rules are loaded. @default none */
  scraped: z.partialRecord(z.enum(scrapedNames), z.strictObject({ port })).default({}),
  /** Containers of others that have to run there, by name. Seen by cAdvisor. @default none */
  containers: z.array(z.string().min(1)).default([]),
  /** Thresholds that differ on this server from the stack's. @default none */
  thresholds: thresholdsSchema,
});

const placed = { server: z.string(), port };
/** Port of Alertmanager's gossip, TCP and UDP; used where there is a watcher. */
const gossipPort = port.default(9094);
const inventorySchema = z.strictObject({
  /** The Pulumi stack, and the file in `stacks/`. */
  stack: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** Value of the label `environment` on every series and log line. */
  environment: z.string().min(1),
  /** OpenSSH `known_hosts` file with the key of every server that has `ssh`, relative to the project. */
  knownHosts: z.string().optional(),
  servers: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/, { error: "a server's name has small letters, digits and -" }),
    serverSchema,
  ),
  services: z.strictObject({
    prometheus: z.strictObject({
      ...placed,
      /** Availability of 30 days is known over 30 days only where at least 31 are kept. */
      retention: days.default("7d"),
      /** Bound of what is kept on disk; at it the oldest days go before their time. @default none */
      retentionSize: size.optional(),
    }),
    alertmanager: z.strictObject({ ...placed, gossipPort }),
    loki: z.strictObject({ ...placed, retention: days.default("7d") }),
    grafana: z.strictObject({
      ...placed,
      /** Logging in at a Keycloak, besides the administrator's own password. @default that password only */
      singleSignOn: singleSignOnSchema.optional(),
    }),
  }),
  /** A small second Prometheus and a second Alertmanager, which notice when the first ones die. @default none */
  watcher: z
    .strictObject({
      /** Another one than Prometheus' own. */
      server: z.string(),
      /** @default port 9090 */
      prometheus: z.strictObject({ port }).default({ port: 9090 }),
      /** @default port 9093 */
      alertmanager: z.strictObject({ port, gossipPort }).default({ port: 9093, gossipPort: 9094 }),
    })
    .optional(),
  /** By which ways alerts leave. @default none: they are seen in Alertmanager and Grafana */
  channels: channelsSchema,
  /** Thresholds that differ from the defaults, for all servers. @default none */
  thresholds: thresholdsSchema,
  /** Where the pages of docs/runbooks are published, without a slash at the end. */
  runbooks: z
    .url({ protocol: /^https?$/, error: "a URL is written as https://docs.example.org/runbooks" })
    .default("https://docs.wizardsofts.com/runbooks"),
});

type InventoryInput = z.input<typeof inventorySchema>;

/** A server of the fleet, complete with its name and every default. */
export interface Server extends z.output<typeof serverSchema> {
  /** Value of the label `server` (and `instance`), as `server-84`. */
  name: string;
}

/** A whole stack: who it is, its servers, and what is placed on them. Plain data, validated. */
export interface Inventory extends Omit<z.output<typeof inventorySchema>, "servers"> {
  servers: Server[];
  /** Set from the stack's settings, not in `stacks/`. */
  imageSource: ImageSource;
}

/** What stands in `stacks/<name>.ts`; a service can only be placed on a server that the same inventory names. */
export interface InventoryDefinition<Name extends string>
  extends Omit<InventoryInput, "servers" | "services" | "watcher"> {
  servers: Record<Name, InventoryInput["servers"][string]>;
  services: { [S in ServiceName]: Placed<InventoryInput["services"][S], Name> };
  watcher?: Placed<NonNullable<InventoryInput["watcher"]>, Name>;
}

type Placed<Entry, Name extends string> = Omit<Entry, "server"> & { server: NoInfer<Name> };

/** Everything that is wrong with an inventory, one line an entry; shown without a stack trace. */
export class InventoryError extends Error {
  constructor(
    readonly file: string,
    readonly problems: string[],
  ) {
    super([`${file} is not valid:`, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
    this.name = "InventoryError";
  }
}

/**
 * Checks an inventory and completes it with the defaults.
 * @throws {InventoryError} which names every wrong entry and what is wrong with it
 */
export function defineInventory<Name extends string>(definition: InventoryDefinition<Name>): Inventory {
  const file = `stacks/${definition.stack}.ts`;
  const parsed = inventorySchema.safeParse(definition);
  if (!parsed.success)
    throw new InventoryError(
      file,
      parsed.error.issues.map((issue) => describeIssue(issue, definition)),
    );
  const { servers, ...rest } = parsed.data;
  const inventory: Inventory = {
    ...rest,
    servers: Object.entries(servers).map(([name, server]) => ({ name, ...server })),
    imageSource: {},
  };
  const unknown = findUnknownServers(inventory);
  const problems = [...unknown, ...findSharedAddresses(inventory), ...findDoubledExporters(inventory)];
  // What is placed nowhere takes no port.
  if (unknown.length === 0) problems.push(...findSharedPorts(inventory), ...findWatcherBesideWatched(inventory));
  if (problems.length > 0) throw new InventoryError(file, problems);
  return inventory;
}

/**
 * The inventory with parts of its channels replaced, as a setting of the stack says.
 * @throws {InventoryError} which names the part that is wrong
 */
export function withChannels(inventory: Inventory, change: object): Inventory {
  const merged = { ...inventory.channels };
  for (const [name, part] of Object.entries(change)) {
    const channel = name as keyof typeof merged;
    Object.assign(merged, { [channel]: part === null ? undefined : { ...merged[channel], ...part } });
  }
  const parsed = channelsSchema.safeParse(merged);
  if (parsed.success) return { ...inventory, channels: parsed.data };
  throw new InventoryError(
    `the setting channels of the stack ${inventory.stack}`,
    parsed.error.issues.map((issue) => describeIssue(issue, merged)),
  );
}

/** The server that a service is placed on. */
export function serverOf(inventory: Inventory, service: ServiceName): Server {
  return serverNamed(inventory, inventory.services[service].server, `services.${service}`);
}

function serverNamed(inventory: Inventory, name: string, entry: string): Server {
  const server = inventory.servers.find((candidate) => candidate.name === name);
  if (!server) throw new InventoryError(`stacks/${inventory.stack}.ts`, [unknownServer(inventory, entry, name)]);
  return server;
}

/** One of a stack's Prometheuses or Alertmanagers, which there may be two of. */
export interface Placement {
  server: Server;
  port: number;
  /** Container, as `watcher-prometheus`; before the server's prefix. */
  container: string;
  /** Folder below the server's directory, as `watcher/prometheus`. */
  folder: string;
  isWatcher: boolean;
}

/** An Alertmanager, and where the others gossip with it. */
export interface AlertmanagerPlacement extends Placement {
  gossipPort: number;
}

/** Where the stack's Prometheuses are, the one that scrapes everything first. */
export function prometheusesOf(inventory: Inventory): Placement[] {
  const { services, watcher } = inventory;
  const first = placement("prometheus", serverOf(inventory, "prometheus"), services.prometheus.port);
  return watcher ? [first, watcherPlacement("prometheus", inventory, watcher)] : [first];
}

/** Where the stack's Alertmanagers are, which are one cluster where there are two. */
export function alertmanagersOf(inventory: Inventory): AlertmanagerPlacement[] {
  const { services, watcher } = inventory;
  const { port, gossipPort } = services.alertmanager;
  const first = { ...placement("alertmanager", serverOf(inventory, "alertmanager"), port), gossipPort };
  if (!watcher) return [first];
  const second = watcherPlacement("alertmanager", inventory, watcher);
  return [first, { ...second, gossipPort: watcher.alertmanager.gossipPort }];
}

function placement(service: string, server: Server, port: number): Placement {
  return { server, port, container: service, folder: service, isWatcher: false };
}

function watcherPlacement(
  service: "prometheus" | "alertmanager",
  inventory: Inventory,
  watcher: NonNullable<Inventory["watcher"]>,
): Placement {
  const server = serverNamed(inventory, watcher.server, "watcher");
  const names = { container: `watcher-${service}`, folder: `watcher/${service}` };
  return { server, port: watcher[service].port, ...names, isWatcher: true };
}

/** A port on which something of ours listens. */
export interface PublishedPort {
  /** The inventory's entry, as `exporters.cadvisor`. */
  entry: string;
  /** The container's service, as its label says: `cadvisor`, `watcher-prometheus`. */
  service: string;
  port: number;
  /** For other programs than a browser or a scrape. */
  isInternal: boolean;
}

/** Everything of ours that listens on a server. */
export function publishedPorts(inventory: Inventory, server: Server): PublishedPort[] {
  const http = (entry: string, service: string, port: number) => ({ entry, service, port, isInternal: false });
  const watched = (service: string) => `watcher.${service}`;
  return [
    ...exporterNames.flatMap((name) => {
      const entry = server.exporters[name];
      return entry ? [http(`exporters.${name}`, exporterContainers[name], entry.port)] : [];
    }),
    http("promtail", "promtail", server.promtail.port),
    ...serviceNames
      .filter((service) => inventory.services[service].server === server.name)
      .map((service) => http(`services.${service}`, service, inventory.services[service].port)),
    ...prometheusesOf(inventory)
      .filter((one) => one.isWatcher && one.server.name === server.name)
      .map(({ container, port }) => http(watched("prometheus"), container, port)),
    ...alertmanagersOf(inventory)
      .filter((one) => one.server.name === server.name && inventory.watcher)
      .flatMap(({ container, port, gossipPort, isWatcher }) => {
        const entry = isWatcher ? watched("alertmanager") : "services.alertmanager";
        const gossip = { ...http(`${entry}.gossipPort`, container, gossipPort), isInternal: true };
        return isWatcher ? [http(entry, container, port), gossip] : [gossip];
      }),
  ];
}

/** The host's own address in the network of its monitoring containers: the first of the subnet. */
export function gatewayOf(server: Server): string {
  const [base = ""] = server.subnet.split("/");
  const octets = base.split(".").map(Number);
  return [...octets.slice(0, 3), (octets[3] ?? 0) + 1].join(".");
}

/** Where containers of a server find a service: at the host that an exporter's entry names, or on the server itself. */
export function hostFor(server: Server, named?: string): string {
  if (named) return named;
  return server.address.startsWith("127.") ? gatewayOf(server) : server.address;
}

/** As `servers.server-80.promtail.port: a port is a whole number from 1 to 65535, not 70000`. */
function describeIssue(issue: z.core.$ZodIssue, definition: unknown): string {
  const entry = issue.path.join(".") || "the inventory";
  if (issue.code === "unrecognized_keys") return `${entry}: unknown setting ${issue.keys.join(", ")}`;
  if (issue.code === "invalid_key") return `${entry}: ${issue.issues.map(({ message }) => message).join(", ")}`;
  const value = issue.path.reduce<unknown>(
    (parent, key) => (parent as Record<PropertyKey, unknown>)?.[key],
    definition,
  );
  return `${entry}: ${issue.message}, not ${JSON.stringify(value)}`;
}

function unknownServer(inventory: Inventory, entry: string, name: string): string {
  const known = inventory.servers.map((server) => server.name).join(", ");
  return `${entry}.server: there is no server "${name}" (there are: ${known})`;
}

function findUnknownServers(inventory: Inventory): string[] {
  const { servers, services, watcher } = inventory;
  const names = new Set(servers.map((server) => server.name));
  const placed = serviceNames.map((service) => [`services.${service}`, services[service].server] as const);
  return [...placed, ...(watcher ? [["watcher", watcher.server] as const] : [])]
    .filter(([, name]) => !names.has(name))
    .map(([entry, name]) => unknownServer(inventory, entry, name));
}

function findWatcherBesideWatched({ watcher, services }: Inventory): string[] {
  const beside = (["prometheus", "alertmanager"] as const).filter((name) => watcher?.server === services[name].server);
  return beside.map(
    (service) =>
      `watcher.server: ${watcher?.server} runs the ${service} that it is to watch; place it on another server`,
  );
}

function findSharedAddresses(inventory: Inventory): string[] {
  return inventory.servers.flatMap((server, position) => {
    const first = inventory.servers.findIndex((other) => other.address === server.address);
    if (first === position) return [];
    return [`${server.name}: ${server.address} is already the address of ${inventory.servers[first]?.name}`];
  });
}

/** An exporter that is both deployed and said to run already, and a second blackbox exporter. */
function findDoubledExporters({ servers }: Inventory): string[] {
  const both = servers.flatMap(({ name, exporters, scraped }) =>
    scrapedNames
      .filter((job) => scraped[job] && job in exporters)
      .map((job) => `${name}: ${job} is in both exporters and scraped; leave it in one: deployed, or run by others`),
  );
  const [first, ...others] = servers.filter(({ exporters }) => exporters.blackbox);
  const more = others.map(({ name }) => `${name}.exporters.blackbox: ${first?.name} has one, which probes everything`);
  return [...both, ...more];
}

function findSharedPorts(inventory: Inventory): string[] {
  return inventory.servers.flatMap((server) => {
    const taken = new Map<number, string>(server.ssh ? [[server.ssh.port, "ssh"]] : []);
    for (const [name, { port }] of Object.entries(server.scraped)) taken.set(port, `scraped.${name}`);
    const problems: string[] = [];
    for (const { entry, port } of publishedPorts(inventory, server)) {
      const other = taken.get(port);
      if (other) problems.push(`${server.name}: port ${port} is wanted by both ${other} and ${entry}`);
      else taken.set(port, entry);
    }
    return problems;
  });
}
