import { describe, expect, it } from "vitest";
import { prod } from "../../stacks/prod";
import { settingDifferences } from "./container-settings";
import { containerRows } from "./containers";
import type { InspectedContainer } from "./inspected";
import type { Inspection } from "./inspection";
import { recordedContainer } from "./recorded";

const [server] = prod.servers;
if (!server) throw new Error("prod has no servers");

/** A container as it was deployed: in its own network alone. */
function asDeclared() {
  const recorded = recordedContainer("loki");
  delete recorded.container.NetworkSettings.Networks?.extra;
  return recorded;
}

function rowsAfter(change: (container: InspectedContainer) => void, more: Partial<Inspection> = {}) {
  const { declared, container, image } = asDeclared();
  change(container);
  const inspection = { containers: [container], images: [image], ours: [], directories: new Map(), ...more };
  return containerRows([declared], inspection, server as NonNullable<typeof server>);
}

function differencesAfter(change: (container: InspectedContainer) => void) {
  return rowsAfter(change).flatMap(({ differences }) => differences);
}

it("a container as it was declared is nothing to speak of", () => {
  expect(rowsAfter(() => {})).toEqual([]);
});

describe("the state of a container", () => {
  it.each([
    ["paused", {}, "is paused", "paused"],
    ["exited", { ExitCode: 0 }, "is stopped", "stopped (exit code 0)"],
    [
      "exited",
      { ExitCode: 137, OOMKilled: true },
      "was killed for want of memory",
      "stopped, killed for want of memory (exit code 137)",
    ],
    ["restarting", { ExitCode: 1 }, "is started again and again", "restarting, after exit code 1"],
    ["created", {}, "was never started", "created"],
  ])("%s", (Status, more, what, found) => {
    const [row] = rowsAfter((container) => Object.assign(container.State, { Status, ...more }));
    expect(row).toMatchObject({ what, differences: [{ setting: "state", declared: "running", found }] });
  });

  it("unhealthy, with what its check said and no password in it", () => {
    const Log = [{ Output: "GET http://admin:hunter2@127.0.0.1: 500" }];
    const [row] = rowsAfter((container) => Object.assign(container.State, { Health: { Status: "unhealthy", Log } }));
    expect(row?.what).toBe("runs and is not healthy");
    expect(row?.differences[0]?.found).toBe("unhealthy (GET http://[secret]@127.0.0.1: 500)");
  });

  it("one that is starting is nothing wrong yet", () => {
    expect(rowsAfter((container) => Object.assign(container.State, { Health: { Status: "starting" } }))).toEqual([]);
  });
});

