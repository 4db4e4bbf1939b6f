import { above, rule } from "../rule";
import { flat, rising } from "../series";

/** Share of processor time in some modes, over a window, as a mean of all processors, %. */
const share = (modes: string, window: string) =>
  `100 * avg without (cpu) (sum without (mode) (rate(node_cpu_seconds_total{mode=~"${modes}"}[${window}])))`;
/** Everything but idling and waiting for disks; by what is idle, which is one series and there in every kernel. */
const busy = (window: string) => share("idle|iowait", window).replace("100 *", "100 - 100 *");

/** Two processors that spend so many percent of their time in each mode; the rest is idle. */
function processors(percent: Record<string, number>) {
  const idle = 100 - Object.values(percent).reduce((sum, one) => sum + one, 0);
  return ["0", "1"].flatMap((cpu) =>
    Object.entries({ ...percent, idle }).map(([mode, one]) =>
      rising("node_cpu_seconds_total", one / 100, { cpu, mode }),
    ),
  );
}

const lookAtProcessors = [
  "Dashboard DevOps: which container uses the processors?",
  "On the server: `docker stats --no-stream`, and `top -o %CPU` for what runs outside of containers.",
];

export const highCpuUsage = rule("HighCPUUsage", {
  job: "node-exporter",
  expr: above("cpuHighPercent", busy("5m")),
  for: "5m",
  severity: "warning",
  category: "performance",
  summary: "The processors of {{ $labels.server }} are {{ $value | humanize }} % busy",
  description: "The processors of {{ $labels.server }} have been more than $threshold % busy for 5 minutes.",
  impact: "Requests take longer; there is little left for peaks.",
  runbook: {
    means:
      "The mean of all processors, over five minutes. Waiting for disks is not counted as busy: HighIOWait is about that. Time that the hypervisor gave to others is, because it is not there to be used.",
    look: lookAtProcessors,
    mend: [
      "A batch job that is meant to run: wait, or silence it for as long.",
      "A container that runs wild: `docker restart NAME`, then its logs in Grafana (Explore, Loki).",
      "The usual load has grown: give the largest container another server, or a limit.",
    ],
  },
  cases: {
    fires: [{ when: "81 % busy", series: processors({ user: 71, system: 10 }) }],
    silent: [
      { when: "79 % busy", series: processors({ user: 69, system: 10 }) },
      { when: "one of two processors is busy", series: processors({ user: 50 }) },
      { when: "the processors wait for disks", series: processors({ iowait: 90 }) },
    ],
  },
});

export const criticalCpuUsage = rule("CriticalCPUUsage", {
  job: "node-exporter",
  expr: above("cpuCriticalPercent", busy("2m")),
  for: "2m",
  severity: "critical",
  category: "performance",
  summary: "The processors of {{ $labels.server }} are {{ $value | humanize }} % busy",
  description: "The processors of {{ $labels.server }} have been more than $threshold % busy for 2 minutes.",
  impact: "What runs on {{ $labels.server }} answers late or not at all, its health checks among it.",
  supersedes: [{ rule: "HighCPUUsage" }],
  runbook: {
    means: "The same measurement as [HighCPUUsage](HighCPUUsage.md), over two minutes, where nothing is left.",
    look: lookAtProcessors,
    mend: [
      "Stop what is least needed: `docker stop NAME`, or `docker update --cpus 1 NAME` to hold it back.",
      "Then as for [HighCPUUsage](HighCPUUsage.md).",
    ],
  },
  cases: {
    fires: [{ when: "97 % busy", series: processors({ user: 97 }) }],
    silent: [
      { when: "94 % busy", series: processors({ user: 94 }) },
      { when: "the processors wait for disks", series: processors({ iowait: 99 }) },
    ],
  },
});

