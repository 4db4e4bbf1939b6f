import { credentialUsers } from "../../../components/credentials/credentials";
import { alertmanagersOf } from "../../../stacks/inventory";
import { pause } from "../../pause";
import type { FaultRow } from "../fault-row";
import { type Fleet, Unexpected, until } from "../fleet";

const prometheusServer = "server-84";
const lines = 400;
/** Who writes them, in a row each: Loki has all of them. */
const writers = { down: "line-writer-1", full: "line-writer-2" } as const;
type Writer = (typeof writers)[keyof typeof writers];
const lokiData = "data=$(docker volume inspect --format '{{.Mountpoint}}' loki)";

/** Lines of the writer that Loki has. */
async function storedLines(fleet: Fleet, writer: Writer): Promise<number> {
  const { server, port } = fleet.stack.inventory.services.loki;
  const query = encodeURIComponent(`sum(count_over_time({container="${writer}"}[1h]))`);
  const { data } = await fleet.stack.get(
    `http://${fleet.server(server).address}:${port}/loki/api/v1/query?query=${query}`,
  );
  return Number(data.result[0]?.value[1] ?? 0);
}

/** Writes lines for 40 seconds, on a server whose log shipper sends them elsewhere. */
const write = (fleet: Fleet, writer: Writer) =>
  fleet.on(
    "server-80",
    `docker rm --force ${writer} >/dev/null 2>&1; docker run --detach --name ${writer} --entrypoint node \
      $(docker inspect --format '{{.Image}}' security-metrics) -e '
        let line = 0;
        const timer = setInterval(() => {
          for (let n = 0; n < ${lines / 40}; n++) console.log("line " + ++line);
          if (line >= ${lines}) clearInterval(timer);
        }, 1000);
        setTimeout(() => {}, 600000)'`,
  );

/** Waits until Loki has every line of the writer. @throws {Unexpected} when it has not, or has some twice */
async function allStored(fleet: Fleet, writer: Writer): Promise<string> {
  const stored = await until(`${lines} lines in Loki`, 180, async () => {
    const count = await storedLines(fleet, writer);
    return count >= lines ? count : undefined;
  }).catch(async (error) => {
    throw new Unexpected(`${error.message}: there are ${await storedLines(fleet, writer)}`);
  });
  if (stored !== lines) throw new Unexpected(`${stored} lines in Loki, and ${lines} were written`);
  return `${stored} of ${lines} lines in Loki, none twice`;
}

