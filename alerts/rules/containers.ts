import { above, type RuleContext, rule } from "../rule";
import { changing, flat, rising, type Series, steps } from "../series";

/**
 * One series a container. cAdvisor has one for each id, and a recreated container has a new id under the old name; the
 * series without a name are those of other cgroups.
 */
const eachContainer = "by (server, instance, environment, job, name)";

/** The start of the newest container of each name: it changes whether Docker restarted or somebody recreated it. */
const started = `max ${eachContainer} (container_start_time_seconds{name!=""})`;

const shop = { name: "shop", id: "/docker/a1" };
const queue = { name: "queue", id: "/docker/b2" };
/** What cAdvisor says of the whole server. */
const wholeServer = { name: "", id: "/" };

const lookAtContainer = [
  "`docker ps --all --filter name={{name}}` and `docker inspect --format '{{json .State}}' {{name}}` on the server.",
  '`docker logs --tail 100 {{name}}`; earlier ones in Grafana (Explore, Loki, `{server="…", container="…"}`).',
].map((line) => line.replaceAll("{{name}}", "NAME"));

/** A container that is recreated every three minutes; what is gone is still found for five minutes. */
const recreated: Series[] = Array.from({ length: 10 }, (_, index) => {
  const [from, to] = [index * 3, (index + 1) * 3];
  const life = { ...(index > 0 ? { 0: null } : {}), [from]: 1000 + from, [to]: null };
  return steps("container_start_time_seconds", life, { name: "shop", id: `/docker/${index}` });
});

export const highContainerRestartRate = rule("HighContainerRestartRate", {
  job: "cadvisor",
  expr: above("containerRestarts", `changes(${started}[15m:15s])`),
  for: "5m",
  severity: "warning",
  category: "containers",
  summary: "{{ $labels.name }} on {{ $labels.server }} was started {{ $value | humanize }} times within 15 minutes",
  description:
    "The container {{ $labels.name }} was restarted or recreated more than $threshold times within 15 minutes, for 5 minutes.",
  impact:
    "Whoever uses {{ $labels.name }} is cut off at every restart; probably it never gets as far as doing its work.",
  runbook: {
    means:
      "cAdvisor has no counter of restarts; what is counted are the changes of a container's start time, under its name, as a recreated container has a new id. A container that dies within seconds of every start is seen by few scrapes, as Docker soon waits up to a minute before each attempt: too seldom to be counted here. [ContainerMissing](ContainerMissing.md) tells of it, if the inventory names it.",
    look: [
      ...lookAtContainer,
      "`docker inspect --format '{{.RestartCount}} {{.State.ExitCode}} {{.State.OOMKilled}}' NAME`: 137 and `true` mean that it was killed for want of memory, see [ContainerOutOfMemoryKill](ContainerOutOfMemoryKill.md).",
      "Exit code 0: it believes that it is done; a service must stay in the foreground.",
      "New ids in `docker events --since 30m --until 0s --filter container=NAME`: something recreates it, as a deployment that fails and tries again.",
    ],
    mend: [
      "Its log names the cause in most cases: a setting, a missing file, a database that does not answer.",
      "`docker stop NAME` ends the loop while you look, and keeps the log.",
      "It began with a new version: go back to the one before.",
    ],
  },
  cases: {
    fires: [
      {
        when: "Docker restarts it every three and a half minutes, under the same id",
        series: [changing("container_start_time_seconds", 210, shop)],
        labels: { name: "shop" },
        from: 14,
      },
      {
        when: "it is recreated every three minutes, with a new id each time",
        series: recreated,
        labels: { name: "shop" },
        from: 12,
      },
      {
        when: "it is gone from the scrapes for a while at every restart",
        series: [
          {
            metric: "container_start_time_seconds",
            labels: shop,
            values: Array.from({ length: 30 }, (_, index) => `${1000 + index}x5 stale _x4`).join(" "),
          },
        ],
        labels: { name: "shop" },
        // Eleven samples each: the fourth change is the sample with number 44.
        from: 11,
      },
    ],
    silent: [
      { when: "three restarts in every 15 minutes", series: [changing("container_start_time_seconds", 300, shop)] },
      {
        when: "exactly three restarts, close to each other",
        series: [steps("container_start_time_seconds", { 0: 1000, 30: 1001, 31: 1002, 32: 1003 }, shop)],
      },
      {
        when: "it was created once",
        series: [
          flat("container_start_time_seconds", 1000, queue),
          steps("container_start_time_seconds", { 0: null, 30: 2000 }, shop),
        ],
      },
      {
        when: "cAdvisor comes and goes, and the container runs on",
        series: [
          {
            metric: "container_start_time_seconds",
            labels: shop,
            values: Array.from({ length: 40 }, () => "1000x5 stale _x4").join(" "),
          },
        ],
      },
      {
        when: "four containers were restarted once each",
        series: ["a", "b", "c", "d"].map((name, index) =>
          steps("container_start_time_seconds", { 0: 1000, [30 + index]: 2000 }, { name, id: `/docker/${name}` }),
        ),
      },
      {
        when: "a cgroup that is no container's is started again and again",
        series: [changing("container_start_time_seconds", 60, wholeServer)],
      },
    ],
  },
});

