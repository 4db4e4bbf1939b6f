import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadInventory } from "../../stacks";
import { defineInventory } from "../../stacks/inventory";
import { targetsOf, watchedTargets } from "../../stacks/targets";
import { placeholderCredentials } from "../credentials/credentials";
import { prometheusFiles } from "./configuration";
import { scrapeJobs } from "./scrape-jobs";

async function addressesOf(stack: string): Promise<Record<string, string[]>> {
  const jobs = scrapeJobs(targetsOf(await loadInventory(stack)));
  return Object.fromEntries(
    jobs.map(({ name, targets }) => [name, targets.map(({ server, address }) => `${server} ${address}`)]),
  );
}

it("prod: the guide's targets, the services themselves and the log shippers", async () => {
  expect(await addressesOf("prod")).toEqual({
    "node-exporter": [80, 81, 82, 84].map((n) => `server-${n} 10.0.0.${n}:9100`),
    cadvisor: ["server-80 10.0.0.80:8081", "server-82 10.0.0.82:8080", "server-84 10.0.0.84:8080"],
    "security-metrics": [80, 81, 84].map((n) => `server-${n} 10.0.0.${n}:9101`),
    promtail: [80, 81, 82, 84].map((n) => `server-${n} 10.0.0.${n}:9080`),
    postgres: ["server-81 10.0.0.81:9187"],
    redis: ["server-81 10.0.0.81:9121"],
    ray: ["server-84 10.0.0.84:9091"],
    celery: ["server-84 10.0.0.84:9808"],
    // The exporter itself, then what it asks: Grafana as of its own server, Appwrite as of the exporter's.
    blackbox: ["server-84 10.0.0.84:9115", "server-81 10.0.0.84:9115", "server-84 10.0.0.84:9115"],
    prometheus: ["server-84 10.0.0.84:9090", "server-81 10.0.0.81:9090"],
    alertmanager: ["server-84 10.0.0.84:9093", "server-81 10.0.0.81:9093"],
    loki: ["server-84 10.0.0.84:3100"],
    grafana: ["server-81 10.0.0.81:3002"],
  });
});

it("the watcher: the monitoring's own services, and the node-exporters of their servers", async () => {
  const jobs = scrapeJobs(watchedTargets(await loadInventory("prod")));
  expect(Object.fromEntries(jobs.map(({ name, targets }) => [name, targets.map(({ server }) => server)]))).toEqual({
    "node-exporter": ["server-81", "server-84"],
    prometheus: ["server-84", "server-81"],
    alertmanager: ["server-84", "server-81"],
    loki: ["server-84"],
    grafana: ["server-81"],
  });
});

it("the first and the watcher find one alert, and send it to both Alertmanagers", async () => {
  const inventory = await loadInventory("prod");
  const [first, watcher] = [false, true].map((isWatcher) =>
    parse(prometheusFiles(inventory, placeholderCredentials, isWatcher)["prometheus.yml"]?.content ?? ""),
  );
  expect(watcher.global).toEqual(first.global);
  expect(watcher.alerting).toEqual(first.alerting);
  expect(first.alerting.alertmanagers[0].static_configs[0].targets).toEqual(["10.0.0.84:9093", "10.0.0.81:9093"]);
});

it("the watcher has the same rules for what it watches, but for the heartbeat", async () => {
  const inventory = await loadInventory("prod");
  const rulesOf = (isWatcher: boolean) => {
    const files = prometheusFiles(inventory, placeholderCredentials, isWatcher);
    const rules = Object.entries(files).filter(([name]) => name.startsWith("rules/"));
    return new Map(
      rules.flatMap(([, { content }]) =>
        parse(content).groups[0].rules.map((rule: { alert: string }) => [rule.alert, rule] as const),
      ),
    );
  };
  const [first, watcher] = [rulesOf(false), rulesOf(true)];
  expect(first.size).toBeGreaterThanOrEqual(70);
  for (const name of ["ServerDown", "PrometheusDown", "AlertmanagerDown", "LokiDown", "GrafanaDown", "HighDiskUsage"]) {
    expect(watcher.get(name), name).toEqual(first.get(name));
  }
  expect(first.has("Watchdog")).toBe(true);
  expect(watcher.has("Watchdog")).toBe(false);
  for (const name of ["ContainerDown", "PostgresDown", "PromtailDown"]) expect(watcher.has(name), name).toBe(false);
});

it("rules for what a stack does not have are not there", async () => {
  const files = prometheusFiles(await loadInventory("local"), placeholderCredentials);
  const names = Object.keys(files).filter((name) => name.startsWith("rules/"));
  for (const category of ["database", "mlops"]) expect(names).not.toContain(`rules/${category}.yml`);
  expect(names).toContain("rules/storage.yml");
});

