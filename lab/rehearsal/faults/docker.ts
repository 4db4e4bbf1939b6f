import { pause } from "../../pause";
import type { FaultRow } from "../fault-row";
import { expectSaid, type Fleet, Unexpected, until } from "../fleet";
import { leavesOut } from "./left-out";

const server = "server-82";
const onServer = (script: string) => (fleet: Fleet) => fleet.on(server, script);
const dockerd = "$(cat /run/docker.pid)";
const stop = `touch /run/docker.off; pid=${dockerd}; kill $pid; while [ -e /proc/$pid ]; do sleep 0.2; done`;
const start =
  "rm -f /run/docker.off; for n in $(seq 60); do docker info >/dev/null 2>&1 && exit 0; sleep 1; done; exit 1";
const node = process.execPath;
const listener = `timeout 900 ${node} -e 'require("net").createServer().listen(8080, "10.0.0.82")'`;
/** Answers as a registry that has no image. */
const emptyRegistry = `timeout 900 ${node} -e 'require("http").createServer((request, answer) => {
  answer.writeHead(request.url === "/v2/" ? 200 : 404, { "content-type": "application/json" });
  answer.end(JSON.stringify({ errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] }));
}).listen(5000, "127.0.0.1")'`;

/** All containers of ours run, with what was deployed. */
const allRun = (fleet: Fleet) =>
  until("its containers run again", 90, async () => {
    const states = await fleet.on(
      server,
      "docker ps --all --filter label=monitoring.stack --format '{{.State}}' | sort -u",
    );
    return states === "running" || undefined;
  });

