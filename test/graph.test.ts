import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { Monitoring } from "../components/monitoring/monitoring";
import { dashboardsFor } from "../dashboards";
import { dashboardUids } from "../dashboards/links";
import { buildFunctions } from "../functions/build";
import { buildImageContext } from "../images/security-metrics/bundle";
import { loadInventory } from "../stacks";
import { placeholderSecrets } from "../stacks/channels";
import { placeholderExporterSecrets } from "../stacks/exporters";
import { images } from "../stacks/images";
import { exporterContainers, exporterNames, type Inventory } from "../stacks/inventory";

interface Registered {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of every kind of resource
  inputs: Record<string, any>;
}

// The program bundles them before it declares anything.
beforeAll(async () => {
  await Promise.all([buildFunctions(), buildImageContext()]);
});

const registered: Registered[] = [];
const generated = "a-generated-password";

/** Answers for the engine: what a resource is given is what it becomes. */
const engine: pulumi.runtime.Mocks = {
  newResource: ({ type, name, inputs }) => {
    registered.push({ type, name, inputs });
    const computed =
      type === "random:index/randomPassword:RandomPassword" ? { result: generated, bcryptHash: "$2a$" } : {};
    return { id: `${name}-id`, state: { ...inputs, imageId: `sha256:${name}`, ...computed } };
  },
  call: () => ({}),
};

async function deploy(stack: string, change: Partial<Inventory> = {}): Promise<Registered[]> {
  registered.length = 0;
  await pulumi.runtime.setMocks(engine, "monitoring", stack, false);
  const monitoring = new Monitoring("monitoring", {
    inventory: { ...(await loadInventory(stack)), ...change },
    identity: {},
    secrets: pulumi.secret(placeholderSecrets),
    exporterSecrets: pulumi.secret(placeholderExporterSecrets),
  });
  await new Promise((resolve) => monitoring.passwords.apply(resolve));
  await pulumi.runtime.disconnect();
  return [...registered];
}

function ofType(graph: Registered[], type: string): Registered[] {
  return graph.filter((resource) => resource.type === type);
}

const containerType = "docker:index/container:Container";

