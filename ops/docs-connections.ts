import { type Credentials, credentialUsers } from "../components/credentials/credentials";
import { scrapeJobs } from "../components/prometheus/scrape-jobs";
import { type ExporterSecretName, exporterSecrets } from "../stacks/exporters";
import {
  type AlertmanagerPlacement,
  alertmanagersOf,
  type ExporterName,
  exporterContainers,
  hostFor,
  type Inventory,
  type Placement,
  prometheusesOf,
  type Server,
  serverOf,
} from "../stacks/inventory";
import { addressOf, type Target, targetOf, targetsOf, watchedTargets } from "../stacks/targets";

/** What goes from one to the other. */
export type Flow =
  | "deploys"
  | "manages"
  | "scrapes"
  | "probes"
  | "exports"
  | "alerts"
  | "gossips"
  | "ships logs"
  | "shows"
  | "tells";

/** One end of a connection. */
export interface End {
  /** A server's name, `operator` (the machine that deploys) or `outside`. */
  place: string;
  /** As people know it: `prometheus`, `watcher-alertmanager`, `sshd`, `Slack`. */
  service: string;
}

/** Who opens a connection to whom, by TCP; `gossips` by UDP as well. */
export interface Connection {
  flow: Flow;
  from: End;
  to: End;
  port: number;
  /** What the other end asks for, as `password exporters`. @default nothing */
  proof?: string;
}

/** Every connection that a deployed stack has, but those of people and their browsers. */
export function connectionsOf(inventory: Inventory): Connection[] {
  return [
    ...deployments(inventory),
    ...prometheusesOf(inventory).flatMap((one) => scrapes(one, inventory)),
    ...targetsOf(inventory).flatMap((target) => probe(target, inventory)),
    ...inventory.servers.flatMap((server) => exportersQuestions(server, inventory)),
    ...prometheusesOf(inventory).flatMap((one) => alerts(one, inventory)),
    ...gossip(alertmanagersOf(inventory)),
    ...inventory.servers.map((server) => logs(server, inventory)),
    ...shown(inventory),
    ...alertmanagersOf(inventory).flatMap((one) => messages(one, inventory)),
  ];
}

/** The password of this name, as documents call it. */
export function passwordNamed(name: keyof Credentials): string {
  return `password \`${name}\` (user ${credentialUsers[name]})`;
}

function deployments(inventory: Inventory): Connection[] {
  const { servers, services, channels } = inventory;
  const from = { place: "operator", service: "pulumi" };
  const reached = servers.flatMap(({ name, ssh }): Connection[] =>
    ssh ? [{ flow: "deploys", from, to: { place: name, service: "sshd" }, port: ssh.port, proof: "the SSH key" }] : [],
  );
  const grafana = { place: services.grafana.server, service: "grafana" };
  return [
    ...reached,
    { flow: "manages", from, to: grafana, port: services.grafana.port, proof: passwordNamed("grafana") },
    ...(channels.appwrite
      ? [{ flow: "manages" as const, from, ...appwriteAt(channels.appwrite.endpoint), proof: "`appwriteDeployKey`" }]
      : []),
  ];
}

function scrapes(prometheus: Placement, inventory: Inventory): Connection[] {
  const targets = prometheus.isWatcher ? watchedTargets(inventory) : targetsOf(inventory);
  const asked = new Map<string, Connection>();
  for (const target of targets) {
    const { server, container, job, port } = target.probe?.exporter ?? target;
    const [{ credential } = {}] = scrapeJobs([target]);
    asked.set(addressOf(target), {
      flow: "scrapes",
      from: endOf(prometheus),
      // What others run has no container of ours, and is called as its job.
      to: { place: server.name, service: container ?? job },
      port,
      ...(credential ? { proof: passwordNamed(credential) } : {}),
    });
  }
  return [...asked.values()];
}

