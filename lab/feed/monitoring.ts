import path from "node:path";
import { parse, stringify } from "yaml";
import { alertmanagerFiles, clusterFlags } from "../../components/alertmanager/configuration";
import type { ConfigFiles } from "../../components/config-directory/archive";
import * as grafana from "../../components/grafana/configuration";
import * as loki from "../../components/loki/configuration";
import { prometheusFiles } from "../../components/prometheus/configuration";
import * as promtail from "../../components/promtail/configuration";
import { buildDirectory } from "../../ops/toolchain/go-builds";
import { toolPath } from "../../ops/toolchain/tools";
import {
  alertmanagersOf,
  type Inventory,
  type Placement,
  prometheusesOf,
  type Server,
  serverOf,
} from "../../stacks/inventory";
import { outsideAddress } from "./inventory";
import { basicAuth, feedCredentials } from "./passwords";
import type { Programs } from "./programs";
import { writeFiles } from "./service-files";

/** Seconds between two scrapes and two evaluations of rules, in place of the stack's 15: a feed has little time. */
export const scrapeSeconds = 5;

/** The stack's own services but for Prometheus, each with the configuration that the stack would give it. */
export async function startMonitoring(programs: Programs, inventory: Inventory): Promise<void> {
  await Promise.all([
    ...alertmanagersOf(inventory).map((one) => startAlertmanager(programs, inventory, one)),
    startLoki(programs, inventory),
    startGrafana(programs, inventory),
  ]);
}

/** Prometheus, and the watcher's: once everything else is there, so that they see nothing start. */
export async function startPrometheuses(programs: Programs, inventory: Inventory): Promise<void> {
  await Promise.all(prometheusesOf(inventory).map((one) => startPrometheus(programs, inventory, one)));
}

async function startPrometheus(programs: Programs, inventory: Inventory, placement: Placement): Promise<void> {
  const { server, port, container, isWatcher } = placement;
  const files = prometheusFiles(inventory, feedCredentials, isWatcher);
  const folder = writeFiles(programs, container, Object.fromEntries(Object.entries(files).map(quicker)));
  const url = `http://${server.address}:${port}`;
  const program = programs.start(container, toolPath("prometheus"), [
    `--config.file=${folder}/prometheus.yml`,
    `--web.config.file=${folder}/web.yml`,
    `--web.listen-address=${server.address}:${port}`,
    `--web.external-url=${url}/`,
    `--storage.tsdb.path=${folder}/data`,
  ]);
  await programs.answers(program, `${url}/-/ready`, basicAuth("prometheus"));
}

/** The configuration and the rules, asked and evaluated more often than on a stack. */
function quicker([name, file]: [string, ConfigFiles[string]]): [string, ConfigFiles[string]] {
  const configuration = name.endsWith(".yml") && name !== "web.yml" ? parse(file.content) : undefined;
  if (name === "prometheus.yml") {
    const each = `${scrapeSeconds}s`;
    Object.assign(configuration.global, { scrape_interval: each, scrape_timeout: each, evaluation_interval: each });
    for (const job of configuration.scrape_configs) {
      delete job.scrape_interval;
      delete job.scrape_timeout;
    }
  }
  if (name === "rules/recording.yml") return [name, { ...file, content: hastened(file.content) }];
  return [name, configuration ? { ...file, content: stringify(configuration, { lineWidth: 0 }) } : file];
}

/**
 * The recording rules, where those that look at windows of 5 minutes every 5 minutes do so with windows of 15 seconds every
 * 15 seconds: what they add up stays true.
 */
function hastened(content: string): string {
  const { groups } = parse(content) as { groups: { interval: string; rules: { expr: string }[] }[] };
  for (const group of groups.filter(({ interval }) => interval === "5m")) {
    group.interval = "15s";
    for (const rule of group.rules) rule.expr = rule.expr.replace(/\b5m]/g, "15s]").replace("(300 +", "(15 +");
  }
  return stringify({ groups }, { lineWidth: 0 });
}

