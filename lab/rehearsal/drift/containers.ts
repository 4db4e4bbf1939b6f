import type { DriftInjection, InjectedDrift, UnseenDrift } from "../drift-row";
import type { Fleet } from "../fleet";
import { type ContainerBody, recreate } from "./recreated";

/** A row before it is decided on which server it is done. */
type Unplaced = Omit<InjectedDrift, "server"> | UnseenDrift;

/** The same container on three servers, so that three rows can be done at once. One of them has Docker's own rows too. */
const servers = ["server-80", "server-84", "server-82", "server-80", "server-84"] as const;
const container = "cadvisor";
const on = (script: string) => (fleet: Fleet, server: string) => fleet.on(server, script);
const says = (what: RegExp, differences: Record<string, RegExp> = {}) => [
  { type: "container", resource: container, what, differences },
];
const settings = (...names: string[]) => new RegExp(`has other settings \\(${names.join(", ")}\\)`);

/** Done to the container that is there. */
function done(drift: string, script: string, what: RegExp, differences: Record<string, RegExp> = {}) {
  return { drift: `container ${drift}`, inject: on(script), says: says(what, differences) };
}

/** Made anew by hand, with one thing otherwise. */
function anew(
  drift: string,
  change: (body: ContainerBody) => void,
  what: RegExp,
  differences: Record<string, RegExp> = {},
) {
  return {
    drift: `container made anew by hand, ${drift}`,
    inject: (fleet: Fleet, server: string) => recreate(fleet, server, container, change),
    says: says(new RegExp(`^was made anew by hand.*${what.source}`), differences),
  };
}

