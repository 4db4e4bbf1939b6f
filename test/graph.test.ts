import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { Monitoring } from "../components/monitoring/monitoring";
import { loadInventory } from "../stacks";
import { images } from "../stacks/images";
import type { Inventory } from "../stacks/inventory";

interface Registered {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of every kind of resource
  inputs: Record<string, any>;
}

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
  });

  it("has every service of the inventory on its server, and a log shipper on each", () => {
    const expected = inventory.servers.flatMap((server) => [
      ...(server.exporters["node-exporter"] ? [`${server.name}-node-exporter`] : []),
      ...(server.exporters.cadvisor ? [`${server.name}-cadvisor`] : []),
      `${server.name}-promtail`,
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
        expect(inputs.ports).toHaveLength(1);
        expect(inputs.ports[0].ip).toBe(server?.address);
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
      expect(inputs.envs).toBeUndefined();
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
    expect(JSON.stringify(containers)).not.toContain(generated);
    expect(JSON.stringify(graph)).toContain(generated);
  });

  it("has Grafana's three datasources under the uids of the contract", () => {
    const uids = ofType(graph, "grafana:oss/dataSource:DataSource").map(({ inputs }) => inputs.uid);
    expect(uids.sort()).toEqual(["alertmanager", "loki", "prometheus"]);
  });

  it("has a configuration for every service that reads one, and each is checked by its own image where it can be", () => {
    const checks = Object.fromEntries(
      ofType(graph, "pulumi-nodejs:dynamic/monitoring:ConfigDirectory").map(({ inputs }) => [
        inputs.service,
        inputs.check[0],
      ]),
    );
    expect(checks).toEqual({
      "node-exporter": undefined,
      promtail: "/usr/bin/promtail",
      prometheus: "promtool",
      alertmanager: "amtool",
      loki: "/usr/bin/loki",
      grafana: undefined,
    });
  });
});

describe("images", () => {
  const names = (graph: Registered[]) =>
    new Set(ofType(graph, "docker:index/remoteImage:RemoteImage").map(({ inputs }) => inputs.name));

  it("are the pinned ones", async () => {
    expect(names(await deploy("prod"))).toEqual(new Set(Object.values(images)));
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
