import { expect, it } from "vitest";
import { issuesOf } from "./container-issues";
import type { ContainerDetails } from "./engine";

/** A container with which nothing is wrong, but for what is told. */
function container(
  config: Partial<ContainerDetails["Config"]> = {},
  host: ContainerDetails["HostConfig"] = {},
  mounts: string[] = [],
): ContainerDetails {
  return {
    Name: "/web",
    Config: { Image: "docker.io/library/nginx:1.29.3", User: "101:101", ...config },
    HostConfig: { Privileged: false, NetworkMode: "bridge", PidMode: "", Memory: 134_217_728, ...host },
    Mounts: mounts.map((Source) => ({ Source })),
  };
}

it("finds nothing wrong with a container that is as it should be", () => {
  expect(issuesOf(container())).toEqual([]);
});

it("finds rights that reach the host", () => {
  expect(issuesOf(container({}, { Privileged: true }))).toEqual(["privileged"]);
  expect(issuesOf(container({}, { NetworkMode: "host" }))).toEqual(["host_network"]);
  expect(issuesOf(container({}, { PidMode: "host" }))).toEqual(["host_pid"]);
});

it("finds containers without a bound of memory", () => {
  expect(issuesOf(container({}, { Memory: 0 }))).toEqual(["no_memory_limit"]);
});

it.each(["", "0", "root", "0:0", "root:root", "0:1000"])("finds the user %j to be root", (User) => {
  expect(issuesOf(container({ User }))).toEqual(["root_user"]);
});

it.each(["1000", "1000:0", "nobody", "rooted", "10"])("does not take the user %j for root", (User) => {
  expect(issuesOf(container({ User }))).toEqual([]);
});

it.each(["/var/run/docker.sock", "/run/docker.sock", "/var/run", "/run/", "/"])(
  "finds Docker's socket in a mount of %s",
  (source) => {
    expect(issuesOf(container({}, {}, ["/srv/web", source]))).toEqual(["socket_mounted"]);
  },
);

it.each(["/var/lib/docker", "/run/user/1000", "/srv/run", "/var"])("does not find it in one of %s", (source) => {
  expect(issuesOf(container({}, {}, [source]))).toEqual([]);
});

it.each(["nginx", "nginx:latest", "registry.example.lan:5000/nginx", "registry.example.lan:5000/a/nginx:latest"])(
  "finds %s to be another image tomorrow",
  (Image) => {
    expect(issuesOf(container({ Image }))).toEqual(["latest_tag"]);
  },
);

const digest = "b7fd4b4c9ba2d8f0b7fd4b4c9ba2d8f0b7fd4b4c9ba2d8f0b7fd4b4c9ba2d8f0";
it.each([`nginx@sha256:${digest}`, `nginx:latest@sha256:${digest}`, `sha256:${digest}`, digest.slice(0, 12)])(
  "finds %s to stay what it is",
  (Image) => {
    expect(issuesOf(container({ Image }))).toEqual([]);
  },
);

it("knows what an older engine leaves out", () => {
  expect(issuesOf({ Name: "/a", Config: { Image: "a:1" }, HostConfig: {}, Mounts: null })).toEqual([
    "root_user",
    "no_memory_limit",
  ]);
});