/** Services that break, and what they have kept when they are back. */
export const serviceFaults: FaultRow[] = [
  {
    fault: "Loki is down for a minute while containers write",
    cause: async (fleet) => {
      await fleet.on(prometheusServer, "docker stop loki");
      await write(fleet, writers.down);
    },
    end: async (fleet) => {
      await fleet.on(prometheusServer, "docker start loki");
      await fleet.on("server-80", `docker rm --force ${writers.down}`);
    },
    look: async (fleet) => {
      await pause(60);
      await fleet.on(prometheusServer, "docker start loki");
      return allStored(fleet, writers.down);
    },
  },
  {
    fault: "the disk under Loki's data is full for a minute while containers write",
    cause: async (fleet) => {
      // Its data on a small disk of their own, filled to the last byte once it runs.
      await fleet.on(
        prometheusServer,
        `${lokiData}; docker stop loki && cp -a $data /run/loki && mount -t tmpfs -o size=64m tmpfs $data && cp -a /run/loki/. $data/ &&
         chown --reference=/run/loki $data && docker start loki && sleep 5 && { cat /dev/zero > $data/full 2>/dev/null || true; }`,
      );
      await write(fleet, writers.full);
    },
    end: async (fleet) => {
      await fleet.on(
        prometheusServer,
        `${lokiData}; rm -f $data/full; docker stop loki; mountpoint -q $data && rm -rf /run/loki && cp -a $data /run/loki && umount $data &&
         find $data -mindepth 1 -delete && cp -a /run/loki/. $data/; rm -rf /run/loki; docker start loki`,
      );
      await fleet.on("server-80", `docker rm --force ${writers.full}`);
    },
    look: async (fleet) => {
      await pause(60);
      const full = await fleet.on(prometheusServer, `${lokiData}; df --output=avail $data | tail -1`);
      if (Number(full) > 100) throw new Unexpected(`${full} KiB are free on Loki's disk`);
      await fleet.on(prometheusServer, `${lokiData}; rm $data/full`);
      return allStored(fleet, writers.full);
    },
  },
  {
    fault: "Alertmanager is restarted: silences, and who was told",
    look: async (fleet) => {
      const [first] = alertmanagersOf(fleet.stack.inventory);
      if (!first) throw new Error("no Alertmanager");
      const { stack } = fleet;
      const password = (await stack.passwords()).alertmanager ?? "";
      const url = `http://${first.server.address}:${first.port}/api/v2`;
      const now = Date.now();
      const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
      const server = "rehearsal-server";
      const silence = await stack.postToAlertmanager("silences", {
        matchers: [{ name: "server", value: "rehearsal-silenced", isRegex: false, isEqual: true }],
        startsAt: at(0),
        endsAt: at(60),
        createdBy: "the rehearsal",
        comment: "kept over a restart",
      });
      const { silenceID } = JSON.parse(silence);
      const alert = {
        labels: { alertname: "Rehearsal", server, instance: server, severity: "critical", category: "system" },
        annotations: { summary: "kept over a restart" },
        startsAt: at(0),
        endsAt: at(60),
      };
      await stack.post([alert]);
      const told = () => stack.outside.mails.filter(({ subject }) => subject.includes(`Rehearsal on ${server}`)).length;
      await until("the alert's mail", 120, async () => told() > 0 || undefined);
      await fleet.on(first.server.name, `docker restart ${first.container}`);
      const silences: { id: string; status: { state: string } }[] = await until("it answers again", 60, () =>
        stack.get(`${url}/silences`, { user: credentialUsers.alertmanager, password }),
      );
      const kept = silences.find(({ id }) => id === silenceID);
      if (kept?.status.state !== "active") throw new Unexpected("the silence is gone");
      await stack.post([alert]);
      await pause(60);
      const times = told();
      await stack.post([{ ...alert, endsAt: new Date().toISOString() }]);
      if (times !== 1) throw new Unexpected(`the alert was told ${times} times`);
      return "the silence is there, and the alert was told once";
    },
  },
  {
    fault: "Prometheus' data is corrupted at its end",
    cause: (fleet) =>
      fleet.on(
        prometheusServer,
        `docker kill prometheus >/dev/null
         wal=$(docker volume inspect --format '{{.Mountpoint}}' prometheus)/wal
         last=$wal/$(ls $wal | grep -E '^[0-9]+$' | tail -1)
         size=$(stat -c %s $last); [ $size -gt 2000 ] && truncate -s $((size - 1000)) $last && head -c 3000 /dev/urandom >> $last`,
      ),
    end: (fleet) => fleet.on(prometheusServer, "docker start prometheus"),
    look: async (fleet) => {
      await fleet.on(prometheusServer, "docker start prometheus");
      const corrupted = 'docker logs --since 5m prometheus 2>&1 | grep -iE "corrupt" | head -1';
      await until(
        "Prometheus scrapes again",
        120,
        async () => ((await fleet.stack.value("count(up == 1)")) ?? 0) > 5 || undefined,
      );
      const repaired = await fleet.on(prometheusServer, corrupted);
      const before = await fleet.stack.value('max_over_time(timestamp(up{job="prometheus"})[2h:15s])');
      if (before === undefined) throw new Unexpected("no sample is there");
      const firstSample = await fleet.stack.value('count_over_time(up{job="prometheus",server="server-84"}[2h])');
      if ((firstSample ?? 0) < 3) throw new Unexpected(`${firstSample} samples are left of before`);
      const value = await fleet.stack.value("prometheus_tsdb_wal_corruptions_total");
      return `it starts, and keeps ${firstSample} samples of itself; ${repaired ? `says: ${repaired.slice(0, 90)}` : `${value} corruptions of its log repaired`}`;
    },
  },
];
