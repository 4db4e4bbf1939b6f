import { expect, it } from "vitest";
import { loadInventory } from "../../stacks";
import { pathsOf } from "./paths";

it("are all that the services of prod have to reach on other servers", async () => {
  const paths = pathsOf(await loadInventory("prod"));
  const of = (from: string, to: string) =>
    paths
      .filter((path) => path.from.name === from && path.to.name === to)
      .map(({ what, port, by }) => `${what} ${port} ${by.join("+")}`)
      .sort();
  expect(of("server-80", "server-84")).toEqual(["loki 3100 promtail"]);
  expect(of("server-80", "server-81")).toEqual([]);
  expect(of("server-84", "server-80")).toEqual([
    "cadvisor 8081 prometheus",
    "node-exporter 9100 prometheus",
    "promtail 9080 prometheus",
    "security-metrics 9101 prometheus",
  ]);
  expect(of("server-84", "server-81")).toEqual([
    "alertmanager 9093 prometheus",
    "grafana 3002 prometheus+blackbox-exporter",
    "node-exporter 9100 prometheus",
    "postgres 9187 prometheus",
    "prometheus 9090 prometheus",
    "promtail 9080 prometheus",
    "redis 9121 prometheus",
    "security-metrics 9101 prometheus",
  ]);
  expect(of("server-81", "server-84")).toEqual([
    "alertmanager 9093 watcher-prometheus+grafana",
    "loki 3100 watcher-prometheus+promtail+grafana",
    "node-exporter 9100 watcher-prometheus",
    "prometheus 9090 watcher-prometheus+grafana",
  ]);
});

it("are none where there is one server", async () => {
  expect(pathsOf(await loadInventory("local"))).toEqual([]);
});
