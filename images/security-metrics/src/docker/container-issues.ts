import type { ContainerDetails } from "./engine";

export const containerIssues = [
  "privileged",
  "root_user",
  "host_network",
  "host_pid",
  "socket_mounted",
  "no_memory_limit",
  "latest_tag",
] as const;
export type ContainerIssue = (typeof containerIssues)[number];

/** The socket, by both of its names, and the folders above it: who has one of these mounted can use it. */
const socketPlaces = new Set(["/", "/run", "/run/docker.sock", "/var/run", "/var/run/docker.sock"]);

/**
 * What is wrong with a container, after sections 4 and 5 of the CIS Docker Benchmark: 5.5 privileged, 4.1 root, 5.10 and 5.16
 * namespaces of the host, 5.32 Docker's socket, 5.11 memory; and an image that is another one tomorrow.
 */
export function issuesOf({ Config, HostConfig, Mounts }: ContainerDetails): ContainerIssue[] {
  const found: Record<ContainerIssue, boolean> = {
    privileged: HostConfig.Privileged === true,
    root_user: /^(?:|0|root)(?::.*)?$/.test(Config.User ?? ""),
    host_network: HostConfig.NetworkMode === "host",
    host_pid: HostConfig.PidMode === "host",
    socket_mounted: (Mounts ?? []).some(({ Source = "" }) => socketPlaces.has(Source.replace(/(?<=.)\/+$/, ""))),
    no_memory_limit: !HostConfig.Memory,
    latest_tag: isLatest(Config.Image),
  };
  return containerIssues.filter((issue) => found[issue]);
}

/** `nginx` and `nginx:latest`, but no image that is named by its digest or id. */
function isLatest(image: string): boolean {
  if (/^(?:sha256:)?[0-9a-f]{12,64}$/.test(image)) return false;
  // Behind a digest, no tag matters.
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? "latest";
  return tag === "latest";
}
