import { z } from "zod";
import type { ImageSource } from "./images";

/** Scrape jobs that run on a server itself; the keys of a server's `exporters`. */
export const exporterNames = ["node-exporter", "cadvisor", "security-metrics"] as const;
export type ExporterName = (typeof exporterNames)[number];

/** Services that a stack has once, each placed on one server. */
export const serviceNames = ["prometheus", "alertmanager", "loki", "grafana"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The port on which each service listens inside its container (node-exporter shares the host's network instead). */
export const containerPorts = {
  "node-exporter": undefined,
  cadvisor: 8080,
  "security-metrics": 9101,
  promtail: 9080,
  prometheus: 9090,
  alertmanager: 9093,
  loki: 3100,
  grafana: 3000,
} as const satisfies Record<ExporterName | ServiceName | "promtail", number | undefined>;

const port = z.number({ error: "a port is a whole number from 1 to 65535" }).int().min(1).max(65_535);
const days = z.string().regex(/^[1-9]\d*d$/, { error: 'a retention is written in days, as "7d"' });
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
  exporters: z.partialRecord(z.enum(exporterNames), z.strictObject({ port })),
  /** The log shipper, which every server has. @default port 9080 */
  promtail: z.strictObject({ port }).default({ port: 9080 }),
});

const placed = { server: z.string(), port };
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
    prometheus: z.strictObject({ ...placed, retention: days.default("7d") }),
    alertmanager: z.strictObject(placed),
    loki: z.strictObject({ ...placed, retention: days.default("7d") }),
    grafana: z.strictObject(placed),
  }),
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
export interface InventoryDefinition<Name extends string> extends Omit<InventoryInput, "servers" | "services"> {
  servers: Record<Name, InventoryInput["servers"][string]>;
  services: { [S in ServiceName]: Omit<InventoryInput["services"][S], "server"> & { server: NoInfer<Name> } };
}

/** Everything that is wrong with an inventory, one line an entry; shown without a stack trace. */
export class InventoryError extends Error {
  constructor(
    readonly file: string,
    readonly problems: string[],
  ) {
    super([`${file} is not a valid inventory:`, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
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
  const problems = [...findUnknownServers(inventory), ...findSharedAddresses(inventory), ...findSharedPorts(inventory)];
  if (problems.length > 0) throw new InventoryError(file, problems);
  return inventory;
}

/** The server that a service is placed on. */
export function serverOf(inventory: Inventory, service: ServiceName): Server {
  const name = inventory.services[service].server;
  const server = inventory.servers.find((candidate) => candidate.name === name);
  if (!server) throw new InventoryError(`stacks/${inventory.stack}.ts`, [unknownServer(inventory, service)]);
  return server;
}

/** Everything that listens on a server: name of the entry → published port. */
export function publishedPorts(inventory: Inventory, server: Server): Map<string, number> {
  const ports = new Map<string, number>();
  for (const [exporter, entry] of Object.entries(server.exporters)) ports.set(`exporters.${exporter}`, entry.port);
  ports.set("promtail", server.promtail.port);
  for (const service of serviceNames) {
    const entry = inventory.services[service];
    if (entry.server === server.name) ports.set(`services.${service}`, entry.port);
  }
  return ports;
}

/** The host's own address in the network of its monitoring containers: the first of the subnet. */
export function gatewayOf(server: Server): string {
  const [base = ""] = server.subnet.split("/");
  const octets = base.split(".").map(Number);
  return [...octets.slice(0, 3), (octets[3] ?? 0) + 1].join(".");
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

function unknownServer(inventory: Inventory, service: ServiceName): string {
  const known = inventory.servers.map((server) => server.name).join(", ");
  return `services.${service}.server: there is no server "${inventory.services[service].server}" (there are: ${known})`;
}

function findUnknownServers(inventory: Inventory): string[] {
  const names = new Set(inventory.servers.map((server) => server.name));
  return serviceNames
    .filter((service) => !names.has(inventory.services[service].server))
    .map((service) => unknownServer(inventory, service));
}

function findSharedAddresses(inventory: Inventory): string[] {
  return inventory.servers.flatMap((server, position) => {
    const first = inventory.servers.findIndex((other) => other.address === server.address);
    if (first === position) return [];
    return [`${server.name}: ${server.address} is already the address of ${inventory.servers[first]?.name}`];
  });
}

function findSharedPorts(inventory: Inventory): string[] {
  return inventory.servers.flatMap((server) => {
    const taken = new Map<number, string>(server.ssh ? [[server.ssh.port, "ssh"]] : []);
    const problems: string[] = [];
    for (const [entry, port] of publishedPorts(inventory, server)) {
      const other = taken.get(port);
      if (other) problems.push(`${server.name}: port ${port} is wanted by both ${other} and ${entry}`);
      else taken.set(port, entry);
    }
    return problems;
  });
}
