import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Severity } from "../alerts/rule";
import type { Inventory } from "../stacks/inventory";
import { dashboardOf, row } from "./dashboard";
import {
  cpuPercent,
  diskFreePercent,
  firing,
  firingOf,
  firingSince,
  leastDiskFreePercent,
  loadPerCpu,
  memoryPercent,
  traffic,
} from "./expressions";
import { above, below, limits, noneOrSome, upOrDown } from "./limits";
import { toDashboard, toRunbook, toServerLogs } from "./links";
import { barGauge, stateTimeline, statistic, timeSeries } from "./panels";
import { onServer, promql } from "./query";
import { criticalServices, criticalServicesUp, isUp } from "./services";
import { up } from "./states";
import { valueTable } from "./table";

/** All servers at one glance: what is up, how full it is, what is wrong now, and how the last day went. */
export function allServersExecutive(inventory: Inventory): Dashboard {
  return dashboardOf("all-servers-executive", {
    description:
      "All servers at one glance: which are up, how busy and how full they are, whether the critical services answer, which alerts fire, and how the last 24 hours went. Details are in the other three.",
    rows: [
      row("Now", nowPanels(inventory)),
      row("Servers", serverPanels(inventory)),
      row("Critical services", servicePanels()),
      row("Last 24 hours", trendPanels(inventory)),
    ],
  });
}

function nowPanels(inventory: Inventory) {
  return [
    statistic("Servers up", {
      description:
        "Servers whose node-exporter answers Prometheus. Good is all that are chosen above; which one is missing, and since when, is below under Servers.",
      unit: units.NoUnit,
      queries: promql(`count(up{job="node-exporter", ${onServer}} == 1) or vector(0)`, "up"),
    }),
    statistic("Servers down", {
      description:
        "Servers that do not answer. Good is 0. One that is down is told by ServerDown after a minute; all its other alerts are held back meanwhile.",
      unit: units.NoUnit,
      limits: noneOrSome,
      queries: promql(`count(up{job="node-exporter", ${onServer}} == 0) or vector(0)`, "down"),
    }),
    ...firingPanels(),
    valueTable("Firing alerts", {
      description:
        "What is wrong now, as Prometheus sees it, the latest first. Good is an empty table. A click on an alert opens its runbook: what it means, where to look, how to put it right. The watcher's own alerts are only in Alertmanager.",
      width: 16,
      noValue: "Nothing is firing",
      queries: promql(firingSince),
      sortBy: "Since",
      columns: {
        severity: "Severity",
        alertname: { title: "Alert", links: [toRunbook(inventory)] },
        server: "Server",
        category: "Category",
        job: "Job",
        Value: { title: "Since", unit: units.DateTimeFromNow },
      },
    }),
    timeSeries("Firing alerts over time", {
      description:
        "How many alerts fired at each moment, by severity. Good is none. A step that stays is something that nobody has put right; a comb is something that comes and goes.",
      width: 8,
      unit: units.Short,
      min: 0,
      decimals: 0,
      stacked: true,
      noValue: "None has fired",
      queries: promql(`count by (severity) (ALERTS{${firing}})`, "{{severity}}"),
    }),
  ];
}

function firingPanels() {
  const kinds: [Severity, string, string][] = [
    ["emergency", "red", "Somebody has to get up now; those on call are told by SMS as well, where that is set up."],
    ["critical", "red", "Something does not work, or soon will not: look at it at once."],
    ["warning", "orange", "Something goes the wrong way: look at it today."],
    ["info", "blue", "Somebody may want to know; nobody is woken."],
  ];
  return kinds.map(([severity, color, meaning]) =>
    statistic(`Firing: ${severity}`, {
      description: `Alerts of severity ${severity} that fire now on the chosen servers. ${meaning} Good is 0; which they are is in the table below.`,
      unit: units.NoUnit,
      limits: limits({ from: "green", 1: color }),
      queries: promql(firingOf(severity), severity),
    }),
  );
}

