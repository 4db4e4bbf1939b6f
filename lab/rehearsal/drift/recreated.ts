import type { Fleet } from "../fleet";

/** What Docker's API takes to make a container, as far as it is changed here. */
export interface ContainerBody {
  Image: string;
  Env: string[];
  /** Nothing where the image's own is run. */
  Cmd: string[] | null;
  User: string;
  Labels: Record<string, string>;
  Healthcheck?: { Test: string[] };
  HostConfig: {
    NetworkMode: string;
    Privileged: boolean;
    Runtime: string;
    ReadonlyRootfs: boolean;
    CapAdd: string[] | null;
    SecurityOpt: string[] | null;
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
    Mounts: { Type: string; Source: string; Target: string; ReadOnly?: boolean }[];
    LogConfig: { Type: string; Config: Record<string, string> };
  };
  NetworkingConfig: { EndpointsConfig: Record<string, { Aliases: string[] }> };
}

/**
 * Makes a container anew by hand, under the same name, over Docker's own API, which alone takes everything that a
 * container is made of.
 * @param change what is to be different; nothing: it is the same but for its id
 */
export async function recreate(
  fleet: Fleet,
  server: string,
  container: string,
  change: (body: ContainerBody) => void = () => {},
): Promise<void> {
  const { Id, Config, HostConfig, NetworkSettings } = JSON.parse(
    await fleet.on(server, `docker container inspect --format '{{json .}}' ${container}`),
  );
  const networks = Object.entries(NetworkSettings.Networks as Record<string, { Aliases: string[] | null }>).map(
    // Docker gives every container its short id as a name.
    ([name, { Aliases }]) => [name, { Aliases: (Aliases ?? []).filter((alias) => !Id.startsWith(alias)) }] as const,
  );
  const isHost = HostConfig.NetworkMode === "host";
  const body: ContainerBody = {
    ...Config,
    Hostname: isHost ? Config.Hostname : "",
    HostConfig: { ...HostConfig, NetworkMode: isHost ? "host" : networks[0]?.[0] },
    NetworkingConfig: { EndpointsConfig: isHost ? {} : Object.fromEntries(networks) },
  };
  change(body);
  const text = Buffer.from(JSON.stringify(body)).toString("base64");
  await fleet.on(
    server,
    `docker rm --force ${container} >/dev/null
     echo ${text} | base64 -d | curl --silent --show-error --fail-with-body --unix-socket /var/run/docker.sock \
       --header 'content-type: application/json' --data-binary @- 'http://docker/containers/create?name=${container}' &&
     docker start ${container}`,
  );
}
