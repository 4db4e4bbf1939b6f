import { describe, expect, it } from "vitest";
import { loadInventory } from "./index";
import { defineInventory, gatewayOf, type InventoryDefinition, InventoryError, publishedPorts } from "./inventory";

const server = { title: "One", address: "10.0.0.1", exporters: { "node-exporter": { port: 9100 } } };

function definition(change: object = {}): InventoryDefinition<string> {
  return {
    stack: "trial",
    environment: "test",
    servers: { "server-1": server },
    services: {
      prometheus: { server: "server-1", port: 9090 },
      alertmanager: { server: "server-1", port: 9093 },
      loki: { server: "server-1", port: 3100 },
      grafana: { server: "server-1", port: 3000 },
    },
    ...change,
  };
}

function problemsOf(change: object): string[] {
  try {
    defineInventory(definition(change));
  } catch (error) {
    if (error instanceof InventoryError) return error.problems;
    throw error;
  }
  return [];
}

describe("the inventory of prod", () => {
  it("has the guide's servers, exporters, services and ports", async () => {
    const prod = await loadInventory("prod");
    const ports = prod.servers.map((one) => [
      one.name,
      one.title,
      one.address,
      Object.fromEntries(publishedPorts(prod, one)),
    ]);
    const both = { "exporters.node-exporter": 9100, promtail: 9080 };
    expect(ports).toEqual([
      ["server-80", "GIBD", "10.0.0.80", { ...both, "exporters.cadvisor": 8081, "exporters.security-metrics": 9101 }],
      ["server-81", "Database", "10.0.0.81", { ...both, "exporters.security-metrics": 9101, "services.grafana": 3002 }],
      ["server-82", "HPR", "10.0.0.82", { ...both, "exporters.cadvisor": 8080 }],
      [
        "server-84",
        "HP Prod",
        "10.0.0.84",
        {
          ...both,
          "exporters.cadvisor": 8080,
          "exporters.security-metrics": 9101,
          "services.prometheus": 9090,
          "services.alertmanager": 9093,
          "services.loki": 3100,
        },
      ],
    ]);
    expect(prod.services.prometheus.retention).toBe("7d");
    expect(prod.services.loki.retention).toBe("7d");
  });
});

describe("a wrong inventory names its entry", () => {
  it("is not reported when it is right", () => {
    expect(problemsOf({})).toEqual([]);
  });

  it.each([
    ["10.0.0.256", 'servers.server-1.address: an IPv4 address is written as 10.0.0.84, not "10.0.0.256"'],
    ["10.0.0", 'servers.server-1.address: an IPv4 address is written as 10.0.0.84, not "10.0.0"'],
    ["", 'servers.server-1.address: an IPv4 address is written as 10.0.0.84, not ""'],
  ])("a bad address: %j", (address, problem) => {
    expect(problemsOf({ servers: { "server-1": { ...server, address } } })).toEqual([problem]);
  });

  it.each([0, 65_536, 9100.5, -1])("a port out of range: %d", (port) => {
    const [problem] = problemsOf({ servers: { "server-1": { ...server, exporters: { cadvisor: { port } } } } });
    expect(problem).toMatch(/^servers\.server-1\.exporters\.cadvisor\.port: .*not /);
  });

  it("an exporter and a service on one port", () => {
    const exporters = { "node-exporter": { port: 9090 } };
    expect(problemsOf({ servers: { "server-1": { ...server, exporters } } })).toEqual([
      "server-1: port 9090 is wanted by both exporters.node-exporter and services.prometheus",
    ]);
  });

  it("a port that is SSH's", () => {
    const exporters = { cadvisor: { port: 22 } };
    expect(problemsOf({ servers: { "server-1": { ...server, ssh: { user: "ops" }, exporters } } })).toEqual([
      "server-1: port 22 is wanted by both ssh and exporters.cadvisor",
    ]);
  });

  it("the same port on two servers is fine", () => {
    expect(problemsOf({ servers: { "server-1": server, "server-2": { ...server, address: "10.0.0.2" } } })).toEqual([]);
  });

  it("a service on a server that is not there", () => {
    const services = { ...definition().services, loki: { server: "server-9", port: 3100 } };
    expect(problemsOf({ services })).toEqual([
      'services.loki.server: there is no server "server-9" (there are: server-1)',
    ]);
  });

  it("two servers with one address", () => {
    expect(problemsOf({ servers: { "server-1": server, "server-2": server } })).toEqual([
      "server-2: 10.0.0.1 is already the address of server-1",
    ]);
  });

  it("a misspelled setting, an unknown exporter, a relative directory, a server name with capitals", () => {
    expect(problemsOf({ servers: { "server-1": { ...server, adress: "x" } } })[0]).toContain("unknown setting adress");
    expect(
      problemsOf({ servers: { "server-1": { ...server, exporters: { nodexporter: { port: 1 } } } } })[0],
    ).toContain("exporters");
    expect(problemsOf({ servers: { "server-1": { ...server, directory: "srv" } } })[0]).toContain("an absolute path");
    expect(problemsOf({ servers: { Server: server } })[0]).toContain("small letters");
  });

  it("a stack that does not exist", async () => {
    await expect(loadInventory("prd")).rejects.toThrow(/no such stack \(there are: prod, local, test\)/);
  });
});

it("the gateway of a server's network is its first address", () => {
  const [one] = defineInventory(
    definition({ servers: { "server-1": { ...server, subnet: "172.30.4.0/24" } } }),
  ).servers;
  expect(one && gatewayOf(one)).toBe("172.30.4.1");
});
