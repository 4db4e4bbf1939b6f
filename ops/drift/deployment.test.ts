import { expect, it } from "vitest";
import { Deployment } from "./deployment";
import { recordedDeployment } from "./recorded";

const deployment = recordedDeployment();
const urnOf = (name: string, type: string) =>
  deployment.resources.find((one) => one.urn.endsWith(`::${name}`) && one.type === type)?.urn ?? "";

it("knows on which server a thing is, also where it is named after none", () => {
  expect(deployment.serverOf(urnOf("datasource-loki", "grafana:oss/dataSource:DataSource"))).toBe("server-84");
  expect(deployment.serverOf(urnOf("server-80-network", "docker:index/network:Network"))).toBe("server-80");
  expect(deployment.serverOf(urnOf("monitoring", "monitoring:monitoring:Monitoring"))).toBeUndefined();
});

it("all of a server is what is below it, and nothing of another", () => {
  const all = deployment.on("server-80");
  expect(all).toContain(urnOf("server-80-promtail", "docker:index/container:Container"));
  expect(all.every((urn) => deployment.serverOf(urn) === "server-80")).toBe(true);
});

it("what cannot be read takes along what belongs to the same component, and no more", () => {
  const besides = deployment.besides(urnOf("datasource-loki", "grafana:oss/dataSource:DataSource"));
  expect(besides).toContain(urnOf("datasource-prometheus", "grafana:oss/dataSource:DataSource"));
  expect(besides.every((urn) => urn.includes("monitoring:grafana:Datasources"))).toBe(true);
});

it("a stack without resources is not deployed", () => {
  expect(() => Deployment.parse('{"version":3,"deployment":{}}', "prod")).toThrow(
    /nothing of the stack prod is deployed/,
  );
});