/** Present for a minute and more until minute 10; then started every 45 s, seen once, gone. */
const crashLoop = ["-600x39", ...Array.from({ length: 60 }, (_, index) => `${598 + 45 * index} stale _`)].join(" ");

export const containerMissing = rule("ContainerMissing", {
  job: "cadvisor",
  expr: missingContainers,
  for: "5m",
  severity: "warning",
  category: "containers",
  summary: "{{ $labels.name }} does not run on {{ $labels.server }}",
  description:
    "The inventory wants a container {{ $labels.name }} on {{ $labels.server }}. For 5 minutes cAdvisor has seen none, or only ones that had just been started; it does see others.",
  impact: "What {{ $labels.name }} does is not done: it was stopped, removed, or does not stay up.",
  runbook: {
    means:
      "The names come from the inventory: the monitoring's own containers, and those of others that a server lists under `containers`. cAdvisor reports a container for as long as it runs; one that is less than a minute old at every look does not count, because it is in a crash loop. While cAdvisor is down, or sees no container at all, nothing is known and this is silent: see [ContainerDown](ContainerDown.md) and [ContainersNotSeen](ContainersNotSeen.md).",
    look: [
      "`docker ps --all --filter name=NAME` on the server: `Exited` with which code, `Restarting`, or nothing at all?",
      "`docker logs --tail 100 NAME`, if it is there.",
      "`docker events --since 1h --until 0s --filter container=NAME`: `die` is its own doing, `kill` and `destroy` are somebody's.",
    ],
    mend: [
      "It is stopped: `docker start NAME`.",
      "It is in a crash loop: as for [HighContainerRestartRate](HighContainerRestartRate.md).",
      "It is gone: `pulumi up --stack prod --refresh` puts back what belongs to the monitoring; others are put back by whoever deploys them.",
      "It is not wanted any more, or has another name now: take it out of `containers` of the server in `stacks/prod.ts`.",
    ],
  },
  cases: {
    fires: [
      {
        when: "a container of others is not there",
        series: containersSeen().filter(({ labels }) => labels.name !== "shop"),
        labels: { name: "shop" },
      },
      {
        when: "one of the monitoring's own is stopped",
        series: containersSeen().map((one) => (one.labels.name === "loki" ? { ...one, values: "-600x39 stale" } : one)),
        labels: { name: "loki" },
        from: 10,
      },
      {
        when: "one dies within seconds of every start, and every third scrape catches it",
        series: containersSeen().map((one) => (one.labels.name === "shop" ? { ...one, values: crashLoop } : one)),
        labels: { name: "shop" },
        from: 10,
      },
      {
        when: "its last sample has a time of its own, and is found for a while yet",
        series: [
          ...containersSeen().filter(({ labels }) => labels.name !== "shop"),
          flat("container_last_seen", 600, { name: "shop" }),
        ],
        labels: { name: "shop" },
      },
    ],
    silent: [
      { when: "all of them run", series: containersSeen() },
      {
        when: "cAdvisor does not answer",
        series: [flat("up", 0), ...containersSeen().map((one) => ({ ...one, values: "-600x39 stale" }))],
      },
      {
        when: "cAdvisor answers, and sees no container at all",
        series: [flat("up", 1), flat("container_start_time_seconds", 1000, wholeServer)],
      },
      {
        when: "one was gone for four minutes",
        series: containersSeen().map((one) =>
          one.labels.name === "shop" ? { ...one, values: "-600x39 stale _x14 840x400" } : one,
        ),
      },
      {
        when: "one was recreated, and has another id",
        series: [
          ...containersSeen().map((one) => (one.labels.name === "shop" ? { ...one, values: "-600x39 stale" } : one)),
          steps("container_start_time_seconds", { 0: null, 11: 660 }, { name: "shop", id: "/docker/new" }),
        ],
      },
    ],
  },
});

