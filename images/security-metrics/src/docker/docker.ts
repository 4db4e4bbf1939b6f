import { statSync } from "node:fs";
import type { HostRoot } from "../host/host-root";
import { type HostProcess, processesOf } from "../host/processes";
import { listeningSockets } from "../host/sockets";
import { SocketOwners } from "../ports/socket-owners";
import type { Deadline } from "../scans/deadline";
import type { Finding, Sample, Scan } from "../scans/scan";
import { containerIssues, issuesOf } from "./container-issues";
import type { ContainerDetails } from "./engine";
import { readEngine } from "./engine";
import { checkEngine, engineChecks } from "./engine-checks";

const owners = new SocketOwners();

/** Looks how the Docker engine is set up, and with which rights containers run. */
export const scanDocker: Scan = async ({ host, dockerSocket, deadline }) => {
  const { info, containers } = await readEngine(dockerSocket, deadline);
  const { mode, uid, gid } = statSync(dockerSocket);
  const dockerds = enginesOf(host);
  const checks = checkEngine({
    info,
    socket: { mode, uid, gid },
    dockerGroup: dockerGroup(host),
    daemon: daemonFile(host),
    commands: dockerds.map((process) => process.argv()),
    ports: portsOf(dockerds, host, deadline),
  });
  const issues = containers.flatMap((one) => issuesOf(one).map((issue) => ({ container: nameOf(one), issue })));
  return {
    samples: [
      ...engineChecks.map(
        (check): Sample => ({ metric: "security_docker_config", labels: { check }, value: checks[check] ? 1 : 0 }),
      ),
      ...containerIssues.map(
        (issue): Sample => ({
          metric: "security_container_issues",
          labels: { issue },
          value: issues.filter((one) => one.issue === issue).length,
        }),
      ),
      ...issues.map((labels): Sample => ({ metric: "security_container_issue", labels, value: 1 })),
    ],
    findings: [
      ...engineChecks.flatMap((check): Finding[] => (checks[check] ? [] : [{ finding: "docker_config", check }])),
      ...issues.map((issue): Finding => ({ finding: "container_issue", ...issue })),
    ],
    problems: [],
  };
};

function nameOf({ Name }: ContainerDetails): string {
  return Name.replace(/^\//, "");
}

/** The engines of the host itself, not those that run in containers: they are in the network of its first process. */
function enginesOf(host: HostRoot): HostProcess[] {
  const all = processesOf(host);
  const hosts = all.find(({ pid }) => pid === 1)?.networkNamespace();
  return all.filter((process) => {
    return process.name() === "dockerd" && process.networkNamespace() === hosts;
  });
}

/** The TCP ports that the engines listen on; for lack of rights none, as what they are told to listen on is known as well. */
function portsOf(engines: HostProcess[], host: HostRoot, deadline: Deadline): number[] {
  const sockets = listeningSockets(host);
  const inodes = sockets.map(({ inode }) => inode);
  const theirs = owners.namesOf(inodes, () => engines, deadline);
  return sockets.flatMap(({ inode, port }) => (theirs.has(inode) ? [port] : []));
}

function dockerGroup(host: HostRoot): number | undefined {
  const gid = /^docker:[^:]*:(\d+):/m.exec(host.readIfThere("/etc/group") ?? "")?.[1];
  return gid === undefined ? undefined : Number(gid);
}

function daemonFile(host: HostRoot): Record<string, unknown> {
  const text = host.readIfThere("/etc/docker/daemon.json");
  if (!text?.trim()) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`/etc/docker/daemon.json is no JSON (${(error as Error).message}); Docker will not start with it.`);
  }
}