async function startAlertmanager(
  programs: Programs,
  inventory: Inventory,
  placement: ReturnType<typeof alertmanagersOf>[number],
): Promise<void> {
  const { server, port, container, gossipPort } = placement;
  // The same files for all of them, as on a stack: they compare what they are told.
  const folder = path.join(programs.folder, "alertmanager");
  const secrets = { slackUrl: `http://${outsideAddress}/slack`, appwriteKey: "a key of the feed's" };
  writeFiles(programs, "alertmanager", alertmanagerFiles(inventory, feedCredentials, secrets, folder));
  const url = `http://${server.address}:${port}`;
  const flags = clusterFlags(placement, inventory).filter((flag) => !flag.startsWith("--cluster.listen-address="));
  const program = programs.start(container, toolPath("alertmanager"), [
    `--config.file=${folder}/alertmanager.yml`,
    `--web.config.file=${folder}/web.yml`,
    `--web.listen-address=${server.address}:${port}`,
    `--web.external-url=${url}/`,
    `--storage.path=${folder}/data/${container}`,
    // In containers each has addresses of its own; here they share theirs.
    `--cluster.listen-address=${inventory.watcher ? `${server.address}:${gossipPort}` : ""}`,
    ...flags,
  ]);
  await programs.answers(program, `${url}/-/ready`, basicAuth("alertmanager"));
}

/** Hands every Alertmanager an alert of which people are told at once, as Prometheus does. */
export async function postAlert(inventory: Inventory): Promise<void> {
  const labels = { alertname: "TestAlert", severity: "emergency", category: "monitoring", environment: "feed" };
  const body = JSON.stringify(
    inventory.servers.map(({ name }) => ({ labels: { ...labels, server: name, instance: name } })),
  );
  const headers = { ...basicAuth("alertmanager"), "content-type": "application/json" };
  for (const { server, port } of alertmanagersOf(inventory)) {
    const url = `http://${server.address}:${port}/api/v2/alerts`;
    const answer = await fetch(url, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`Alertmanager takes no alert: ${answer.status} ${await answer.text()}`);
  }
}

async function startLoki(programs: Programs, inventory: Inventory): Promise<void> {
  const { address } = serverOf(inventory, "loki");
  const { port } = inventory.services.loki;
  const folder = path.join(programs.folder, "loki");
  const files = lokiFilesAt(inventory, path.join(folder, "data"), { address, port });
  writeFiles(programs, "loki", files);
  const program = programs.start("loki", toolPath("loki"), [`-config.file=${folder}/loki.yml`]);
  await programs.answers(program, `http://${address}:${port}/ready`);
}

function lokiFilesAt(inventory: Inventory, data: string, web: { address: string; port: number }): ConfigFiles {
  return Object.fromEntries(
    Object.entries(loki.lokiFiles(inventory)).map(([name, file]) => {
      const configuration = parse(file.content.replaceAll(`${loki.dataPath}/`, `${data}/`));
      configuration.common.path_prefix = data;
      Object.assign(configuration.server, { http_listen_address: web.address, http_listen_port: web.port });
      return [name, { ...file, content: stringify(configuration, { lineWidth: 0 }) }];
    }),
  );
}

/** Promtail of every server; each sees the containers of the one Docker engine. */
export async function startPromtails(programs: Programs, inventory: Inventory): Promise<void> {
  await Promise.all(inventory.servers.map((server) => startPromtail(programs, inventory, server)));
}

async function startPromtail(programs: Programs, inventory: Inventory, server: Server): Promise<void> {
  const name = `promtail-${server.name}`;
  const folder = path.join(programs.folder, name);
  const files = Object.entries(promtail.promtailFiles(inventory, server)).map(
    ([file, { content }]) => [file, { content: content.replaceAll(promtail.dataPath, folder) }] as const,
  );
  writeFiles(programs, name, Object.fromEntries(files));
  const program = programs.start(name, toolPath("promtail"), [
    `-config.file=${folder}/promtail.yml`,
    `-server.http-listen-address=${server.address}`,
    `-server.http-listen-port=${server.promtail.port}`,
  ]);
  await programs.answers(program, `http://${server.address}:${server.promtail.port}/metrics`);
}

/** What stands in for Grafana. */
async function startGrafana(programs: Programs, inventory: Inventory): Promise<void> {
  const { address } = serverOf(inventory, "grafana");
  const { port } = inventory.services.grafana;
  const folder = path.join(programs.folder, "grafana");
  const files = Object.entries(grafana.grafanaFiles(inventory, feedCredentials)).map(
    ([file, { content }]) => [file, { content: content.replaceAll(grafana.mountPath, folder) }] as const,
  );
  writeFiles(programs, "grafana", Object.fromEntries(files));
  const program = programs.start("grafana", path.join(buildDirectory("grafana-stand-in"), "grafana-stand-in"), [], {
    env: {
      GF_PATHS_CONFIG: `${folder}/grafana.ini`,
      GF_PATHS_DATA: `${folder}/data`,
      GF_SERVER_HTTP_ADDR: address,
      GF_SERVER_HTTP_PORT: String(port),
    },
  });
  await programs.answers(program, `http://${address}:${port}/api/health`);
}