const rows: Unplaced[] = [
  done("removed", `docker rm --force ${container}`, /^is gone$/),
  done("stopped", `docker stop ${container}`, /^is stopped$/, { state: /^stopped \(exit code \d+\)$/ }),
  done("killed", `docker kill ${container}`, /^is stopped$/, { state: /exit code 137/ }),
  done("paused", `docker pause ${container}`, /^is paused$/, { state: /^paused$/ }),
  done(
    "killed for want of memory, and not started again",
    `docker stop ${container}; docker update --restart no --memory 6m --memory-swap 6m ${container}
     docker start ${container} || true; sleep 5`,
    /^was killed for want of memory/,
    { "memory limit": /^6 MiB$/, "restart policy": /^no$/, state: /want of memory/ },
  ),
  done("renamed", `docker rename ${container} ${container}-old`, /^was renamed to cadvisor-old$/),
  {
    ...done(
      "hanging, so that its health check fails",
      `kill -STOP $(docker container inspect --format '{{.State.Pid}}' ${container})
       for second in $(seq 150); do
         [ "$(docker container inspect --format '{{.State.Health.Status}}' ${container})" = unhealthy ] && exit 0; sleep 1
       done; exit 1`,
      /^runs and is not healthy$/,
      { health: /^unhealthy/ },
    ),
    isRestless: true,
  },
  done(
    "with another memory limit",
    `docker update --memory 700m --memory-swap 700m ${container}`,
    settings("memory limit", "limit of memory and swap"),
    {
      "memory limit": /^700 MiB$/,
    },
  ),
  done("with another restart policy", `docker update --restart no ${container}`, settings("restart policy"), {
    "restart policy": /^no$/,
  }),
  done("with a CPU limit", `docker update --cpus 0.5 ${container}`, settings("CPU limit"), {
    "CPU limit": /^0.5 CPUs$/,
  }),
  {
    ...done(
      "with a limit of processes",
      `docker update --pids-limit 500 ${container}`,
      settings("limit of processes"),
      {
        "limit of processes": /^500$/,
      },
    ),
    repaired: false,
    byHand: on(`docker update --pids-limit -1 ${container}`),
  },
  done("disconnected from its network", `docker network disconnect monitoring ${container}`, settings("networks"), {
    networks: /^nothing$/,
  }),
  {
    ...done(
      "connected to another network",
      `docker network create by-hand; docker network connect by-hand ${container}`,
      settings("networks"),
      {
        networks: /by-hand/,
      },
    ),
    byHand: on(`docker network disconnect by-hand ${container}; docker network rm by-hand`),
  },
  anew("identical", () => {}, /another container has its name\)$/),
  anew("with another environment", ({ Env }) => Env.push("TOKEN=hunter2"), settings("environment variable"), {
    "environment variable TOKEN": /^set$/,
  }),
  {
    ...anew(
      "from another image",
      (body) => {
        body.Image = "by-hand:1";
      },
      settings("image"),
      { image: /by-hand:1/ },
    ),
    inject: async (fleet, server) => {
      await fleet.on(server, `docker commit --pause=false ${container} by-hand:1`);
      await recreate(fleet, server, container, (body) => {
        body.Image = "by-hand:1";
      });
    },
  },
  anew(
    "with another command",
    (body) => {
      body.Cmd = [...(body.Cmd ?? []), "--v=1"];
    },
    settings("command"),
    { command: /--v=1/ },
  ),
  anew(
    "published on every address",
    ({ HostConfig }) => {
      for (const bindings of Object.values(HostConfig.PortBindings)) for (const one of bindings) one.HostIp = "0.0.0.0";
    },
    settings("published ports"),
    { "published ports": /^0\.0\.0\.0:80/ },
  ),
  anew(
    "with another label",
    ({ Labels }) => {
      Labels["by.hand"] = "yes";
    },
    settings("label"),
    { "label by.hand": /^yes$/ },
  ),
  anew(
    "with another mount",
    ({ HostConfig }) => HostConfig.Mounts.push({ Type: "bind", Source: "/etc", Target: "/by-hand" }),
    settings("mounts"),
    { mounts: /\/etc → \/by-hand/ },
  ),
  anew(
    "with other log settings",
    ({ HostConfig }) => {
      HostConfig.LogConfig.Config["max-size"] = "10g";
    },
    settings("log options"),
    { "log options › max-size": /^10g$/ },
  ),
  anew(
    "privileged",
    ({ HostConfig }) => {
      HostConfig.Privileged = true;
      // As far as the lab's machine lets one be privileged.
      HostConfig.Runtime = "within-bounds";
    },
    /privileged/,
    { privileged: /^yes$/ },
  ),
  anew(
    "with a capability more",
    ({ HostConfig }) => {
      HostConfig.CapAdd = [...(HostConfig.CapAdd ?? []), "CAP_NET_ADMIN"];
    },
    settings("added capabilities"),
    { "added capabilities": /NET_ADMIN/ },
  ),
  anew(
    "with a root that it can write to",
    ({ HostConfig }) => {
      HostConfig.ReadonlyRootfs = false;
    },
    settings("read-only root"),
    { "read-only root": /^no$/ },
  ),
  anew(
    "as another user",
    (body) => {
      body.User = "65534:65534";
    },
    settings("user"),
    { user: /^65534:65534$/ },
  ),
  anew(
    "without a health check",
    (body) => {
      body.Healthcheck = { Test: ["NONE"] };
    },
    settings("health check"),
    { "health check": /NONE/ },
  ),
  {
    drift: "container made anew by hand without our labels, which is somebody else's to a deployment",
    inject: (fleet, server) =>
      recreate(fleet, server, container, (body) => {
        body.Labels = {};
      }),
    says: says(/^was made anew by hand .*label/, { "label monitoring.stack": /^nothing$/ }),
    repaired: false,
    byHand: on(`docker rm --force ${container}`),
  },
  {
    drift: "container of nobody with this stack's labels",
    inject: (fleet, server) =>
      fleet.on(
        server,
        `docker run --detach --name stray --label monitoring.stack=prod --label monitoring.server=${server} \
           --entrypoint /bin/sh $(docker container inspect --format '{{.Image}}' ${container}) -c 'sleep 3600'`,
      ),
    says: [{ type: "container", resource: "stray", what: /nobody declared it$/ }],
    repaired: false,
    byHand: on("docker rm --force stray"),
  },
  {
    drift: "a limit of open files set in a running container's process from outside (prlimit)",
    cannot: "neither Docker nor a file has it: the kernel alone does, until the container is started again",
  },
  {
    drift: "a file edited in a container's own /tmp",
    cannot: "everything else in it is read-only; what is in /tmp is the service's own, and gone with the next start",
  },
];

/** What people do to containers. */
export const containerDrifts: DriftInjection[] = rows.map((row, index) => {
  return "cannot" in row ? row : { ...row, server: servers[index % servers.length] ?? servers[0] };
});
