import { describe, expect, it } from "vitest";
import { loadInventory } from "./index";
import {
  defineInventory,
  gatewayOf,
  type InventoryDefinition,
  InventoryError,
  publishedPorts,
  withChannels,
} from "./inventory";

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
      Object.fromEntries(publishedPorts(prod, one).map(({ entry, port }) => [entry, port])),
    ]);
    const both = { "exporters.node-exporter": 9100, promtail: 9080 };
    expect(ports).toEqual([
      ["server-80", "GIBD", "10.0.0.80", { ...both, "exporters.cadvisor": 8081, "exporters.security-metrics": 9101 }],
      [
        "server-81",
        "Database",
        "10.0.0.81",
        {
          ...both,
          "exporters.security-metrics": 9101,
          "exporters.postgres": 9187,
          "exporters.redis": 9121,
          "services.grafana": 3002,
          "watcher.prometheus": 9090,
          "watcher.alertmanager": 9093,
          "watcher.alertmanager.gossipPort": 9094,
        },
      ],
      ["server-82", "HPR", "10.0.0.82", { ...both, "exporters.cadvisor": 8080 }],
      [
        "server-84",
        "HP Prod",
        "10.0.0.84",
        {
          ...both,
          "exporters.cadvisor": 8080,
          "exporters.security-metrics": 9101,
          "exporters.celery": 9808,
          "exporters.blackbox": 9115,
          "services.prometheus": 9090,
          "services.alertmanager": 9093,
          "services.loki": 3100,
          "services.alertmanager.gossipPort": 9094,
        },
      ],
    ]);
    // A month where the guide has a week, for its availability of 30 days.
    expect(prod.services.prometheus.retention).toBe("31d");
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

  it("a watcher on a server that is not there, or on the one that it is to watch", () => {
    expect(problemsOf({ watcher: { server: "server-9" } })).toEqual([
      'watcher.server: there is no server "server-9" (there are: server-1)',
    ]);
    expect(problemsOf({ watcher: { server: "server-1" } })).toContain(
      "watcher.server: server-1 runs the prometheus that it is to watch; place it on another server",
    );
  });

  it("a watcher whose gossip has a port that somebody else has", () => {
    const servers = { "server-1": server, "server-2": { ...server, address: "10.0.0.2" } };
    expect(problemsOf({ servers, watcher: { server: "server-2", alertmanager: { port: 9100 } } })).toEqual([
      "server-2: port 9100 is wanted by both exporters.node-exporter and watcher.alertmanager",
    ]);
  });

  it("a threshold that is not known, or not a number above 0", () => {
    expect(problemsOf({ thresholds: { cpuHihgPercent: 70 } })[0]).toMatch(/^thresholds/);
    const [problem] = problemsOf({ servers: { "server-1": { ...server, thresholds: { cpuHighPercent: -1 } } } });
    expect(problem).toMatch(/^servers\.server-1\.thresholds\.cpuHighPercent: /);
  });

  it.each([
    [
      { email: { smarthost: "mail.lan", from: "a@example.org", to: {} } },
      /channels\.email\.smarthost: a mail server is written as/,
    ],
    [
      { email: { smarthost: "mail.lan:25", from: "nobody", to: {} } },
      /channels\.email\.from: a mail address is written as/,
    ],
    [
      { email: { smarthost: "mail.lan:25", from: "a@example.org", to: { "dba-team": [] } } },
      /to\.dba-team: at least one address/,
    ],
    [
      { email: { smarthost: "mail.lan:25", from: "a@example.org", to: { "db-team": ["a@example.org"] } } },
      /channels\.email\.to/,
    ],
    [
      { appwrite: { endpoint: "appwrite.lan", project: "p" } },
      /channels\.appwrite\.endpoint: an endpoint is written as/,
    ],
    [{ slack: { channel: "alerts" } }, /channels\.slack\.channel: a channel is written as #alerts/],
    [{ sms: {} }, /channels: unknown setting sms/],
  ])("a channel that is wrong: %j", (channels, problem) => {
    expect(problemsOf({ channels })[0]).toMatch(problem);
  });

  it("an exporter that is both deployed and run by others", () => {
    const exporters = { postgres: { port: 9187 } };
    const scraped = { postgres: { port: 9188 }, ray: { port: 9091 } };
    expect(problemsOf({ servers: { "server-1": { ...server, exporters, scraped } } })).toEqual([
      "server-1: postgres is in both exporters and scraped; leave it in one: deployed, or run by others",
    ]);
  });

  it("a second blackbox exporter, and a probe under a name that is the stack's own", () => {
    const one = { ...server, exporters: { blackbox: { port: 9115 } } };
    const second = { ...one, address: "10.0.0.2" };
    expect(problemsOf({ servers: { "server-1": one, "server-2": second } })).toEqual([
      "server-2.exporters.blackbox: server-1 has one, which probes everything",
    ]);
    const probes = { grafana: "https://grafana.example.org" };
    const [problem] = problemsOf({
      servers: { "server-1": { ...one, exporters: { blackbox: { port: 9115, probes } } } },
    });
    expect(problem).toBe(
      "servers.server-1.exporters.blackbox.probes.grafana: the stack probes grafana and appwrite by itself",
    );
  });

  it.each([
    [{ postgres: { port: 9187, host: "db:5432" } }, /exporters\.postgres\.host: a host is written as 10\.0\.0\.81/],
    [{ postgres: { port: 9187, user: "a'b" } }, /exporters\.postgres\.user: a user name of letters/],
    [{ postgres: { port: 9187, sslmode: "prefer" } }, /exporters\.postgres\.sslmode/],
    [{ celery: { port: 9808 } }, /exporters\.celery\.broker/],
    [{ celery: { port: 9808, broker: { port: 0 } } }, /exporters\.celery\.broker\.port: a port is a whole number/],
    [{ redis: { port: 9121, password: "secret" } }, /exporters\.redis: unknown setting password/],
    [{ blackbox: { port: 9115, probes: { shop: "shop.lan" } } }, /probes\.shop: a probe's URL is written as/],
  ])("an exporter's entry that is wrong: %j", (exporters, problem) => {
    expect(problemsOf({ servers: { "server-1": { ...server, exporters } } })[0]).toMatch(problem);
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

describe("parts of the channels that a setting replaces", () => {
  const email = { smarthost: "mail.lan:25", from: "a@example.org", to: { "critical-team": ["a@example.org"] } };
  const inventory = defineInventory(definition({ channels: { email } }));

  it("are taken over, the others stay", () => {
    const { channels } = withChannels(inventory, { email: { smarthost: "lab:2525" } });
    expect(channels.email).toMatchObject({ smarthost: "lab:2525", from: "a@example.org", tls: "required" });
  });

  it("are checked as in the inventory", () => {
    expect(() => withChannels(inventory, { email: { smarthost: "lab" } })).toThrow(
      /the setting channels of the stack trial is not valid:\n {2}- email\.smarthost: a mail server is written as .*, not "lab"/,
    );
  });

  it("can take a channel away", () => {
    expect(withChannels(inventory, { email: null }).channels.email).toBeUndefined();
  });
});

it("the gateway of a server's network is its first address", () => {
  const [one] = defineInventory(
    definition({ servers: { "server-1": { ...server, subnet: "172.30.4.0/24" } } }),
  ).servers;
  expect(one && gatewayOf(one)).toBe("172.30.4.1");
});
