import { chmodSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, expect, it } from "vitest";
import { linesOf, TrialHost } from "../scans/trial-host";
import { scanDocker } from "./docker";

let host: TrialHost;
let server: Server;
let asked: string[];
let answers: Record<string, unknown>;

const id = "3f0c1d2e4b5a69788796a5b4c3d2e1f03f0c1d2e4b5a69788796a5b4c3d2e1f0";
const gone = "aaaa1d2e4b5a69788796a5b4c3d2e1f03f0c1d2e4b5a69788796a5b4c3d2e1f0";

/** Answers as an engine does, in as much as is looked at. */
beforeEach(async () => {
  host = new TrialHost();
  host.folder("/run").write("/proc/1/comm", "systemd\n").write("/proc/1/net/tcp", "").write("/etc/group", "");
  asked = [];
  answers = {
    "/info": {
      LiveRestoreEnabled: false,
      LoggingDriver: "json-file",
      SecurityOptions: ["name=seccomp,profile=builtin"],
      Warnings: null,
    },
    "/containers/json": [{ Id: id }, { Id: gone }],
    [`/containers/${id}/json`]: {
      Name: "/web",
      Config: { Image: "nginx", User: "" },
      HostConfig: { Privileged: true, NetworkMode: "bridge", PidMode: "", Memory: 0 },
      Mounts: [],
    },
  };
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? { message: "No such container" }));
  });
  await new Promise<void>((resolve) => server.listen(host.at("/run/docker.sock"), resolve));
  chmodSync(host.at("/run/docker.sock"), 0o660);
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  host.remove();
});

const scan = async () => scanDocker(host.context());

it("shows how the engine is set up, and what is wrong with each container", async () => {
  const lines = linesOf(await scan());
  expect(lines).toEqual(
    expect.arrayContaining([
      'security_docker_config{check="tcp_api"} 1',
      'security_docker_config{check="userns"} 0',
      'security_docker_config{check="live_restore"} 0',
      'security_docker_config{check="log_limits"} 0',
      'security_container_issues{issue="privileged"} 1',
      'security_container_issues{issue="root_user"} 1',
      'security_container_issues{issue="host_network"} 0',
      'security_container_issues{issue="no_memory_limit"} 1',
      'security_container_issues{issue="latest_tag"} 1',
      'security_container_issue{container="web",issue="privileged"} 1',
    ]),
  );
  expect(lines.filter((line) => line.startsWith("security_container_issue{"))).toHaveLength(4);
});

it("only asks, and copes with a container that is gone meanwhile", async () => {
  await scan();
  expect(asked).toEqual([
    "GET /info",
    "GET /containers/json",
    `GET /containers/${id}/json`,
    `GET /containers/${gone}/json`,
  ]);
});

it.runIf(process.getuid?.() === 0)("looks at the socket itself", async () => {
  const mode = async () => linesOf(await scan()).find((line) => line.includes("socket_mode"));
  expect(await mode()).toMatch(/ 1$/);
  chmodSync(host.at("/run/docker.sock"), 0o666);
  expect(await mode()).toMatch(/ 0$/);
});

it("looks at the engine's file, its command line and its ports", async () => {
  const tcp = async () => linesOf(await scan()).find((line) => line.includes("tcp_api"));
  expect(await tcp()).toMatch(/ 1$/);
  host.write("/etc/docker/daemon.json", '{ "hosts": ["tcp://0.0.0.0:2375"] }');
  expect(await tcp()).toMatch(/ 0$/);
  host.write("/etc/docker/daemon.json", "{}");
  host.process(600, { comm: "dockerd\n", cmdline: "dockerd\0-H\0fd://\0-H\0tcp://0.0.0.0:2376\0" });
  expect(await tcp()).toMatch(/ 0$/);
  host.write("/proc/600/cmdline", "dockerd\0-H\0fd://\0").link("/proc/600/fd/9", "socket:[77]");
  expect(await tcp()).toMatch(/ 1$/);
  host.write("/proc/1/net/tcp", "   0: 00000000:0947 00000000:0000 0A 0:0 00:0 0     0        0 77 1 0\n");
  expect(await tcp()).toMatch(/ 0$/);
});

it("an engine that runs in a container is not the host's", async () => {
  host.link("/proc/1/ns/net", "net:[4026531840]");
  host.process(600, { comm: "dockerd\n", cmdline: "dockerd\0-H\0tcp://0.0.0.0:2375\0", "ns/net": "net:[4026532500]" });
  expect(linesOf(await scan())).toContain('security_docker_config{check="tcp_api"} 1');
});

it("fails with the socket's name when no engine answers, or not as one", async () => {
  answers["/info"] = "<html>";
  await expect(scan()).rejects.toThrow(`${host.at("/run/docker.sock")}: GET /info: the answer is no JSON`);
  await new Promise((resolve) => server.close(resolve));
  await expect(scan()).rejects.toThrow(/docker\.sock: GET \/info: connect E/);
  server = createServer();
});

it("fails when the engine's file is no JSON", async () => {
  host.write("/etc/docker/daemon.json", "{ hosts: }");
  await expect(scan()).rejects.toThrow("/etc/docker/daemon.json is no JSON");
});