function serverPanels(inventory: Inventory) {
  const load = above(inventory, "loadPerCpu");
  const cpu = above(inventory, "cpuHighPercent", "cpuCriticalPercent");
  const memory = above(inventory, "memoryHighPercent", "memoryCriticalPercent");
  const disk = below(inventory, "diskFreeLowPercent", "diskFreeCriticalPercent");
  const links = [toDashboard("devops-dashboard"), toServerLogs];
  return [
    stateTimeline("Servers up and down", {
      description:
        "Whether each server answered Prometheus (its node-exporter did). Good is green throughout; a gap in all of them at once is time in which Prometheus itself was away.",
      unit: units.NoUnit,
      words: up,
      limits: upOrDown,
      links: [toServerLogs],
      queries: promql(`up{job="node-exporter", ${onServer}}`, "{{server}}"),
    }),
    valueTable("Servers", {
      description:
        "Each server as it is now, in the colours of its alert rules: processors busy, memory that is not available, space left on its fullest filesystem, load by processor (5 minutes), time since it was started.",
      queries: [
        promql(`max by (server) (up{job="node-exporter", ${onServer}})`),
        promql(`max by (server) (${cpuPercent})`),
        promql(`max by (server) (${memoryPercent})`),
        promql(leastDiskFreePercent),
        promql(loadPerCpu),
        promql(`max by (server) (time() - node_boot_time_seconds{${onServer}})`),
      ],
      columns: {
        server: "Server",
        "Value #A": { title: "State", words: up, limits: upOrDown, unit: units.NoUnit },
        "Value #B": { title: "CPU", unit: units.Percent, decimals: 0, limits: cpu },
        "Value #C": { title: "Memory", unit: units.Percent, decimals: 0, limits: memory },
        "Value #D": { title: "Disk left", unit: units.Percent, decimals: 0, limits: disk },
        "Value #E": { title: "Load per CPU", unit: units.NoUnit, decimals: 2, limits: load },
        "Value #F": { title: "Up for", unit: units.DurationSeconds, decimals: 0 },
      },
    }),
    barGauge("CPU", {
      description:
        "Busy share of all processors, over the last 5 minutes; waiting for disks is not counted. From orange on HighCPUUsage fires after 5 minutes, from red on CriticalCPUUsage after 2.",
      width: 6,
      unit: units.Percent,
      decimals: 0,
      min: 0,
      max: 100,
      limits: cpu,
      links,
      queries: promql(cpuPercent, "{{server}}"),
    }),
    barGauge("Memory", {
      description:
        "Memory that programs cannot get any more without swapping; file caches do not count. From orange on HighMemoryUsage fires after 5 minutes, from red on CriticalMemoryUsage after 2.",
      width: 6,
      unit: units.Percent,
      decimals: 0,
      min: 0,
      max: 100,
      limits: memory,
      links,
      queries: promql(memoryPercent, "{{server}}"),
    }),
    barGauge("Space left on the fullest disk", {
      description:
        "Of each server's filesystems the one with the least space left. Orange: HighDiskUsage fires; red: CriticalDiskUsage does. When nothing is left databases stop and logs are lost. When that will be is on the dashboard DevOps.",
      width: 6,
      unit: units.Percent,
      decimals: 0,
      min: 0,
      max: 100,
      limits: disk,
      links,
      queries: promql(leastDiskFreePercent, "{{server}}"),
    }),
    barGauge("Network", {
      description:
        "What each server's own interfaces receive and send, over the last 5 minutes. There is no good or bad here: compare with the usual, below.",
      width: 6,
      unit: units.BytesPerSecondSI,
      min: 0,
      links,
      queries: [promql(traffic("receive"), "{{server}} in"), promql(traffic("transmit"), "{{server}} out")],
    }),
  ];
}

function servicePanels() {
  const answers: Record<keyof typeof criticalServices, string> = {
    postgres: "accepts its exporter's login and answers a query; it also counts as down while the exporter is",
    redis: "answers its exporter; it also counts as down while the exporter is",
    appwrite: "says on its health page that it is well, asked from outside every 15 seconds",
    prometheus:
      "answers; the first one is asked by itself, so when it is down there is nothing to see here at all: the watcher tells of that",
    alertmanager: "answers. While all are down, nobody is told of anything",
    grafana: "answers, also to a person's kind of request where it is probed from outside",
    loki: "answers. While it is down no logs are seen; none is lost, they are sent later",
  };
  const single = Object.entries(criticalServices).map(([service, name]) =>
    statistic(name, {
      description: `Whether ${name} ${answers[service as keyof typeof answers]}. Good is up. "Not watched": nothing of this stack asks it on the chosen servers.`,
      width: 3,
      unit: units.NoUnit,
      words: up,
      limits: upOrDown,
      noValue: "Not watched",
      queries: promql(isUp(service), "{{server}}"),
    }),
  );
  return [
    ...single,
    statistic("Log shippers down", {
      description:
        "Promtails that do not answer. Good is 0. While one is down, no log line of that server reaches Loki; see the dashboard DevOps for which one.",
      width: 3,
      unit: units.NoUnit,
      limits: noneOrSome,
      queries: promql(`count(up{job="promtail", ${onServer}} == 0) or vector(0)`, "down"),
    }),
    stateTimeline("Critical services up and down", {
      description:
        "The same over the time that is shown. Good is green throughout. Unavailable minutes count against the 99.9 % on the dashboard DevOps.",
      width: 24,
      unit: units.NoUnit,
      words: up,
      limits: upOrDown,
      links: [toDashboard("devops-dashboard"), toServerLogs],
      queries: promql(criticalServicesUp, "{{service}} on {{server}}"),
    }),
  ];
}

