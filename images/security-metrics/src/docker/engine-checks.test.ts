import { expect, it } from "vitest";
import { checkEngine, type EngineSetup } from "./engine-checks";

/** An engine that is set up as it should be, but for what is told. */
function check(setup: Partial<EngineSetup> = {}) {
  return checkEngine({
    info: {
      LiveRestoreEnabled: true,
      LoggingDriver: "json-file",
      SecurityOptions: ["name=apparmor", "name=seccomp,profile=builtin", "name=userns", "name=cgroupns"],
      Warnings: ["WARNING: No swap limit support"],
    },
    socket: { mode: 0o140660, uid: 0, gid: 998 },
    dockerGroup: 998,
    daemon: { "log-opts": { "max-size": "10m", "max-file": "3" } },
    commands: [["/usr/bin/dockerd", "-H", "fd://", "--containerd=/run/containerd/containerd.sock"]],
    ports: [],
    ...setup,
  });
}

const good = { socket_mode: true, tcp_api: true, userns: true, live_restore: true, log_limits: true };

it("finds nothing wrong with an engine that is as it should be", () => {
  expect(check()).toEqual(good);
});

it("finds everything wrong with one that nobody has set up", () => {
  expect(
    check({
      info: { LiveRestoreEnabled: false, LoggingDriver: "json-file", SecurityOptions: null, Warnings: null },
      socket: { mode: 0o140666, uid: 0, gid: 0 },
      daemon: {},
      commands: [["dockerd", "-H", "tcp://0.0.0.0:2375"]],
    }),
  ).toEqual({ socket_mode: false, tcp_api: false, userns: false, live_restore: false, log_limits: false });
});

it.each([
  ["of root and the group docker", { mode: 0o140660, uid: 0, gid: 998 }, true],
  ["of root alone", { mode: 0o140600, uid: 0, gid: 0 }, true],
  ["that everybody may write", { mode: 0o140666, uid: 0, gid: 998 }, false],
  ["that everybody may read", { mode: 0o140664, uid: 0, gid: 998 }, false],
  ["of a user", { mode: 0o140660, uid: 1000, gid: 998 }, false],
  ["of another group", { mode: 0o140660, uid: 0, gid: 100 }, false],
])("judges a socket %s", (_, socket, isGood) => {
  expect(check({ socket }).socket_mode).toBe(isGood);
});

it("a group docker that is not there makes no other group right", () => {
  expect(check({ dockerGroup: undefined, socket: { mode: 0o140660, uid: 0, gid: 998 } }).socket_mode).toBe(false);
});

it.each<[string, Partial<EngineSetup>]>([
  ["its command line", { commands: [["dockerd", "-H", "fd://", "-H", "tcp://10.0.0.84:2376"]] }],
  ["its command line in other spellings", { commands: [["dockerd", "--host=tcp://10.0.0.84:2376"]] }],
  ["its command line in one word", { commands: [["dockerd", "-Htcp://10.0.0.84:2376"]] }],
  ["its file", { daemon: { hosts: ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2375"] } }],
  ["a port that it listens on", { ports: [7946, 2375] }],
  [
    "what it complains of itself",
    { info: { Warnings: ["WARNING: API is accessible on http://0.0.0.0:2375 without encryption.\n   Access …"] } },
  ],
])("finds Docker's interface open to the network by %s", (_, setup) => {
  expect(check(setup).tcp_api).toBe(false);
});

it("ports of containers and of a swarm are not Docker's interface", () => {
  expect(check({ ports: [80, 2377, 7946, 9323] }).tcp_api).toBe(true);
});

it("a rootless engine needs no user namespaces of its own", () => {
  expect(check({ info: { SecurityOptions: ["name=rootless"] } }).userns).toBe(true);
  expect(check({ info: { SecurityOptions: ["name=usernsx"] } }).userns).toBe(false);
});

it.each<[string, boolean, Partial<EngineSetup>]>([
  ["a file without a bound", false, { daemon: {} }],
  ["a file with a number of files alone", false, { daemon: { "log-opts": { "max-file": "3" } } }],
  ["a file that was told to have no bound", false, { daemon: { "log-opts": { "max-size": "-1" } } }],
  [
    "a file with a bound by the command line",
    true,
    { daemon: {}, commands: [["dockerd", "--log-opt", "max-size=1m"]] },
  ],
  ["a driver with a bound of its own", true, { daemon: {}, info: { LoggingDriver: "local" } }],
  ["the journal", true, { daemon: {}, info: { LoggingDriver: "journald" } }],
])("judges %s", (_, isGood, setup) => {
  const { info = { LoggingDriver: "json-file" } } = setup;
  expect(check({ ...setup, info }).log_limits).toBe(isGood);
});