describe.each(["prod", "local"])("the graph of %s", (stack) => {
  let graph: Registered[];
  let inventory: Inventory;
  let containers: Registered[];

  beforeAll(async () => {
    graph = await deploy(stack);
    inventory = await loadInventory(stack);
    containers = ofType(graph, containerType);
    // The first one loads everything.
  }, 60_000);

  it("has every service of the inventory on its server, and a log shipper on each", () => {
    const expected = inventory.servers.flatMap((server) => [
      ...exporterNames
        .filter((exporter) => server.exporters[exporter])
        .map((exporter) => `${server.name}-${exporterContainers[exporter]}`),
      `${server.name}-promtail`,
      ...(inventory.watcher?.server === server.name
        ? [`${server.name}-watcher-prometheus`, `${server.name}-watcher-alertmanager`]
        : []),
      ...Object.entries(inventory.services)
        .filter(([, placed]) => placed.server === server.name)
        .map(([service]) => `${server.name}-${service}`),
    ]);
    expect(containers.map(({ name }) => name).sort()).toEqual(expected.sort());
    expect(ofType(graph, "docker:index/network:Network")).toHaveLength(inventory.servers.length);
  });

  it("publishes on the servers' own addresses only, on the inventory's ports", () => {
    for (const { name, inputs } of containers) {
      const server = inventory.servers.find((one) => name.startsWith(`${one.name}-`));
      if (name.endsWith("node-exporter")) {
        expect(inputs.networkMode).toBe("host");
        expect(inputs.command).toContain(`--web.listen-address=${server?.address}:9100`);
      } else {
        expect(inputs.ports.length).toBe(inventory.watcher && name.endsWith("alertmanager") ? 3 : 1);
        for (const port of inputs.ports) expect(port.ip).toBe(server?.address);
      }
    }
  });

  it("gives every container its bounds, as few rights as it lives with, and its owner's labels", () => {
    for (const { inputs } of containers) {
      expect(inputs.memory).toBeGreaterThan(0);
      expect(inputs.logOpts).toEqual({ "max-size": "10m", "max-file": "3" });
      expect(inputs.restart).toBe("unless-stopped");
      expect(inputs.capabilities.drops).toEqual(["ALL"]);
      expect(inputs.securityOpts).toContain("no-new-privileges");
      expect(inputs.readOnly).toBe(true);
      expect(inputs.privileged).toBeUndefined();
      // Nothing but where PostgreSQL is, which its exporter takes in no other way.
      const variables = (inputs.envs ?? []).map((one: string) => one.split("=")[0]);
      expect(variables.filter((one: string) => !/^DATA_SOURCE_(URI|USER|PASS_FILE)$/.test(one))).toEqual([]);
      expect(inputs.healthcheck.tests.length).toBeGreaterThan(1);
      expect(inputs.labels).toContainEqual({ label: "monitoring.stack", value: stack });
    }
  });

  it("mounts nothing of the host writable", () => {
    for (const { inputs } of containers) {
      for (const mount of inputs.mounts) expect(mount.type === "volume" || mount.readOnly).toBe(true);
    }
  });

  it("puts no password into a container's arguments, environment or labels", () => {
    const secrets = { ...placeholderSecrets, ...placeholderExporterSecrets };
    for (const secret of Object.values(secrets)) expect(JSON.stringify(containers)).not.toContain(secret);
    expect(JSON.stringify(containers)).not.toContain(generated);
    expect(JSON.stringify(graph)).toContain(generated);
  });

  it("lets Prometheus keep what the inventory says, by time and by size, and the watcher a day", () => {
    const { retention, retentionSize } = inventory.services.prometheus;
    const kept = containers
      .filter(({ name }) => name.endsWith("prometheus"))
      .map(({ name, inputs }) => [name, inputs.command.filter((one: string) => one.includes(".retention."))]);
    const size = retentionSize ? [`--storage.tsdb.retention.size=${retentionSize}`] : [];
    expect(Object.fromEntries(kept)).toEqual({
      [`${inventory.services.prometheus.server}-prometheus`]: [`--storage.tsdb.retention.time=${retention}`, ...size],
      ...(inventory.watcher
        ? { [`${inventory.watcher.server}-watcher-prometheus`]: ["--storage.tsdb.retention.time=1d"] }
        : {}),
    });
  });

  it("has Grafana's three datasources under the uids of the contract", () => {
    const uids = ofType(graph, "grafana:oss/dataSource:DataSource").map(({ inputs }) => inputs.uid);
    expect(uids.sort()).toEqual(["alertmanager", "loki", "prometheus"]);
  });

  it("has the four dashboards in one folder, as they are rendered, by the same way as the datasources", () => {
    const [folder, ...others] = ofType(graph, "grafana:oss/folder:Folder");
    expect(others).toEqual([]);
    expect(folder?.inputs).toMatchObject({ uid: "monitoring", title: "Monitoring" });
    const dashboards = ofType(graph, "grafana:oss/dashboard:Dashboard");
    expect(dashboards.map(({ inputs }) => inputs.folder)).toEqual(dashboards.map(() => "monitoring"));
    const given = dashboards.map(({ inputs }) => JSON.parse(inputs.configJson));
    expect(given).toEqual(JSON.parse(JSON.stringify(dashboardsFor(inventory))));
    expect(given.map(({ uid }) => uid).sort()).toEqual([...dashboardUids].sort());
  });

  it("has a configuration for every service that reads one, and each is checked by its own image where it can be", () => {
    const checks = Object.fromEntries(
      ofType(graph, "pulumi-nodejs:dynamic/monitoring:ConfigDirectory").map(({ inputs }) => [
        inputs.service,
        inputs.check[0],
      ]),
    );
    expect(checks).toEqual({
      ...(inventory.watcher ? { "watcher/prometheus": "promtool", "watcher/alertmanager": "amtool" } : {}),
      ...(stack === "prod"
        ? {
            ...{ "postgres-exporter": undefined, "redis-exporter": undefined, "celery-exporter": undefined },
            "blackbox-exporter": "blackbox_exporter",
          }
        : {}),
      "node-exporter": undefined,
      "security-metrics": undefined,
      promtail: "/usr/bin/promtail",
      prometheus: "promtool",
      alertmanager: "amtool",
      loki: "/usr/bin/loki",
      grafana: undefined,
    });
  });
});