export const highIoWait = rule("HighIOWait", {
  job: "node-exporter",
  expr: above("ioWaitPercent", share("iowait", "5m")),
  for: "5m",
  severity: "warning",
  category: "performance",
  summary: "The processors of {{ $labels.server }} wait for disks {{ $value | humanize }} % of the time",
  description: "The processors of {{ $labels.server }} have waited for disks for more than $threshold % of 5 minutes.",
  impact: "Whatever reads or writes files is slow, databases first.",
  runbook: {
    means:
      "Time in which a processor had nothing to do but wait for a disk. A disk that is slow, or that is asked for more than it can give.",
    look: [
      "`iostat -x 1 3`: the disk with `%util` near 100, and its `await`.",
      "`pidstat -d 1 5`, or `docker stats` (BLOCK I/O): who reads and writes.",
      "`dmesg | tail`: errors of the disk itself.",
    ],
    mend: [
      "A backup or a vacuum: let it end, and move it to another hour.",
      "Swapping (HighSwapUsage): the memory is the cause, not the disk.",
      "Errors in `dmesg`: save the data, replace the disk.",
    ],
  },
  cases: {
    fires: [{ when: "23 % of the time", series: processors({ iowait: 23 }), from: 4.5 }],
    silent: [
      { when: "19 % of the time", series: processors({ iowait: 19 }) },
      { when: "the processors are busy", series: processors({ user: 95 }) },
    ],
  },
});

export const highCpuSteal = rule("HighCPUSteal", {
  job: "node-exporter",
  expr: above("cpuStealPercent", share("steal", "15m")),
  for: "15m",
  severity: "warning",
  category: "performance",
  summary: "{{ $labels.server }} is denied {{ $value | humanize }} % of its processor time",
  description:
    "The hypervisor has given more than $threshold % of the processor time of {{ $labels.server }} to others for 15 minutes.",
  impact: "The server is slower than its own figures say, and nothing on it can be changed to help.",
  runbook: {
    means:
      "`steal` is time in which a virtual processor wanted to run and the hypervisor let another machine run. A server of its own never has any.",
    look: ["`vmstat 1 5`, column `st`. Other machines of the same hypervisor, if you can see it."],
    mend: ["Have the machine moved to another host, or its share of processors raised."],
  },
  cases: {
    fires: [{ when: "12 % of the time", series: processors({ steal: 12 }), from: 12.6 }],
    silent: [
      { when: "9 % of the time", series: processors({ steal: 9 }) },
      { when: "a server of its own", series: processors({ user: 50 }) },
    ],
  },
});

export const highLoadAverage = rule("HighLoadAverage", {
  job: "node-exporter",
  expr: above(
    "loadPerCpu",
    'node_load5 / on (server, instance, environment, job) count without (cpu, mode) (node_cpu_seconds_total{mode="idle"})',
  ),
  for: "10m",
  severity: "warning",
  category: "performance",
  summary: "The load of {{ $labels.server }} is {{ $value | humanize }} by processor",
  description:
    "More than $threshold tasks by processor have been running or waiting on {{ $labels.server }} for 10 minutes.",
  impact: "Every program waits longer for its turn.",
  runbook: {
    means:
      "The load average counts tasks that run, that wait for a processor, or that wait for a disk; divided by the number of processors it can be compared between servers.",
    look: [
      "Busy processors at the same time (HighCPUUsage): too much work. Idle ones: tasks that wait for a disk or a network filesystem.",
      "`ps -eo state,pid,comm | awk '$1 ~ /D/'`: tasks in state D wait for a disk.",
    ],
    mend: ["As for [HighCPUUsage](HighCPUUsage.md) or [HighIOWait](HighIOWait.md), whichever it is."],
  },
  cases: {
    fires: [{ when: "load 4.1 on two processors", series: [flat("node_load5", 4.1), ...processors({})] }],
    silent: [
      { when: "load 3.9 on two processors", series: [flat("node_load5", 3.9), ...processors({})] },
      {
        when: "a short peak that the five-minute load does not show",
        series: [flat("node_load1", 12), flat("node_load5", 2), ...processors({})],
      },
    ],
  },
});
