import type { EngineInfo } from "./engine";

export const engineChecks = ["socket_mode", "tcp_api", "userns", "live_restore", "log_limits"] as const;
export type EngineCheck = (typeof engineChecks)[number];

/** What is known of an engine besides what it tells itself. */
export interface EngineSetup {
  info: EngineInfo;
  socket: { mode: number; uid: number; gid: number };
  /** Id of the group `docker`; nothing where there is none. */
  dockerGroup: number | undefined;
  /** `/etc/docker/daemon.json`; empty where there is none. */
  daemon: { hosts?: unknown; "log-opts"?: unknown };
  /** Command lines of dockerd, word by word. */
  commands: string[][];
  /** TCP ports that dockerd listens on. */
  ports: number[];
}

/** What Docker's interface is offered at over TCP, without and with certificates. */
const apiPorts = [2375, 2376];
/** Drivers that keep all there is unless told otherwise; the others have a bound of their own, or keep nothing here. */
const unboundedDrivers = ["json-file"];

/**
 * The points of the CIS Docker Benchmark that can be read, each true when it is as it should be: 3.15 and 3.16 owner and mode
 * of the socket, 2.7 no interface over TCP, 2.9 user namespaces, 2.14 live restore; and logs that cannot fill the disk.
 */
export function checkEngine(setup: EngineSetup): Record<EngineCheck, boolean> {
  const { info, socket, dockerGroup } = setup;
  const options = info.SecurityOptions ?? [];
  return {
    socket_mode: (socket.mode & 0o117) === 0 && socket.uid === 0 && (socket.gid === 0 || socket.gid === dockerGroup),
    tcp_api: !listensOnTcp(setup),
    userns: options.some((option) => /^name=(?:userns|rootless)(?:,|$)/.test(option)),
    live_restore: info.LiveRestoreEnabled === true,
    log_limits: hasLogLimits(setup),
  };
}

function listensOnTcp({ info, daemon, commands, ports }: EngineSetup): boolean {
  const hosts = Array.isArray(daemon.hosts) ? daemon.hosts : [];
  return (
    hosts.some((host) => String(host).startsWith("tcp://")) ||
    commands.some((words) => optionsOf(words, ["-H", "--host", "--hosts"]).some((host) => host.startsWith("tcp://"))) ||
    (info.Warnings ?? []).some((warning) => /API is accessible on (?:http|tcp)/.test(warning)) ||
    ports.some((port) => apiPorts.includes(port))
  );
}

function hasLogLimits({ info, daemon, commands }: EngineSetup): boolean {
  if (!unboundedDrivers.includes(info.LoggingDriver ?? "")) return true;
  const declared = (daemon["log-opts"] ?? {}) as Record<string, unknown>;
  const limits = [
    declared["max-size"],
    ...commands.flatMap((words) =>
      optionsOf(words, ["--log-opt", "--log-opts"]).map((option) => /^max-size=(.+)$/.exec(option)?.[1]),
    ),
  ];
  return limits.some((limit) => limit !== undefined && limit !== "" && String(limit) !== "-1");
}

/** The values of an option that may be written as `--host X`, `--host=X` or `-HX`. */
function optionsOf(words: string[], names: string[]): string[] {
  return words.flatMap((word, index) => {
    if (names.includes(word)) return [words[index + 1] ?? ""];
    const [name = "", ...value] = word.split("=");
    if (names.includes(name)) return [value.join("=")];
    return names.includes("-H") && /^-H./.test(word) ? [word.slice(2)] : [];
  });
}