function trendPanels(inventory: Inventory) {
  const links = [toServerLogs];
  const shares = { unit: units.Percent, min: 0, max: 100, links };
  return [
    timeSeries("CPU", {
      description:
        "Busy share of all processors of each server. The dashed lines are where HighCPUUsage and CriticalCPUUsage begin; short peaks above them are normal, a plateau is not.",
      ...shares,
      limits: above(inventory, "cpuHighPercent", "cpuCriticalPercent"),
      queries: promql(cpuPercent, "{{server}}"),
    }),
    timeSeries("Memory", {
      description:
        "Memory that is not available, of each server. The dashed lines are where HighMemoryUsage and CriticalMemoryUsage begin. A line that only rises is a leak.",
      ...shares,
      limits: above(inventory, "memoryHighPercent", "memoryCriticalPercent"),
      queries: promql(memoryPercent, "{{server}}"),
    }),
    timeSeries("Space left on disks", {
      description:
        "What is left on every filesystem. The dashed lines are where HighDiskUsage and CriticalDiskUsage begin, from above. A slope that meets them within a week wants a decision now.",
      ...shares,
      limits: below(inventory, "diskFreeLowPercent", "diskFreeCriticalPercent"),
      queries: promql(diskFreePercent, "{{server}} {{mountpoint}}"),
    }),
    timeSeries("Load by processor", {
      description:
        "Programs that run or wait, by processor, over 5 minutes. Below 1 nobody waits for a processor; at the dashed line HighLoadAverage begins. High while CPU is low: they wait for disks.",
      unit: units.NoUnit,
      min: 0,
      decimals: 2,
      links,
      limits: above(inventory, "loadPerCpu"),
      queries: promql(loadPerCpu, "{{server}}"),
    }),
    timeSeries("Network, received", {
      description:
        "What each server's own interfaces receive. Unusual is what differs from the same hour of other days; a fall to nothing is a server that is cut off.",
      unit: units.BytesPerSecondSI,
      min: 0,
      links,
      queries: promql(traffic("receive", "$__rate_interval"), "{{server}}"),
    }),
    timeSeries("Network, sent", {
      description:
        "What each server's own interfaces send. Unusual is what differs from the same hour of other days; a steady plateau at night may be a backup, or data that should not leave.",
      unit: units.BytesPerSecondSI,
      min: 0,
      links,
      queries: promql(traffic("transmit", "$__rate_interval"), "{{server}}"),
    }),
    timeSeries("Disks busy", {
      description:
        "Share of the time in which each disk has work. At the dashed line DiskSaturated begins; SSDs do several things at once and may live there for a while, a hard disk is at its end.",
      ...shares,
      limits: above(inventory, "diskBusyPercent"),
      queries: promql(
        `100 * rate(node_disk_io_time_seconds_total{${onServer}, device!~"loop.*|sr.*|ram.*|fd.*"}[$__rate_interval])`,
        "{{server}} {{device}}",
      ),
    }),
    timeSeries("Swap in use", {
      description:
        "Share of each server's swap that is in use; one without swap stays at 0. Some is normal; at the dashed line HighSwapUsage begins, and programs stall.",
      ...shares,
      limits: above(inventory, "swapPercent"),
      queries: promql(
        `100 * (node_memory_SwapTotal_bytes{${onServer}} - node_memory_SwapFree_bytes{${onServer}}) / clamp_min(node_memory_SwapTotal_bytes{${onServer}}, 1)`,
        "{{server}}",
      ),
    }),
  ];
}