describe("a setting that differs is named, with both values", () => {
  it.each<[string, (container: InspectedContainer) => void, object]>([
    ["memory limit", ({ HostConfig }) => (HostConfig.Memory = 734003200), { declared: "1024 MiB", found: "700 MiB" }],
    ["limit of memory and swap", ({ HostConfig }) => (HostConfig.MemorySwap = -1), { found: "unlimited" }],
    ["CPU limit", ({ HostConfig }) => (HostConfig.NanoCpus = 5e8), { declared: "none", found: "0.5 CPUs" }],
    ["CPU weight", ({ HostConfig }) => (HostConfig.CpuShares = 2), { declared: "the usual", found: "2" }],
    ["limit of processes", ({ HostConfig }) => (HostConfig.PidsLimit = 100), { declared: "none", found: "100" }],
    [
      "restart policy",
      ({ HostConfig }) => (HostConfig.RestartPolicy.Name = "no"),
      { declared: "unless-stopped", found: "no" },
    ],
    ["command", ({ Config }) => (Config.Cmd = ["-config.file=/tmp/x"]), { found: "-config.file=/tmp/x" }],
    ["entry point", ({ Config }) => (Config.Entrypoint = ["/bin/sh"]), { declared: "/usr/bin/loki", found: "/bin/sh" }],
    ["user", ({ Config }) => (Config.User = "0:0"), { declared: "10001:10001", found: "0:0" }],
    ["read-only root", ({ HostConfig }) => (HostConfig.ReadonlyRootfs = false), { declared: "yes", found: "no" }],
    ["privileged", ({ HostConfig }) => (HostConfig.Privileged = true), { declared: "no", found: "yes" }],
    [
      "added capabilities",
      ({ HostConfig }) => (HostConfig.CapAdd = ["CAP_SYS_ADMIN"]),
      { declared: "nothing", found: "SYS_ADMIN" },
    ],
    ["dropped capabilities", ({ HostConfig }) => (HostConfig.CapDrop = null), { declared: "ALL", found: "nothing" }],
    [
      "security options",
      ({ HostConfig }) => (HostConfig.SecurityOpt = null),
      { declared: "no-new-privileges", found: "nothing" },
    ],
    ["groups", ({ HostConfig }) => (HostConfig.GroupAdd = ["0"]), { declared: "nothing", found: "0" }],
    ["log driver", ({ HostConfig }) => (HostConfig.LogConfig.Type = "none"), { declared: "json-file", found: "none" }],
    [
      "log options › max-size",
      ({ HostConfig }) => (HostConfig.LogConfig.Config = { "max-file": "3", "max-size": "10g" }),
      { declared: "10m", found: "10g" },
    ],
    [
      "published ports",
      ({ HostConfig }) => (HostConfig.PortBindings = { "3100/tcp": [{ HostIp: "", HostPort: "3100" }] }),
      { found: "0.0.0.0:3100 → 3100/tcp" },
    ],
    [
      "mounts",
      ({ HostConfig }) => (HostConfig.Binds = ["/etc:/host-etc"]),
      { found: expect.stringContaining("/etc → /host-etc") },
    ],
    [
      "label monitoring.stack",
      ({ Config }) => (Config.Labels = { ...Config.Labels, "monitoring.stack": "x" }),
      { declared: "prod", found: "x" },
    ],
    [
      "label new",
      ({ Config }) => (Config.Labels = { ...Config.Labels, new: "by hand" }),
      { declared: "nothing", found: "by hand" },
    ],
    [
      "health check",
      ({ Config }) => (Config.Healthcheck = { ...Config.Healthcheck, Test: ["NONE"] }),
      { found: "NONE" },
    ],
    [
      "health check › interval",
      ({ Config }) => (Config.Healthcheck = { ...Config.Healthcheck, Interval: 60e9 }),
      { declared: "10 s", found: "60 s" },
    ],
    [
      "image",
      (container) => (container.Image = "sha256:000000000000000"),
      { found: expect.stringContaining("sha256:000000000000") },
    ],
    ["process namespace", ({ HostConfig }) => (HostConfig.PidMode = "host"), { declared: "its own", found: "host" }],
    ["DNS servers", ({ HostConfig }) => (HostConfig.Dns = ["1.1.1.1"]), { declared: "nothing", found: "1.1.1.1" }],
  ])("%s", (setting, change, difference) => {
    const differences = differencesAfter(change);
    expect(differences.map((one) => one.setting)).toEqual([setting]);
    expect(differences[0]).toMatchObject(difference);
  });

  it("environment variables, without their values", () => {
    const found = differencesAfter(({ Config }) => (Config.Env = ["PATH=/elsewhere", "TOKEN=hunter2"]));
    expect(found).toEqual([
      { setting: "environment variable PATH", declared: "set", found: "set to something else" },
      { setting: "environment variable TOKEN", declared: "not set", found: "set" },
    ]);
  });

  it("a network that it left, one that it joined, and its name in one", () => {
    const { container, declared } = recordedContainer("loki");
    const networks = (change: (all: NonNullable<InspectedContainer["NetworkSettings"]["Networks"]>) => void) => {
      const found = structuredClone(container);
      change(found.NetworkSettings.Networks ?? {});
      return settingDifferences(declared.inputs, found, undefined);
    };
    expect(networks(() => {})).toEqual([{ setting: "networks", declared: "monitoring", found: "extra, monitoring" }]);
    expect(networks((all) => delete all.monitoring)).toEqual([
      { setting: "networks", declared: "monitoring", found: "extra" },
    ]);
    const nameless = networks((all) => {
      delete all.extra;
      all.monitoring = { Aliases: null };
    });
    expect(nameless).toEqual([{ setting: "name in the network monitoring", declared: "loki", found: "nothing" }]);
  });
});

describe("which container it is", () => {
  it("one made anew by hand under the same name, identical but for its id", () => {
    expect(rowsAfter((container) => (container.Id = "another"))).toMatchObject([
      { what: "was made anew by hand (another container has its name)", differences: [] },
    ]);
  });

  it("one made anew by hand without our labels, which a deployment would not remove", () => {
    const { declared, container, image } = recordedContainer("alertmanager");
    const inspection = { containers: [container], images: [image], ours: [], directories: new Map() };
    const [row] = containerRows([declared], inspection, server);
    expect(row?.isForeign).toBe(true);
    expect(row?.what).toMatch(/^was made anew by hand \(another container has its name\), has other settings \(/);
    expect(row?.differences).toContainEqual({
      setting: "environment variable TOKEN_PASSWORD",
      declared: "not set",
      found: "set",
    });
    expect(row?.differences).toContainEqual({ setting: "memory limit", declared: "256 MiB", found: "none" });
  });

  it("one that was renamed, one that is gone, and one that nobody declared", () => {
    expect(rowsAfter((container) => (container.Name = "/other"))).toMatchObject([{ what: "was renamed to other" }]);
    expect(rowsAfter(() => {}, { containers: [] })).toMatchObject([{ what: "is gone", differences: [] }]);
    expect(rowsAfter(() => {}, { ours: ["loki", "stray"] })).toMatchObject([
      { resource: "stray", what: "carries this stack's labels, and nobody declared it" },
    ]);
  });

  it("one that reads a directory which is younger than itself", () => {
    const started = Date.parse(asDeclared().container.State.StartedAt ?? "") / 1000;
    const made = (seconds: number) => ({ directories: new Map([["/srv/monitoring/loki", Math.floor(seconds)]]) });
    expect(rowsAfter(() => {}, made(started))).toEqual([]);
    expect(rowsAfter(() => {}, made(started + 5))).toMatchObject([{ what: "reads a directory that was replaced" }]);
  });
});