export const containersNotSeen = rule("ContainersNotSeen", {
  job: "cadvisor",
  expr: `up{job="cadvisor"} == 1 unless on (server) container_start_time_seconds{job="cadvisor", name!=""}`,
  for: "5m",
  severity: "warning",
  category: "containers",
  summary: "cAdvisor on {{ $labels.server }} sees no container",
  description:
    "The cAdvisor of {{ $labels.server }} has answered for 5 minutes, and named no container; not even the one that it runs in.",
  impact: "Nothing is known of the containers there: whatever happens to them, no rule about containers can fire.",
  runbook: {
    means:
      "cAdvisor learns the names of containers from Docker. Where it cannot ask, or Docker keeps its files in a way that it does not know, it goes on answering with bare cgroups, and looks healthy.",
    look: [
      "`docker logs cadvisor 2>&1 | grep -i docker` on the server: `Registration of the docker container factory` says whether it found Docker.",
      "`docker exec cadvisor ls -l /var/run/docker.sock`: is the socket there?",
      "`docker info --format '{{.ServerVersion}} {{.Driver}}'`: was Docker updated, or its storage driver changed?",
    ],
    mend: [
      "`docker restart cadvisor`: it looks for Docker only when it starts.",
      "After an update of Docker: a version of cAdvisor that knows it, in `stacks/images.ts`.",
    ],
  },
  cases: {
    fires: [
      {
        when: "there are cgroups without a name only",
        series: [flat("up", 1), flat("container_start_time_seconds", 1000, wholeServer)],
      },
      { when: "there is nothing about containers at all", series: [flat("up", 1)] },
    ],
    silent: [
      { when: "there is one container", series: [flat("up", 1), flat("container_start_time_seconds", 1000, shop)] },
      { when: "cAdvisor does not answer", series: [flat("up", 0)] },
      {
        when: "cAdvisor has been restarted, and finds them after two minutes",
        series: [
          flat("up", 1),
          { metric: "container_start_time_seconds", labels: shop, values: "1000x39 stale _x7 1000x400" },
        ],
      },
      { when: "another exporter answers", series: [flat("up", 1, { job: "node-exporter" })] },
    ],
  },
});

