import { expect, it, vi } from "vitest";
import type { CommandResult, Host } from "../../components/server/host";
import { HostError } from "../../components/server/host-error";
import type { Inventory, Server } from "../../stacks/inventory";
import { leastSecondsAhead, lookAt } from "./server-look";
import { checkServers } from "./servers";
import { stackOf, twoServers } from "./testing";

const names = ["node-exporter", "promtail", "prometheus", "alertmanager"];
const now = 1_800_000_000;

/** A container as Docker tells of it. */
const container = (name: string, more: object = {}) => ({
  name: `/${name}`,
  status: "running",
  health: "healthy",
  exitCode: 0,
  isOutOfMemory: false,
  restarts: 0,
  startedAt: new Date((now - 7200) * 1000).toISOString(),
  ...more,
});

/** A server that answers the look's question with these containers, or what else it is told to. */
function hostWith(containers: object[], engine = "27.1.2"): Host {
  const text = [`== engine`, engine, "== root", "/var/lib/docker", "== now", now, "== containers"];
  const stdout = Buffer.from([...text, ...containers.map((one) => JSON.stringify(one))].join("\n"));
  return hostThat(async () => ({ code: 0, stdout, stderr: "" }));
}

function hostThat(run: () => Promise<CommandResult>): Host {
  const request = () => Promise.reject(new Error("not asked"));
  return { label: "server-1 (127.0.0.1)", run, request, close: () => {} };
}

async function findings(host: Host, more: Partial<Server> = {}) {
  const [first] = twoServers().servers;
  if (!first) throw new Error("no server");
  const server = { ...first, ...more };
  const inventory: Inventory = { ...twoServers(), servers: [server] };
  const looks = new Map([[server.name, lookAt(host, inventory, server)]]);
  const found = await checkServers(stackOf(inventory, { looks }), () => {});
  return Object.fromEntries(found.map(({ what, state, says }) => [what, `${state}: ${says}`]));
}

it("is good when Docker answers and every container is healthy", async () => {
  expect(await findings(hostWith(names.map((name) => container(name))))).toEqual({
    Docker: "good: engine 27.1.2 answers",
    containers: "good: all 4 run and are healthy",
  });
});

it.each([
  [{ health: "unhealthy" }, "wrong: promtail runs and is not healthy: docker logs promtail"],
  [
    { status: "exited", exitCode: 2 },
    "wrong: promtail is stopped (exit code 2): docker logs promtail, docker start promtail",
  ],
  [
    { status: "exited", exitCode: 137, isOutOfMemory: true },
    "wrong: promtail is stopped (exit code 137, killed for want of memory): docker logs promtail, docker start promtail",
  ],
  [
    { status: "restarting", exitCode: 1 },
    "wrong: promtail is started again and again (exit code 1): docker logs promtail",
  ],
  [{ status: "paused" }, "wrong: promtail is paused: docker unpause promtail"],
  [
    { restarts: 4, startedAt: new Date((now - 30) * 1000).toISOString() },
    "wrong: promtail was started again 4 times, the last time 30 s ago: docker logs promtail",
  ],
  [{ health: "starting" }, "unknown: promtail is still starting: ask again in a minute"],
  [{ health: null }, "good: all 4 run and are healthy"],
  [{ restarts: 4 }, "good: all 4 run and are healthy"],
])("of a container with %o it says so", async (more, says) => {
  const containers = names.map((name) => container(name, name === "promtail" ? more : {}));
  expect((await findings(hostWith(containers))).containers).toBe(says);
});

it("says that a container is gone, and how it comes back", async () => {
  const { containers } = await findings(hostWith(names.slice(1).map((name) => container(name))));
  expect(containers).toBe("wrong: node-exporter is not there: npm start -- --stack trial");
});

it("says what is wrong with Docker, and nothing of containers", async () => {
  const found = await findings(hostWith([], "permission denied while trying to connect to the Docker daemon socket"));
  expect(Object.keys(found)).toEqual(["Docker"]);
  expect(found.Docker).toMatch("wrong: you may not use Docker there");
});

it("says in one line that a server is away", async () => {
  const away = new HostError("server-1 (127.0.0.1): no answer on SSH port 22 within 15 s.");
  const found = await findings(hostThat(() => Promise.reject(away)));
  expect(Object.keys(found)).toEqual(["SSH"]);
  expect(found.SSH).toMatch("wrong: server-1 (127.0.0.1): no answer on SSH port 22 within 15 s. Its Docker");
});

it.each([
  [0, "good: within 5 s of this machine's"],
  [4, "good: within 5 s of this machine's"],
  [300, "wrong: 300 s ahead of this machine's: timedatectl, chronyc makestep there; if every server says so, here"],
  [-300, "wrong: 300 s behind this machine's: timedatectl, chronyc makestep there; if every server says so, here"],
])("a clock that is %d s ahead: %s", async (ahead, says) => {
  vi.useFakeTimers({ now: now * 1000 });
  try {
    const told = hostThat(async () => ({
      code: 0,
      stdout: Buffer.from(`${now + ahead - (ahead < 0 ? 1 : 0)}\n`),
      stderr: "",
    }));
    expect((await findings(told, { ssh: { user: "monitoring", port: 22 } })).clock).toBe(says);
  } finally {
    vi.useRealTimers();
  }
});

it.each([
  [100, 99.5, 100.5, 0],
  [100, 100.9, 100.95, 0],
  [100, 101.5, 110, -0.5],
  [120, 99, 110, 10],
])("of %d s, told between %d and %d, the clock is off by %d s at the least", (told, asked, answered, seconds) => {
  expect(leastSecondsAhead(told, asked, answered)).toBe(seconds);
});