describe("exporters of other services", () => {
  const named = (graph: Registered[], name: string) =>
    ofType(graph, containerType).find((container) => container.name === name)?.inputs ?? {};

  it("know where their service is, and their password by a file alone", async () => {
    const graph = await deploy("prod");
    expect(named(graph, "server-81-postgres-exporter").envs).toEqual([
      "DATA_SOURCE_URI=10.0.0.81:5432/postgres?sslmode=disable",
      "DATA_SOURCE_USER=monitoring",
      "DATA_SOURCE_PASS_FILE=/etc/postgres-exporter/secrets/postgres-password",
    ]);
    expect(named(graph, "server-81-redis-exporter").command).toContain("--redis.addr=redis://10.0.0.81:6379");
    const celery = named(graph, "server-84-celery-exporter");
    expect(celery.entrypoints).toEqual(["sh", "-c"]);
    expect(celery.command[0]).toContain("$(cat /etc/celery-exporter/secrets/broker-url)");
  });

  it("for GPUs: sees them, and has no capability for that", async () => {
    const { servers } = await loadInventory("prod");
    const withGpu = servers.map((server) =>
      server.name === "server-82" ? { ...server, exporters: { ...server.exporters, gpu: { port: 9400 } } } : server,
    );
    const container = named(await deploy("prod", { servers: withGpu }), "server-82-dcgm-exporter");
    expect(container).toMatchObject({ gpus: "all", user: "1000:1000", capabilities: { drops: ["ALL"], adds: [] } });
    expect(container.ports).toMatchObject([{ internal: 9400, external: 9400, ip: "10.0.0.82" }]);
  });
});

describe("images", () => {
  const names = (graph: Registered[]) =>
    new Set(
      ofType(graph, "docker:index/remoteImage:RemoteImage")
        .filter(({ inputs }) => !inputs.build)
        .map(({ inputs }) => inputs.name),
    );

  it("are the pinned ones", async () => {
    // What others are built on, and what prod has none of.
    const { node: _, "dcgm-exporter": __, ...services } = images;
    expect(names(await deploy("prod"))).toEqual(new Set(Object.values(services)));
  });

  it("is built on each server that has security-metrics, on Node.js' pinned image, under a name that its content gives", async () => {
    const built = ofType(await deploy("prod"), "docker:index/remoteImage:RemoteImage").filter(
      ({ inputs }) => inputs.build,
    );
    expect(built.map(({ name }) => name)).toEqual([80, 81, 84].map((n) => `server-${n}-security-metrics-image`));
    for (const { inputs } of built) {
      expect(inputs.name).toMatch(/^monitoring-as-code\/security-metrics:[0-9a-f]{12}$/);
      expect(inputs.build).toMatchObject({ context: "images/security-metrics/dist", buildArgs: { BASE: images.node } });
    }
  });

  it("come from the mirror that the stack names", async () => {
    for (const name of names(await deploy("prod", { imageSource: { registry: "mirror.example.lan/x" } }))) {
      expect(name).toMatch(/^mirror\.example\.lan\/x\//);
    }
  });
});

it("every docker provider of prod goes over SSH to a server whose key is known", async () => {
  const providers = ofType(await deploy("prod"), "pulumi:providers:docker");
  expect(providers.map(({ inputs }) => inputs.host)).toEqual(
    [80, 81, 82, 84].map((n) => `ssh://monitoring@10.0.0.${n}:22`),
  );
  for (const { inputs } of providers) {
    const options = JSON.stringify(inputs.sshOpts);
    expect(options).toContain("StrictHostKeyChecking=yes");
    expect(options).toContain("UserKnownHostsFile=stacks/prod.known_hosts");
  }
});