export const containerOutOfMemoryKill = rule("ContainerOutOfMemoryKill", {
  job: "cadvisor",
  // The second line is for a container whose main process is killed: its counter ends with it, still at zero.
  expr: [
    `sum ${eachContainer} (increase(container_oom_events_total{name!=""}[10m])) > 0`,
    `(changes(${started}[10m:15s]) > 0 and on (server) increase(node_vmstat_oom_kill[10m]) > 0)`,
  ].join("\nor\n"),
  for: "0s",
  // HostOutOfMemoryKill wakes people for the same kill; this one is the mail that names the container.
  severity: "warning",
  category: "containers",
  summary: "{{ $labels.name }} on {{ $labels.server }} ran out of memory",
  description:
    "Within 10 minutes a process of the container {{ $labels.name }} was killed because it wanted more memory than it may have, or the container was started again while the kernel of {{ $labels.server }} killed a program for that reason.",
  impact: "What was killed could not finish: requests and data that were only in memory are lost.",
  runbook: {
    means:
      "cAdvisor reads in the kernel's log which container a killed process belonged to, and counts it. When the main process is killed, the container ends before the count is reported; so a container that starts again within the same ten minutes as the kernel kills something (`node_vmstat_oom_kill`) is taken for one as well. That may be a coincidence, as while something is deployed; the first command tells. [HostOutOfMemoryKill](HostOutOfMemoryKill.md) counts the same kills, and names no container.",
    look: [
      "`journalctl --dmesg --since -30m | grep -i 'oom-kill\\|killed process'` on the server: `task_memcg=/docker/ID` names the container, the next line the process.",
      "`docker inspect --format '{{.State.OOMKilled}} {{.HostConfig.Memory}}' NAME`: whether it was, and its limit in bytes (0: none, then the server itself is full).",
      "`docker stats --no-stream`, and dashboard DevOps (memory against limit): did it grow slowly, or at once?",
    ],
    mend: [
      "Check that it runs again, and does its work: `docker ps --filter name=NAME`.",
      "It grew slowly: a leak; restart it in time until it is mended.",
      "It needs what it wants: raise its limit, `docker update --memory 1g --memory-swap 1g NAME`, and the same where it is deployed from.",
    ],
  },
  cases: {
    fires: [
      {
        when: "a process in it was killed, and it runs on",
        series: [
          steps("container_oom_events_total", { 0: 0, 30: 1 }, shop),
          flat("container_oom_events_total", 0, queue),
          flat("container_start_time_seconds", 1000, shop),
          flat("container_start_time_seconds", 1000, queue),
          steps("node_vmstat_oom_kill", { 0: 3, 30: 4 }, { job: "node-exporter" }),
        ],
        labels: { name: "shop" },
        from: 30,
      },
      {
        when: "its main process was killed, Docker restarted it, and the count is as before",
        series: [
          flat("container_oom_events_total", 0, shop),
          steps("container_start_time_seconds", { 0: 1000, 30: 2800 }, shop),
          flat("container_start_time_seconds", 1000, queue),
          steps("node_vmstat_oom_kill", { 0: 3, 30: 4 }, { job: "node-exporter" }),
        ],
        labels: { name: "shop" },
        from: 30,
      },
      {
        when: "a server whose node-exporter is not asked",
        series: [steps("container_oom_events_total", { 0: 0, 30: 1 }, shop)],
        labels: { name: "shop" },
        from: 30,
      },
    ],
    silent: [
      {
        when: "it was killed before anybody counted",
        series: [
          flat("container_oom_events_total", 2, shop),
          flat("container_start_time_seconds", 1000, shop),
          flat("node_vmstat_oom_kill", 3, { job: "node-exporter" }),
        ],
      },
      {
        when: "it was restarted, and the count begins again",
        series: [
          steps("container_oom_events_total", { 0: 2, 30: 0 }, shop),
          steps("container_start_time_seconds", { 0: 1000, 30: 2800 }, shop),
          flat("node_vmstat_oom_kill", 3, { job: "node-exporter" }),
        ],
      },
      {
        when: "the kernel killed a program that is in no container",
        series: [
          flat("container_oom_events_total", 0, shop),
          steps("container_oom_events_total", { 0: 0, 30: 1 }, wholeServer),
          flat("container_start_time_seconds", 1000, shop),
          steps("node_vmstat_oom_kill", { 0: 3, 30: 4 }, { job: "node-exporter" }),
        ],
      },
      {
        when: "it was restarted a quarter of an hour after a kill",
        series: [
          steps("container_start_time_seconds", { 0: 1000, 45: 3700 }, shop),
          steps("node_vmstat_oom_kill", { 0: 3, 30: 4 }, { job: "node-exporter" }),
        ],
      },
    ],
  },
});

/** A container's memory, as so many percent of its limit. */
const memory = (percent: number, limit: number, labels = shop) => [
  flat("container_memory_working_set_bytes", (percent / 100) * limit, labels),
  flat("container_spec_memory_limit_bytes", limit, labels),
];