function probe({ probe: asked }: Target, inventory: Inventory): Connection[] {
  if (!asked) return [];
  const { hostname, port, protocol } = new URL(asked.url);
  const from = { place: asked.exporter.server.name, service: exporterContainers.blackbox };
  const number = Number(port) || (protocol === "https:" ? 443 : 80);
  return [{ flow: "probes", from, to: endAt(hostname, asked.name, inventory), port: number }];
}

/** What the exporters of other services ask, on their own server or on another one. */
function exportersQuestions(server: Server, inventory: Inventory): Connection[] {
  const { postgres, redis, celery } = server.exporters;
  const question = (name: ExporterName & keyof typeof exporterSecrets, service: string, port: number, at?: string) => {
    const secret: ExporterSecretName = exporterSecrets[name].secret;
    const from = { place: server.name, service: exporterContainers[name] };
    const to = endAt(hostFor(server, at), service, inventory);
    return { flow: "exports" as const, from, to, port, proof: `\`${secret}\`` };
  };
  return [
    ...(postgres ? [question("postgres", "PostgreSQL", postgres.databasePort, postgres.host)] : []),
    ...(redis ? [question("redis", "Redis", redis.redisPort, redis.host)] : []),
    ...(celery ? [question("celery", "Celery's broker", celery.broker.port, celery.broker.host)] : []),
  ];
}

function alerts(prometheus: Placement, inventory: Inventory): Connection[] {
  return alertmanagersOf(inventory).map((one) => ({
    flow: "alerts",
    from: endOf(prometheus),
    to: endOf(one),
    port: one.port,
    proof: passwordNamed("alertmanager"),
  }));
}

function gossip(cluster: AlertmanagerPlacement[]): Connection[] {
  return cluster.flatMap((one) =>
    cluster
      .filter((other) => other !== one)
      .map((other) => ({
        flow: "gossips" as const,
        from: endOf(one),
        to: endOf(other),
        port: other.gossipPort,
      })),
  );
}

function logs(server: Server, inventory: Inventory): Connection {
  const from = { place: server.name, service: "promtail" };
  const to = { place: serverOf(inventory, "loki").name, service: "loki" };
  return { flow: "ships logs", from, to, port: inventory.services.loki.port };
}

/** What Grafana asks for people. */
function shown(inventory: Inventory): Connection[] {
  const from = { place: serverOf(inventory, "grafana").name, service: "grafana" };
  return (["prometheus", "loki", "alertmanager"] as const).map((service) => {
    const { server, port } = targetOf(service, inventory);
    const proof = service === "loki" ? {} : { proof: passwordNamed(service) };
    return { flow: "shows", from, to: { place: server.name, service }, port, ...proof };
  });
}

function messages(alertmanager: Placement, { channels: { email, slack, appwrite } }: Inventory): Connection[] {
  const tells = { flow: "tells" as const, from: endOf(alertmanager) };
  const [host, port] = email?.smarthost.split(":") ?? [];
  return [
    ...(email
      ? [
          {
            ...tells,
            to: { place: "outside", service: `mail, ${host}` },
            port: Number(port),
            ...(email.username ? { proof: "`smtpPassword`" } : {}),
          },
        ]
      : []),
    ...(slack ? [{ ...tells, to: { place: "outside", service: "Slack" }, port: 443, proof: "`slackUrl`" }] : []),
    ...(appwrite ? [{ ...tells, ...appwriteAt(appwrite.endpoint), proof: "`appwriteKey`" }] : []),
  ];
}

function appwriteAt(endpoint: string): Pick<Connection, "to" | "port"> {
  const { port, protocol } = new URL(endpoint);
  return {
    to: { place: "outside", service: "appwrite" },
    port: Number(port) || (protocol === "https:" ? 443 : 80),
  };
}

function endOf({ server, container }: Placement): End {
  return { place: server.name, service: container };
}

/** What answers at a host: on one of the stack's servers, or outside. */
function endAt(host: string, service: string, { servers }: Inventory): End {
  return { place: servers.find(({ address }) => address === host)?.name ?? "outside", service };
}
