import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { Monitoring } from "../components/monitoring/monitoring";
import { buildFunctions } from "../functions/build";
import { buildImageContext } from "../images/security-metrics/bundle";
import { policiesOf } from "../policy/policies";
import {
  type ContainerInputs,
  type DeployedResource,
  type HouseRule,
  type ImageInputs,
  resourceTypes,
} from "../policy/rule";
import { houseRules } from "../policy/rules";
import { imageByDigestOf } from "../policy/rules/images";
import { noKnownSecretShownIn, secretsOfSettings } from "../policy/rules/secrets";
import { loadInventory } from "../stacks";
import { placeholderSecrets } from "../stacks/channels";

const generated = "a-generated-password";

/** What the program declares for a stack, as the engine would show it to the policy pack. */
async function graphOf(stack: string): Promise<DeployedResource[]> {
  const graph: DeployedResource[] = [];
  const engine: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => {
      const computed = type.startsWith("random:") ? { result: generated, bcryptHash: "$2a$10$abcdefghijklmnop" } : {};
      const image = type === resourceTypes.image ? { imageId: `sha256:${"0".repeat(64)}` } : {};
      const props = { ...inputs, ...computed, ...image };
      graph.push({ type, name, urn: `urn:pulumi:${stack}::monitoring::${type}::${name}`, props });
      return { id: `${name}-id`, state: props };
    },
    call: () => ({}),
  };
  await pulumi.runtime.setMocks(engine, "monitoring", stack, false);
  const monitoring = new Monitoring("monitoring", {
    inventory: await loadInventory(stack),
    identity: {},
    secrets: pulumi.secret(placeholderSecrets),
  });
  await new Promise((resolve) => monitoring.passwords.apply(resolve));
  await pulumi.runtime.disconnect();
  return graph;
}

/** What the rules say of resources, as `name rule: violation`. */
function violationsIn(resources: DeployedResource[], rules: HouseRule[] = houseRules): string[] {
  return rules.flatMap((rule) => {
    if (rule.about === "stack") {
      return rule.violations(resources).map((one) => `${one.resource.name} ${rule.name}: ${one.violation}`);
    }
    const check = rule.violations as (inputs: unknown) => string[];
    return resources
      .filter(({ type }) => type === resourceTypes[rule.about])
      .flatMap(({ name, props }) => check(props).map((violation) => `${name} ${rule.name}: ${violation}`));
  });
}

beforeAll(async () => {
  await Promise.all([buildFunctions(), buildImageContext()]);
}, 60_000);

describe.each(["prod", "local"])("the house rules and the stack %s", (stack) => {
  let graph: DeployedResource[];

  beforeAll(async () => {
    graph = await graphOf(stack);
  }, 60_000);

  it("agree", () => {
    expect(violationsIn(graph)).toEqual([]);
  });

  it("have met: containers, images, and passwords of the stack's own", () => {
    const count = (start: string) => graph.filter(({ type }) => type.startsWith(start)).length;
    expect(count(resourceTypes.container)).toBeGreaterThan(6);
    expect(count(resourceTypes.image)).toBeGreaterThan(6);
    expect(count("random:index/randomPassword:")).toBeGreaterThan(2);
  });

  it("disagree as soon as one container shows a generated password", () => {
    const changed = graph.map((resource) =>
      resource.type === resourceTypes.container
        ? { ...resource, props: { ...resource.props, command: [...resource.props.command, `--x=${generated}`] } }
        : resource,
    );
    expect(violationsIn(changed).filter((line) => line.includes("no-known-secret-shown"))).toHaveLength(
      graph.filter(({ type }) => type === resourceTypes.container).length,
    );
  });
});

const labels = ["project", "stack", "server", "service"].map((name) => ({ label: `monitoring.${name}`, value: name }));

/** A container that every rule is content with. */
const good: ContainerInputs = {
  image: `sha256:${"0".repeat(64)}`,
  command: ["--config.file=/etc/x.yml"],
  user: "65534:65534",
  labels,
  restart: "unless-stopped",
  ports: [{ internal: 9090, external: 9090, ip: "10.0.0.84" }],
  mounts: [
    { type: "bind", source: "/etc/monitoring/x", target: "/etc/x", readOnly: true },
    { type: "volume", source: "x", target: "/data", readOnly: false },
  ],
  devices: [{ hostPath: "/dev/kmsg", permissions: "r" }],
  readOnly: true,
  capabilities: { drops: ["ALL"], adds: [] },
  securityOpts: ["no-new-privileges"],
  memory: 256,
  memorySwap: 256,
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
  healthcheck: { tests: ["CMD", "true"] },
};