export const containerNearMemoryLimit = rule("ContainerNearMemoryLimit", {
  job: "cadvisor",
  // Divided id by id: the limit of a container that is gone goes with it, its last use is found for a while yet.
  expr: above(
    "containerMemoryPercent",
    `max ${eachContainer} (100 * container_memory_working_set_bytes{name!=""} / (container_spec_memory_limit_bytes{name!=""} > 0))`,
  ),
  for: "10m",
  severity: "warning",
  category: "containers",
  summary: "{{ $labels.name }} on {{ $labels.server }} uses {{ $value | humanize }} % of the memory that it may use",
  description: "The container {{ $labels.name }} has used more than $threshold % of its memory limit for 10 minutes.",
  impact:
    "At the limit the kernel kills a process of it; shortly before, it is slow, because nothing is cached any more.",
  runbook: {
    means:
      "The working set is the memory of the container without the file pages that it has not used for a while, which the kernel takes back first. When that comes near the limit, little is left to take. A container without a limit never fires this.",
    look: [
      "Dashboard DevOps (memory against limit): did it grow slowly, or since a deployment, or with the traffic?",
      "`docker stats --no-stream NAME` and `docker top NAME -o pid,rss,args` on the server.",
    ],
    mend: [
      "It grows without bound: `docker restart NAME` at a time that suits, before the kernel does it.",
      "It needs what it uses: `docker update --memory 1g --memory-swap 1g NAME`, and the same where it is deployed from (for the monitoring's own containers in `components/`).",
    ],
  },
  cases: {
    fires: [
      { when: "91 % of the limit", series: [...memory(91, 1e9), ...memory(50, 1e9, queue)], labels: { name: "shop" } },
      {
        when: "91 % in a recreated container, with the old one's samples beside it",
        series: [...memory(10, 1e9, { ...shop, id: "/docker/old" }), ...memory(91, 1e9)],
        labels: { name: "shop" },
      },
    ],
    silent: [
      { when: "89 % of the limit", series: memory(89, 1e9) },
      { when: "no limit", series: [...memory(50, 0), flat("container_memory_working_set_bytes", 2e10, queue)] },
      { when: "the server as a whole", series: memory(99, 1e9, wholeServer) },
      {
        when: "a container at 95 % was recreated with a lower limit, and little in use",
        series: [
          flat("container_memory_working_set_bytes", 9.5e8, { ...shop, id: "/docker/old" }),
          {
            metric: "container_spec_memory_limit_bytes",
            labels: { ...shop, id: "/docker/old" },
            values: "1e9x20 stale",
          },
          ...memory(10, 1e8),
        ],
      },
      {
        when: "95 % for nine minutes",
        series: [
          steps("container_memory_working_set_bytes", { 0: 5e8, 30: 9.5e8, 39: 5e8 }, shop),
          flat("container_spec_memory_limit_bytes", 1e9, shop),
        ],
      },
    ],
  },
});

/** A container with a CPU limit that is held back in so many percent of its periods, ten of which are in a second. */
const throttled = (percent: number, labels = shop) => [
  rising("container_cpu_cfs_periods_total", 10, labels),
  rising("container_cpu_cfs_throttled_periods_total", percent / 10, labels),
];

export const containerCpuThrottled = rule("ContainerCpuThrottled", {
  job: "cadvisor",
  expr: above(
    "containerThrottledPercent",
    `max ${eachContainer} (100 * rate(container_cpu_cfs_throttled_periods_total{name!=""}[5m]) / (rate(container_cpu_cfs_periods_total{name!=""}[5m]) > 0))`,
  ),
  for: "15m",
  severity: "warning",
  category: "containers",
  summary:
    "{{ $labels.name }} on {{ $labels.server }} is held back by its CPU limit {{ $value | humanize }} % of the time",
  description:
    "In more than $threshold % of the periods in which it wanted to run, the container {{ $labels.name }} used up its share of CPU and had to wait, for 15 minutes.",
  impact: "It answers late, although the processors of {{ $labels.server }} may be idle.",
  runbook: {
    means:
      "A CPU limit is a share of every tenth of a second: who has used it up waits for the next one. Single waits are what a limit is for; a quarter of all periods, for long, is a limit that does not fit. Only containers with a limit (`--cpus`) have the counters.",
    look: [
      "`docker stats --no-stream NAME`: the CPU column at its limit (150 % are one and a half processors).",
      "`docker inspect --format '{{.HostConfig.NanoCpus}} {{.HostConfig.CpuQuota}}' NAME`: the limit; 1500000000 NanoCpus are 1.5 processors.",
      "Dashboard DevOps: more work than usual, or a program that turns in circles?",
    ],
    mend: [
      "Raise the limit if the server has CPU to spare: `docker update --cpus 2 NAME`, and the same where it is deployed from.",
      "Let it start fewer threads: a program that takes all processors of the server for its own uses up its share at once.",
    ],
  },
  cases: {
    fires: [
      { when: "27 % of the periods", series: [...throttled(27), ...throttled(5, queue)], labels: { name: "shop" } },
      {
        when: "27 %, and Docker restarts it meanwhile",
        series: throttled(27).map((one) => {
          const [, step = ""] = /\+([\d.]+)x/.exec(one.values) ?? [];
          return { ...one, values: `0+${step}x40 0+${step}x400` };
        }),
        labels: { name: "shop" },
      },
    ],
    silent: [
      { when: "23 % of the periods", series: throttled(23) },
      { when: "it has nothing to do", series: throttled(0).map((one) => ({ ...one, values: "100x480" })) },
      {
        when: "27 % for ten minutes",
        series: [
          rising("container_cpu_cfs_periods_total", 10, shop),
          { metric: "container_cpu_cfs_throttled_periods_total", labels: shop, values: "0x119 0+40.5x39 1580x320" },
        ],
      },
      { when: "another cgroup than a container's", series: throttled(90, wholeServer) },
    ],
  },
});