/** Docker, its disk, its ports, its names and where it gets images. */
export const dockerFaults: FaultRow[] = [
  leavesOut({
    fault: `dockerd of ${server} is stopped`,
    server,
    cause: onServer(stop),
    end: async (fleet) => {
      await onServer(start)(fleet);
      await allRun(fleet);
    },
    says: /server-82 \(10\.0\.0\.82\): no Docker engine answers \(.*\)\. Start one on that server\./,
  }),
  leavesOut({
    fault: `dockerd of ${server} hangs`,
    server,
    cause: onServer(`kill -STOP ${dockerd}`),
    end: onServer(`kill -CONT ${dockerd}`),
    says: /server-82 \(10\.0\.0\.82\): no Docker engine answers \(no answer within 15 s\)/,
  }),
  {
    fault: `dockerd of ${server} is restarted in the middle of \`npm run up\``,
    refresh: true,
    end: async (fleet) => {
      await onServer(start)(fleet);
      await allRun(fleet).catch(() => {});
    },
    look: async (fleet) => {
      fleet.change();
      fleet.replaceContainers();
      const others = fleet.others(server);
      const up = fleet.startCommand("up");
      await up.until(/Deploy the stack prod/, 90);
      await until(
        "something is deployed",
        120,
        async () => (await Promise.all(others.map((name) => fleet.hasChange(name)))).some(Boolean) || undefined,
      );
      await onServer(stop)(fleet);
      await pause(2);
      await onServer(start)(fleet);
      const answer = await up.answer();
      await fleet.haveChange(...others);
      // Whether it falls into a call of the engine's is chance.
      if (answer.code === 0) return expectSaid(answer, 0, /Deployed to .*server-82/);
      return expectSaid(answer, 1, /server-82/);
    },
  },
  leavesOut({
    fault: `the disk of ${server} is full`,
    server,
    // The folder's contents on a small disk of their own, filled to the last byte.
    cause: onServer(`cp -a /srv/monitoring /run/monitoring && mount -t tmpfs -o size=2m tmpfs /srv/monitoring &&
      chown --reference=/run/monitoring /srv/monitoring && cp -a /run/monitoring/. /srv/monitoring/ &&
      { cat /dev/zero > /srv/monitoring/full 2>/dev/null || true; }`),
    end: onServer("umount /srv/monitoring && rm -r /run/monitoring"),
    says: /server-82 \(10\.0\.0\.82\): only 0 MiB are free on the disk of \/srv\/monitoring.*docker system df/,
  }),
  {
    fault: `the disk of ${server} gets full in the middle of \`npm run up\``,
    end: onServer("umount /srv/monitoring && rm -r /run/monitoring"),
    cause: onServer(`cp -a /srv/monitoring /run/monitoring && mount -t tmpfs -o size=2m tmpfs /srv/monitoring &&
      chown --reference=/run/monitoring /srv/monitoring && cp -a /run/monitoring/. /srv/monitoring/ &&
      { cat /dev/zero > /srv/monitoring/full 2>/dev/null || true; }`),
    look: async (fleet) => {
      fleet.change();
      const others = fleet.others(server);
      const unasked = ["const leastFreeMebibytes = 64", "const leastFreeMebibytes = 0"] as const;
      const answer = await fleet.undisturbed(fleet.others(), () =>
        fleet.edited("components/server/preflight.ts", ...unasked, () => fleet.up()),
      );
      await fleet.haveChange(...others);
      if (await fleet.hasChange(server)) throw new Unexpected(`${server} was deployed to all the same`);
      return expectSaid(
        answer,
        1,
        /server-82 \(10\.0\.0\.82\): \/srv\/monitoring\/promtail: .*No space left on device/i,
      );
    },
  },
  leavesOut({
    fault: `a foreign process has cadvisor's port on ${server}`,
    server,
    cause: onServer(`docker stop cadvisor; ${listener} >/dev/null 2>&1 & echo $! > /run/listener.pid; sleep 1`),
    end: onServer("kill $(cat /run/listener.pid); sleep 0.5; docker start cadvisor"),
    says: /server-82 \(10\.0\.0\.82\): port 8080, wanted by cadvisor, is taken by another process\. Stop that, or give .* another port in stacks\/prod\.ts/,
  }),
  {
    fault: `a foreign container has promtail's name on ${server}`,
    refresh: true,
    cause: onServer(
      "image=$(docker inspect --format '{{.Image}}' promtail) && docker rm --force promtail && docker create --name promtail --entrypoint /none $image",
    ),
    end: onServer("docker rm --force promtail"),
    look: async (fleet) => {
      fleet.change();
      const others = fleet.others(server);
      const answer = await fleet.undisturbed(others, () => fleet.up("--refresh"));
      await fleet.haveChange(...others);
      return expectSaid(
        answer,
        1,
        /server-82 \(10\.0\.0\.82\): there is a container promtail already, not made by this project\. Remove or rename it there/,
      );
    },
  },
  {
    fault: "an image's registry does not answer",
    look: async (fleet) => {
      fleet.change();
      const image = "10.0.0.1:5999/prom/blackbox-exporter:v0.0.1";
      const answer = await fleet.undisturbed(fleet.others(), () =>
        fleet.configured("images.blackbox-exporter", image, () => fleet.up()),
      );
      await fleet.haveChange(...fleet.others());
      return expectSaid(answer, 1, /server-84.*10\.0\.0\.1:5999\/prom\/blackbox-exporter:v0\.0\.1/);
    },
  },
  {
    fault: "an image's registry does not have it",
    cause: (fleet) => fleet.on("server-84", `${emptyRegistry} >/dev/null 2>&1 & echo $! > /run/registry.pid; sleep 1`),
    end: (fleet) => fleet.on("server-84", "kill $(cat /run/registry.pid)"),
    look: async (fleet) => {
      fleet.change();
      const image = "127.0.0.1:5000/prom/blackbox-exporter:v0.0.1";
      const answer = await fleet.undisturbed(fleet.others(), () =>
        fleet.configured("images.blackbox-exporter", image, () => fleet.up()),
      );
      await fleet.haveChange(...fleet.others());
      return expectSaid(answer, 1, /server-84.*127\.0\.0\.1:5000\/prom\/blackbox-exporter:v0\.0\.1/);
    },
  },
];
