import { expect, it } from "vitest";
import { parse } from "yaml";
import { loadInventory } from "../../stacks";
import { placeholderCredentials } from "../credentials/credentials";
import { prometheusFiles } from "./configuration";
import { scrapeJobs } from "./scrape-jobs";

async function targetsOf(stack: string): Promise<Record<string, string[]>> {
  const jobs = scrapeJobs(await loadInventory(stack));
  return Object.fromEntries(
    jobs.map(({ name, targets }) => [name, targets.map(({ server, address }) => `${server} ${address}`)]),
  );
}

it("prod: the guide's targets, the services themselves and the log shippers", async () => {
  expect(await targetsOf("prod")).toEqual({
    "node-exporter": [80, 81, 82, 84].map((n) => `server-${n} 10.0.0.${n}:9100`),
    cadvisor: ["server-80 10.0.0.80:8081", "server-82 10.0.0.82:8080", "server-84 10.0.0.84:8080"],
    "security-metrics": [80, 81, 84].map((n) => `server-${n} 10.0.0.${n}:9101`),
    promtail: [80, 81, 82, 84].map((n) => `server-${n} 10.0.0.${n}:9080`),
    prometheus: ["server-84 10.0.0.84:9090"],
    alertmanager: ["server-84 10.0.0.84:9093"],
    loki: ["server-84 10.0.0.84:3100"],
    grafana: ["server-81 10.0.0.81:3002"],
  });
});

it("local: by name on the Docker network, because 127.0.0.1 is each container's own", async () => {
  expect(await targetsOf("local")).toEqual({
    "node-exporter": ["server-local 172.31.255.1:9100"],
    cadvisor: ["server-local cadvisor:8080"],
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
  expect(labels).toHaveLength(4 + 3 + 3 + 4 + 4);
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
    ["prometheus", "secrets/prometheus-password"],
    ["alertmanager", "secrets/alertmanager-password"],
  ]);
  for (const name of ["exporters", "prometheus", "alertmanager"]) {
    expect(files[`secrets/${name}-password`]).toMatchObject({ secret: true });
  }
});