export const containerUnhealthy = rule("ContainerUnhealthy", {
  job: "cadvisor",
  // The healthiest of a name: what has been recreated is found under its old id for a while yet.
  expr: `max ${eachContainer} (container_health_state{name!=""}) == 0`,
  for: "5m",
  severity: "warning",
  category: "containers",
  summary: "{{ $labels.name }} on {{ $labels.server }} is not healthy",
  description:
    "The container {{ $labels.name }} runs, and its own health check has not succeeded for 5 minutes: it fails, or the container is still starting.",
  impact: "It probably does not answer, or not as it should; Docker by itself does nothing about it.",
  runbook: {
    means:
      "cAdvisor passes on what Docker says: 1 is healthy, 0 unhealthy or still starting, -1 a container without a health check, which never fires this. Five minutes are more than any of our services needs to start.",
    look: [
      "`docker inspect --format '{{json .State.Health}}' NAME` on the server: what the last five checks printed.",
      "`docker inspect --format '{{json .Config.Healthcheck.Test}}' NAME` is the check; run it by hand with `docker exec NAME …`.",
      "`docker logs --tail 100 NAME`.",
    ],
    mend: [
      "`docker restart NAME`, once its log is saved.",
      "It does its work, and the check is wrong (as after an update that moved an address): mend the check where it is deployed from.",
      "It takes longer to start, rightly: a longer `--health-start-period` does not help here; silence this for as long.",
    ],
  },
  cases: {
    fires: [
      {
        when: "its check fails",
        series: [flat("container_health_state", 0, shop), flat("container_health_state", 1, queue)],
        labels: { name: "shop" },
      },
    ],
    silent: [
      { when: "its check succeeds", series: [flat("container_health_state", 1, shop)] },
      {
        when: "it has no check",
        series: [flat("container_health_state", -1, shop), flat("container_health_state", 0, wholeServer)],
      },
      { when: "it starts for four minutes", series: [steps("container_health_state", { 0: 0, 4: 1 }, shop)] },
      {
        when: "it was recreated after four minutes, and is well; the old one's samples are found for a while yet",
        series: [
          steps("container_health_state", { 0: 1, 10: 0, 14: null }, { ...shop, id: "/docker/old" }),
          steps("container_health_state", { 0: null, 14: 0, 15: 1 }, shop),
        ],
      },
    ],
  },
});

/**
 * For every server that has a cAdvisor: each wanted container of which it has no start time, or one of less than a
 * minute ago. The latter is a crash loop if it lasts; a scrape catches the container now and then.
 */
function missingContainers({ inventory, targets }: RuleContext): string {
  // Of all that cAdvisor says, `container_start_time_seconds` is gone with its container at once: most other series
  // have timestamps of cAdvisor's own, and are found for five minutes more.
  const started = (matchers: string[]) => `container_start_time_seconds{${matchers.join(", ")}}`;
  const missing = targets
    .filter(({ job }) => job === "cadvisor")
    .flatMap(({ job, server }) => {
      const ours = targets.filter((one) => one.server.name === server.name).flatMap(({ container }) => container ?? []);
      const wanted = [...new Set([...ours.map((name) => `${server.prefix}${name}`), ...server.containers])];
      const labels = { server: server.name, instance: server.name, environment: inventory.environment, job };
      const here = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      return [
        ...wanted.map((name) => `absent(${started([`name="${name}"`, ...here])})`),
        `max ${eachContainer} (time() - ${started([`name=~"${wanted.join("|")}"`, ...here])} < 60)`,
      ];
    });
  return `(\n  ${missing.join("\n  or\n  ")}\n)\nand on (server) ${started(['job="cadvisor"', 'name!=""'])}`;
}

/** What cAdvisor says where all runs that the trial fleet wants, on either of its servers. */
function containersSeen(): Series[] {
  const wanted = [
    ...["promtail", "node-exporter", "cadvisor", "security-metrics", "blackbox-exporter"],
    ...["prometheus", "alertmanager", "loki", "shop"],
    ...["grafana", "watcher-prometheus", "watcher-alertmanager"],
  ];
  return wanted.map((name) => flat("container_start_time_seconds", -600, { name, id: `/docker/${name}` }));
}