it("local: by name on the Docker network, because 127.0.0.1 is each container's own", async () => {
  expect(await addressesOf("local")).toEqual({
    "node-exporter": ["server-local 172.31.255.1:9100"],
    cadvisor: ["server-local cadvisor:8080"],
    "security-metrics": ["server-local security-metrics:9101"],
    promtail: ["server-local promtail:9080"],
    prometheus: ["server-local prometheus:9090"],
    alertmanager: ["server-local alertmanager:9093"],
    loki: ["server-local loki:3100"],
    grafana: ["server-local grafana:3000"],
  });
});

it("every series carries server, instance and environment, never address:port", async () => {
  const file = prometheusFiles(await loadInventory("prod"), placeholderCredentials)["prometheus.yml"];
  const { scrape_configs: jobs } = parse(file?.content ?? "");
  const labels = jobs.flatMap((job: { static_configs: { labels: object }[] }) =>
    job.static_configs.map((one) => one.labels),
  );
  expect(labels).toHaveLength(4 + 3 + 3 + 4 + 4 + 3 + 2 + 2 + 2);
  for (const { server, instance, environment } of labels) {
    expect(server).toMatch(/^server-8[0124]$/);
    expect(instance).toBe(server);
    expect(environment).toBe("production");
  }
});

it("what asks for a password is asked with it, from a file", async () => {
  const files = prometheusFiles(await loadInventory("prod"), placeholderCredentials);
  const { scrape_configs: jobs } = parse(files["prometheus.yml"]?.content ?? "");
  const asking = jobs.filter((job: { basic_auth?: object }) => job.basic_auth);
  expect(
    asking.map((job: { job_name: string; basic_auth: { password_file: string } }) => [
      job.job_name,
      job.basic_auth.password_file,
    ]),
  ).toEqual([
    ["node-exporter", "secrets/exporters-password"],
    ["security-metrics", "secrets/exporters-password"],
    ["postgres", "secrets/exporters-password"],
    ["blackbox", "secrets/exporters-password"],
    ["prometheus", "secrets/prometheus-password"],
    ["alertmanager", "secrets/alertmanager-password"],
  ]);
  for (const name of ["exporters", "prometheus", "alertmanager"]) {
    expect(files[`secrets/${name}-password`]).toMatchObject({ secret: true });
  }
});

it("a probe is a scrape of the exporter's /probe for a URL, and only the label target stays of that", async () => {
  const file = prometheusFiles(await loadInventory("prod"), placeholderCredentials)["prometheus.yml"];
  const { scrape_configs: jobs } = parse(file?.content ?? "");
  const blackbox = jobs.find((job: { job_name: string }) => job.job_name === "blackbox");
  const environment = "production";
  const asked = { __metrics_path__: "/probe", __param_module: "http_2xx" };
  expect(blackbox.static_configs.map(({ labels }: { labels: object }) => labels)).toEqual([
    { server: "server-84", instance: "server-84", environment },
    {
      ...{ server: "server-81", instance: "server-81", environment, target: "grafana" },
      ...asked,
      __param_target: "http://10.0.0.81:3002/api/health",
    },
    {
      ...{ server: "server-84", instance: "server-84", environment, target: "appwrite" },
      ...asked,
      __param_target: "https://appwrite.wizardsofts.com/v1/health/version",
    },
  ]);
});

describe("exporters that others run", () => {
  const server = (number: number, more: object) => ({
    title: "One",
    address: `10.0.0.${number}`,
    exporters: {},
    ...more,
  });
  const jobsOf = (servers: Record<string, ReturnType<typeof server>>) => {
    const on = (port: number) => ({ server: Object.keys(servers)[0] ?? "", port });
    const services = { prometheus: on(9090), alertmanager: on(9093), loki: on(3100), grafana: on(3000) };
    const inventory = defineInventory({ stack: "trial", environment: "test", servers, services });
    return parse(
      prometheusFiles(inventory, placeholderCredentials)["prometheus.yml"]?.content ?? "",
    ).scrape_configs.filter(({ job_name: name }: { job_name: string }) => name.startsWith("postgres"));
  };
  const theirs = server(1, { scraped: { postgres: { port: 9187 } } });

  it("are not told our password", () => {
    const [job, ...more] = jobsOf({ "server-1": theirs });
    expect(more).toEqual([]);
    expect(job.job_name).toBe("postgres");
    expect(job.basic_auth).toBeUndefined();
  });

  it("are not told it beside ours either, and have the same label job", () => {
    const ours = server(2, { exporters: { postgres: { port: 9187 } } });
    const jobs = jobsOf({ "server-1": theirs, "server-2": ours });
    const seen = Object.fromEntries(
      jobs.map((job: { job_name: string; basic_auth?: object; static_configs: { labels: { job?: string } }[] }) => [
        job.job_name,
        [job.basic_auth !== undefined, job.static_configs[0]?.labels.job],
      ]),
    );
    expect(seen).toEqual({ postgres: [true, undefined], "postgres-of-others": [false, "postgres"] });
  });
});
