import { expect, it } from "vitest";
import type { CommandResult, Host } from "../server/host";
import { look, provider, type RunningContainerInputs, repairs } from "./running-container-provider";

const inputs: RunningContainerInputs = {
  connection: { server: "server-84", address: "10.0.0.84" },
  container: "loki",
  networks: { monitoring: ["loki"] },
  directories: ["/srv/monitoring/loki"],
  condition: "running",
  replaced: [],
};
const right = { condition: "running", networks: { monitoring: ["loki"] }, replaced: [] };
const started = "2026-11-24T14:50:40.877286617Z";
const startedSeconds = Math.floor(Date.parse(started) / 1000);

/** A server on which Docker says this of the container, and `stat` that of its directory. */
function hostSaying(line: string, made = startedSeconds): Host {
  const answer: CommandResult = { code: 0, stdout: Buffer.from(`${line}\n${made} /srv/monitoring/loki\n`), stderr: "" };
  return {
    label: "server-84 (10.0.0.84)",
    run: async () => answer,
    request: () => Promise.reject(new Error("not asked")),
    close: () => {},
  };
}

const networks = '{"monitoring":{"Aliases":["loki","11a0a6419265"]}}';

it("a container that does its work is seen as it was declared, starting or not", async () => {
  expect(await look(hostSaying(`running|healthy|${started}|${networks}`), inputs)).toEqual(right);
  expect(await look(hostSaying(`running|starting|${started}|${networks}`), inputs)).toEqual(right);
  expect(repairs(inputs, right)).toEqual([]);
});

it.each([
  ["paused", `paused|healthy|${started}|${networks}`, ["docker unpause 'loki'"]],
  ["stopped", `exited|unhealthy|${started}|${networks}`, ["docker start 'loki'"]],
  ["unhealthy", `running|unhealthy|${started}|${networks}`, ["docker restart --time 30 'loki'"]],
  [
    "in another network",
    `running|healthy|${started}|{"monitoring":{"Aliases":["loki"]},"extra":{"Aliases":null}}`,
    ["docker network disconnect 'extra' 'loki'"],
  ],
  ["in no network", `running|healthy|${started}|{}`, ["docker network connect --alias 'loki' 'monitoring' 'loki'"]],
  [
    "without its name in the network",
    `running|healthy|${started}|{"monitoring":{"Aliases":null}}`,
    ["docker network disconnect 'monitoring' 'loki'", "docker network connect --alias 'loki' 'monitoring' 'loki'"],
  ],
])("%s is drift, and put right by no more than it takes", async (_, line, commands) => {
  const seen = await look(hostSaying(line), inputs);
  const { changes } = await provider.diff("server-84/loki", { ...inputs, ...seen }, inputs);
  expect(changes).toBe(true);
  expect(repairs(inputs, seen)).toEqual(commands);
});

it("a directory that is younger than the container is not the one that it sees", async () => {
  const line = `running|healthy|${started}|${networks}`;
  const seen = await look(hostSaying(line, startedSeconds + 1), inputs);
  expect(seen.replaced).toEqual(["/srv/monitoring/loki"]);
  expect(repairs(inputs, seen)).toEqual(["docker restart --time 30 'loki'"]);
  // A stopped one will see the new one.
  expect((await look(hostSaying(line.replace("running", "exited"), startedSeconds + 1), inputs)).replaced).toEqual([]);
});

it("a container that is gone is its own resource's business; one that cannot be looked at is an error", async () => {
  const failing = (stderr: string): Host => ({
    ...hostSaying(""),
    run: async () => ({ code: 3, stdout: Buffer.from(""), stderr }),
  });
  const gone = await look(failing("Error: No such container: loki"), inputs);
  expect(gone.condition).toBe("gone");
  expect(repairs(inputs, gone)).toEqual([]);
  await expect(look(failing("Cannot connect to the Docker daemon"), inputs)).rejects.toThrow(
    "server-84 (10.0.0.84): loki cannot be looked at: Cannot connect to the Docker daemon",
  );
});

it("as declared, there is nothing to do; on another server, it is another one", async () => {
  expect((await provider.diff("", { ...inputs }, inputs)).changes).toBe(false);
  const elsewhere = { ...inputs, connection: { server: "server-81", address: "10.0.0.81" } };
  expect((await provider.diff("", inputs, elsewhere)).replaces).toEqual(["connection", "container"]);
});
