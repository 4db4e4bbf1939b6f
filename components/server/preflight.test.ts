import { describe, expect, it } from "vitest";
import type { Server } from "../../stacks/inventory";
import { listeningPorts } from "./listening-ports";
import { diskProblems, engineProblem, networkProblems } from "./preflight";

const here = { name: "server-1" } as Server;
const remote = { name: "server-1", ssh: { user: "ops", port: 22 } } as Server;

describe("the Docker engine", () => {
  it.each(["20.10.24", "20.10.24+dfsg1", "24.0.7", "29.1.0"])("%s will do", (version) => {
    expect(engineProblem([version], here)).toBeUndefined();
  });

  it.each(["20.9.1", "19.03.15", "1.13.1"])("%s is too old", (version) => {
    expect(engineProblem([version], here)).toContain(`is ${version}, too old: 20.10 or newer`);
  });

  it("does not answer, may not be asked, is not there: each says what to do", () => {
    expect(engineProblem(["Cannot connect to the Docker daemon at unix:///x."], here)).toContain("set DOCKER_HOST");
    expect(engineProblem(["permission denied while trying to connect"], remote)).toContain("usermod -aG docker ops");
    expect(engineProblem(["sh: 1: docker: not found"], remote)).toContain(
      "install Docker 20.10 or newer on that server",
    );
    expect(engineProblem([], remote)).toContain("no Docker engine answers");
  });
});

it("a disk that is nearly full is told with what is free, another and one that cannot be asked are not", () => {
  const server = { directory: "/srv/monitoring" } as Server;
  expect(diskProblems(["3"], server)).toEqual([
    expect.stringMatching(/^only 3 MiB are free on the disk of \/srv\/monitoring, .*docker system df/),
  ]);
  expect([diskProblems(["64"], server), diskProblems([], server), diskProblems([""], server)]).toEqual([[], [], []]);
});

describe("Docker networks", () => {
  const server = { name: "server-1", subnet: "172.31.255.0/24" } as Server;

  it("of others that overlap with the server's subnet are named, with the way out", () => {
    const [problem, ...more] = networkProblems(
      ["|bridge|172.17.0.0/16 ", "other|theirs|172.31.0.0/16 "],
      server,
      "prod",
    );
    expect(problem).toContain("172.31.255.0/24 overlaps with 172.31.0.0/16 of the Docker network theirs");
    expect(problem).toContain("Give server-1 another subnet in stacks/prod.ts");
    expect(more).toEqual([]);
  });

  it("of the stack itself, and those that have no subnet, are none of it", () => {
    expect(networkProblems(["prod|monitoring|172.31.255.0/24 ", "|odd|", ""], server, "prod")).toEqual([]);
  });
});

describe("ports that somebody listens on", () => {
  const row = (local: string, state: string) =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 1`;

  it("at the server's address, at all addresses, over IPv6 and mapped IPv4", () => {
    const lines = [
      "  sl  local_address rem_address   st",
      row("5000000A:238C", "0A"),
      row("00000000:1F90", "0A"),
      row(`${"0".repeat(32)}:0C1C`, "0A"),
      row("0000000000000000FFFF00005000000A:0BBA", "0A"),
    ];
    expect([...listeningPorts(lines, "10.0.0.80")]).toEqual([9100, 8080, 3100, 3002]);
  });

  it("not at another address, and not a connection", () => {
    expect([...listeningPorts([row("0100007F:238C", "0A"), row("5000000A:238C", "01")], "10.0.0.80")]).toEqual([]);
  });
});