/** The same, as the service of that name. */
const as = (service: string, change: Partial<ContainerInputs>): Partial<ContainerInputs> => ({
  ...change,
  labels: [
    ...labels.filter(({ label }) => label !== "monitoring.service"),
    { label: "monitoring.service", value: service },
  ],
});

/** Rule → changes that it does not let through, with what it says. */
const refused: Record<string, [Partial<ContainerInputs>, string][]> = {
  "container-runs-pinned-image": [
    [{ image: "prom/prometheus:latest" }, "runs prom/prometheus:latest"],
    [{ image: "prom/prometheus" }, "runs prom/prometheus,"],
  ],
  "port-on-own-address": [
    [{ ports: [{ internal: 9090, external: 19090 }] }, "port 19090 on every address"],
    [{ ports: [{ internal: 9090, ip: "0.0.0.0" }] }, "port 9090 on 0.0.0.0"],
    [{ ports: [{ internal: 9090, ip: "::" }] }, "port 9090 on ::"],
    [{ publishAllPorts: true }, "every port of its image"],
  ],
  "listener-on-own-address": [
    [as("node-exporter", { networkMode: "host" }), "do not say where it listens"],
    [as("node-exporter", { networkMode: "host", command: ["--web.listen-address=:9100"] }), "=:9100"],
    [as("node-exporter", { networkMode: "host", command: undefined, commands: ["--listen=:1"] }), "--listen=:1"],
    [as("node-exporter", { networkMode: "host", command: ["--web.listen-address=0.0.0.0:9100"] }), "=0.0.0.0:9100"],
  ],
  "own-namespaces": [
    [{ networkMode: "host", command: ["--listen=10.0.0.84:1"] }, "has networkMode host"],
    [{ pidMode: "host" }, "has pidMode host"],
    [{ ipcMode: "container:abc" }, "has ipcMode container:abc"],
  ],
  "not-privileged": [[{ privileged: true }, "is privileged"]],
  "capabilities-dropped": [
    [{ capabilities: { drops: [], adds: [] } }, "keeps Docker's usual"],
    [{ capabilities: { drops: ["ALL"], adds: ["CAP_SYS_ADMIN"] } }, "CAP_SYS_ADMIN"],
    [as("cadvisor", { capabilities: { drops: ["ALL"], adds: ["CAP_SYS_ADMIN"] } }), "CAP_SYS_ADMIN"],
  ],
  "no-new-privileges": [[{ securityOpts: ["apparmor=unconfined"] }, "may get new"]],
  "read-only-root": [[{ readOnly: false }, "can write to its own image"]],
  "user-not-root": [
    [{ user: "0:0" }, "runs as root"],
    [{ user: "root" }, "runs as root"],
    [{ user: "" }, "whatever user"],
  ],
  "host-mounts-read-only": [
    [
      { mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/var/run/docker.sock", readOnly: false }] },
      "/var/run/docker.sock of the host",
    ],
    [{ volumes: [{ hostPath: "/", containerPath: "/host" }] }, "can write to / of the host"],
    [{ devices: [{ hostPath: "/dev/sda" }] }, "device /dev/sda"],
  ],
  "memory-limited": [
    [{ memory: 0 }, "all of the host's memory"],
    [{ memorySwap: -1 }, "may swap"],
  ],
  "logs-rotated": [
    [{ logOpts: { "max-size": "10m" } }, "no max-file"],
    [{ logOpts: {} }, "no max-size"],
    [{ logDriver: "syslog" }, "by syslog"],
  ],
  restarted: [
    [{ restart: "no" }, "policy no"],
    [{ restart: "always" }, "policy always"],
  ],
  "health-checked": [
    [{ healthcheck: { tests: ["NONE"] } }, "no health check"],
    [{ healthcheck: { tests: ["CMD"] } }, "no health check"],
  ],
  "owner-labelled": [
    [{ labels: labels.slice(1) }, "monitoring.project"],
    [{ labels: [...labels.slice(0, 3), { label: "monitoring.service", value: "" }] }, "monitoring.service"],
  ],
  "no-secret-in-environment": [
    [{ envs: ["DATA_SOURCE_PASS=hunter2"] }, "DATA_SOURCE_PASS"],
    [{ envs: ["GITHUB_TOKEN=x"] }, "GITHUB_TOKEN"],
    [{ envs: ["client_secret=x"] }, "client_secret"],
    [{ envs: ["APPWRITE_API_KEY=x"] }, "APPWRITE_API_KEY"],
    [{ envs: ["BROKER=redis://:hunter2@10.0.0.84/0"] }, "URL of its environment: BROKER"],
    [{ command: ["--db.password=hunter2"] }, "--db.password"],
    [{ command: undefined, commands: ["--db.token=hunter2"] }, "--db.token"],
    [{ entrypoints: ["sh", "-c", "x redis://user:hunter2@db"] }, "among its arguments"],
  ],
};

/** What looks like it and is none: rule → changes that it lets through. */
const accepted: Record<string, Partial<ContainerInputs>[]> = {
  "container-runs-pinned-image": [{ image: "docker.io/grafana/loki:3.7.8" }],
  "port-on-own-address": [{ ports: [{ internal: 9090, external: 9090, ip: "127.0.0.1" }] }],
  "listener-on-own-address": [
    as("node-exporter", { networkMode: "host", command: ["--web.listen-address=10.0.0.80:9100"] }),
  ],
  "own-namespaces": [as("node-exporter", { networkMode: "host", pidMode: "host" }), { networkMode: "bridge" }],
  "capabilities-dropped": [as("cadvisor", { capabilities: { drops: ["ALL"], adds: ["CAP_SYSLOG"] } })],
  "no-new-privileges": [{ securityOpts: ["no-new-privileges:true"] }],
  "user-not-root": [as("promtail", { user: "0:0" })],
  "no-secret-in-environment": [
    {
      envs: [
        "DATA_SOURCE_PASS_FILE=/etc/x/password",
        "DATA_SOURCE_USER=monitoring",
        "KEYBOARD=us",
        "MONKEY=1",
        "PASSWORD=",
      ],
    },
    { command: ["--web.password-file=/etc/x/password", "--url=http://10.0.0.1:9090/x"] },
  ],
};

describe("rules about a container", () => {
  const about = (rule: string, change: Partial<ContainerInputs>) =>
    violationsIn(
      [{ type: resourceTypes.container, name: "x", urn: "urn:x", props: { ...good, ...change } }],
      houseRules.filter(({ name }) => name === rule),
    );
  const containerRules = houseRules.filter(({ about }) => about === "container").map(({ name }) => name);

  it("have each a violation here", () => {
    expect(Object.keys(refused).sort()).toEqual(containerRules.sort());
  });

  it("are all content with a good container", () => {
    expect(violationsIn([{ type: resourceTypes.container, name: "x", urn: "urn:x", props: good }])).toEqual([]);
  });

  const refusals = Object.entries(refused).flatMap(([rule, list]) =>
    list.map(([change, text]) => [rule, text, change] as const),
  );
  it.each(refusals)("%s refuses: %s", (rule, text, change) => {
    expect(about(rule, change).join("\n")).toContain(text);
    expect(about(rule, change).join("\n")).not.toContain("hunter2");
  });

  const acceptances = Object.entries(accepted).flatMap(([rule, list]) => list.map((change) => [rule, change] as const));
  it.each(acceptances)("%s accepts %o", (rule, change) => {
    expect(about(rule, change)).toEqual([]);
  });
});

describe("rules about images", () => {
  const about = (name: string, rules = houseRules) =>
    violationsIn(
      [{ type: resourceTypes.image, name: "x", urn: "urn:x", props: { name } satisfies ImageInputs }],
      rules,
    );

  it.each(["prom/prometheus", "prom/prometheus:latest", "prom/prometheus:v3", "x.lan:5000/prometheus", "grafana:main"])(
    "refuse %s",
    (name) => expect(about(name).join("\n")).toContain("image-pinned: names no"),
  );

  const digest = `sha256:${"a".repeat(64)}`;
  it.each([
    "docker.io/prom/prometheus:v3.16.0",
    "x.lan:5000/mirror/prom/prometheus:v3.16.0",
    "monitoring-as-code/security-metrics:0123456789ab",
    `prom/prometheus@${digest}`,
  ])("accept %s", (name) => expect(about(name)).toEqual([]));

  it("want the locked digest, in every registry", () => {
    const rules = [imageByDigestOf({ "docker.io/prom/prometheus:v3.16.0": digest })];
    expect(about(`docker.io/prom/prometheus:v3.16.0@${digest}`, rules)).toEqual([]);
    expect(about(`x.lan/mirror/prom/prometheus:v3.16.0@${digest}`, rules)).toEqual([]);
    expect(about("docker.io/prom/prometheus:v3.17.0", rules)).toEqual([]);
    for (const name of [
      "docker.io/prom/prometheus:v3.16.0",
      `x.lan/prom/prometheus:v3.16.0@sha256:${"b".repeat(64)}`,
    ]) {
      expect(about(name, rules)).toEqual([expect.stringContaining("has not the digest")]);
    }
  });
});

describe("the rule about docker providers", () => {
  const about = (props: Record<string, unknown>) =>
    violationsIn([{ type: resourceTypes["docker-provider"], name: "x", urn: "urn:x", props }]);

  it("refuses SSH to whatever key, and Docker without encryption", () => {
    expect(about({ host: "ssh://monitoring@10.0.0.84:22", sshOpts: ["-o", "StrictHostKeyChecking=no"] })).toHaveLength(
      1,
    );
    expect(about({ host: "ssh://monitoring@10.0.0.84:22" })).toHaveLength(1);
    expect(about({ host: "tcp://10.0.0.84:2375" })).toEqual([expect.stringContaining("asks nobody")]);
  });

  it("accepts known keys, as a list and as JSON, and this machine's own engine", () => {
    const options = ["-o", "StrictHostKeyChecking=yes"];
    expect(about({ host: "ssh://monitoring@10.0.0.84:22", sshOpts: options })).toEqual([]);
    expect(about({ host: "ssh://monitoring@10.0.0.84:22", sshOpts: JSON.stringify(options) })).toEqual([]);
    expect(about({ host: "unix:///var/run/docker.sock" })).toEqual([]);
    expect(about({})).toEqual([]);
  });
});

describe("the rule about known secrets", () => {
  const container = (change: Partial<ContainerInputs>): DeployedResource => ({
    type: resourceTypes.container,
    name: "x",
    urn: "urn:x",
    props: { ...good, ...change },
  });

  it("finds a secret of the settings under whatever name", () => {
    const secrets = secretsOfSettings({
      PULUMI_CONFIG: JSON.stringify({ "monitoring:smtpPassword": "correct horse" }),
    });
    expect(secrets).toEqual(["correct horse"]);
    const rules = [noKnownSecretShownIn(secrets)];
    expect(violationsIn([container({ envs: ["GREETING=correct horse"] })], rules)).toHaveLength(1);
    expect(violationsIn([container({ labels: [{ label: "x", value: "correct horse" }] })], rules)).toHaveLength(1);
    expect(violationsIn([container({})], rules)).toEqual([]);
  });

  it("does not take a short word for one", () => {
    expect(violationsIn([container({ envs: ["A=monitoring"] })], [noKnownSecretShownIn(["mon"])])).toEqual([]);
  });
});

describe("the policy pack", () => {
  type Policy = ReturnType<typeof policiesOf>[number];
  const policies = policiesOf(houseRules);

  it("has every rule once, mandatory, with what to do", () => {
    expect(policies).toHaveLength(houseRules.length);
    expect(new Set(policies.map(({ name }) => name)).size).toBe(houseRules.length);
    for (const { enforcementLevel, description, remediationSteps } of policies) {
      expect(enforcementLevel).toBe("mandatory");
      for (const text of [description, remediationSteps]) expect(text).toMatch(/\.$/);
    }
  });

  const validate = (policy: Policy | undefined, type: string, props: Record<string, unknown>): string[] => {
    const reported: string[] = [];
    if (!policy || !("validateResource" in policy) || typeof policy.validateResource !== "function")
      throw new Error("?");
    // biome-ignore lint/suspicious/noExplicitAny: the part of the engine's arguments that the rules look at
    policy.validateResource({ type, name: "server-84-loki", props } as any, (message) =>
      reported.push(String(message)),
    );
    return reported;
  };
  const named = (name: string) => policies.find((policy) => policy.name === name);

  it("tells the engine the resource, the violation and what to do", () => {
    const props = { ...good, privileged: true };
    expect(validate(named("not-privileged"), resourceTypes.container, props)).toEqual([
      "server-84-loki is privileged. Give it the single capabilities or devices that it needs.",
    ]);
    expect(validate(named("not-privileged"), "docker:index/volume:Volume", props)).toEqual([]);
  });

  it("waits for the deployment with what a preview does not know", async () => {
    const { unknownCheckingProxy } = await import("@pulumi/policy");
    // What the engine sends in place of a string that is not known yet.
    const image = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const props = unknownCheckingProxy({ ...good, image, readOnly: false });
    expect(validate(named("container-runs-pinned-image"), resourceTypes.container, props)).toEqual([]);
    expect(validate(named("read-only-root"), resourceTypes.container, props)).toHaveLength(1);
  });
});
