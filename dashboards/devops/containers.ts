import * as units from "@grafana/grafana-foundation-sdk/units";
import { containerRestarts, containerStart } from "../../alerts/recording/capacity";
import { containerCpu } from "../../alerts/recording/usage";
import type { Inventory } from "../../stacks/inventory";
import { above, limits, noneOrSome } from "../limits";
import { toContainerLogs } from "../links";
import { stateTimeline, statistic, timeSeries } from "../panels";
import { onServer, promql } from "../query";
import { states } from "../states";
import { valueTable } from "../table";

const chosen = `${onServer}, name!="", name=~"$container"`;
const each = "by (server, name)";
/** What cAdvisor passes on of Docker; one that has just been started is not healthy yet. */
const health = states({ [-1]: ["no check", "blue"], 0: ["unhealthy", "red"], 1: ["healthy", "green"] });
const healthLimits = limits({ from: "blue", 0: "red", 1: "green" });
/** Of a container that was recreated, the newer one: the old one's samples are found for a while yet. */
const healthOf = `max ${each} (container_health_state{${chosen}})`;

const memoryOfLimit = `max ${each} (100 * container_memory_working_set_bytes{${chosen}} / (container_spec_memory_limit_bytes{${chosen}} > 0))`;

/** What containers do: their state, restarts, and what they use of what they may. */
export function containerPanels(inventory: Inventory) {
  const memory = above(inventory, "containerMemoryPercent");
  const links = [toContainerLogs];
  return [
    statistic("Containers", {
      description:
        "Containers that cAdvisor sees on the chosen servers. Good is as many as usual; which of those that the inventory names is not there is told by ContainerMissing.",
      unit: units.NoUnit,
      queries: promql(`count(count ${each} (container_last_seen{${chosen}})) or vector(0)`, "running"),
    }),
    statistic("Unhealthy", {
      description:
        "Containers whose own health check does not succeed. Good is 0; one that has just been started counts until its first success. After 5 minutes ContainerUnhealthy fires.",
      unit: units.NoUnit,
      limits: noneOrSome,
      queries: promql(`count(${healthOf} == 0) or vector(0)`, "unhealthy"),
    }),
    statistic("Missing", {
      description:
        "Containers that the inventory names and that do not run, by the alert ContainerMissing. Good is 0; which they are is on the dashboard All Servers.",
      unit: units.NoUnit,
      limits: noneOrSome,
      queries: promql(
        `count(ALERTS{alertname="ContainerMissing", alertstate="firing", ${onServer}}) or vector(0)`,
        "missing",
      ),
    }),
    statistic("Restarts within a day", {
      description:
        "How often containers were restarted or recreated in the last 24 hours, all together. Good is 0 on a day without a deployment; the table says which.",
      unit: units.NoUnit,
      limits: limits({ from: "green", 1: "orange" }),
      queries: promql(`sum(${containerRestarts.record}{${chosen}}) or vector(0)`, "restarts"),
    }),
    statistic("Killed for want of memory", {
      description:
        "Processes in containers that the kernel killed within 24 hours because they wanted more memory than they may have. Good is 0. Raise the limit, or find the leak; see ContainerOutOfMemoryKill.",
      unit: units.NoUnit,
      decimals: 0,
      limits: noneOrSome,
      queries: promql(`sum(increase(container_oom_events_total{${chosen}}[1d])) or vector(0)`, "killed"),
    }),
    statistic("Nearest to its memory limit", {
      description:
        "The container that uses the most of the memory that it may use. From red on ContainerNearMemoryLimit fires after 10 minutes; at 100 % it is killed.",
      unit: units.Percent,
      decimals: 0,
      limits: memory,
      links,
      noValue: "None has a limit",
      queries: promql(`topk(1, ${memoryOfLimit})`, "{{name}} on {{server}}"),
    }),
    valueTable("Containers", {
      description:
        "Each container as it is now: health, time since it was started, restarts within a day, memory in use and against its limit (empty: it has none), processor time (100 % is one processor).",
      width: 24,
      height: 9,
      noValue: "cAdvisor sees no container here",
      sortBy: "Memory",
      queries: [
        promql(healthOf),
        promql(`max ${each} (time() - ${containerStart.record}{${chosen}})`),
        promql(`max ${each} (${containerRestarts.record}{${chosen}})`),
        promql(`sum ${each} (container_memory_working_set_bytes{${chosen}})`),
        promql(memoryOfLimit),
        promql(`max ${each} (${containerCpu.record}{${chosen}})`),
      ],
      columns: {
        server: "Server",
        name: "Container",
        "Value #A": { title: "Health", words: health, limits: healthLimits, unit: units.NoUnit },
        "Value #B": { title: "Up for", unit: units.DurationSeconds, decimals: 0 },
        "Value #C": { title: "Restarts", unit: units.NoUnit, limits: limits({ from: "green", 1: "orange" }) },
        "Value #D": { title: "Memory", unit: units.BytesIEC },
        "Value #E": { title: "Of its limit", unit: units.Percent, decimals: 0, limits: memory },
        "Value #F": { title: "CPU", unit: units.Percent, decimals: 1 },
      },
    }),
    stateTimeline("Health", {
      description:
        "What each container's own health check said, in the time that is shown. Good is green throughout, blue has no check of its own; a gap is time in which it did not run, or cAdvisor did not answer.",
      unit: units.NoUnit,
      words: health,
      limits: healthLimits,
      links,
      queries: promql(healthOf, "{{name}} on {{server}}"),
    }),
    timeSeries("Memory against limit", {
      description:
        "Memory in use, without what can be given up, against each container's limit; one without a limit has no line. At the dashed line ContainerNearMemoryLimit begins. A line that only rises is a leak.",
      unit: units.Percent,
      min: 0,
      max: 100,
      limits: memory,
      links,
      noValue: "No container has a limit",
      queries: promql(memoryOfLimit, "{{name}} on {{server}}"),
    }),
    timeSeries("CPU", {
      description:
        "Processor time of each container; 100 % is one processor. There is no good or bad here: find who uses the processors of a server that is busy.",
      unit: units.Percent,
      min: 0,
      links,
      queries: promql(`max ${each} (${containerCpu.record}{${chosen}})`, "{{name}} on {{server}}"),
    }),
    timeSeries("Held back by its CPU limit", {
      description:
        "Share of periods (100 ms) in which a container had used up its CPU limit and had to wait. At the dashed line ContainerCpuThrottled begins: it is slow although the server has time. Containers without a limit have no line.",
      unit: units.Percent,
      min: 0,
      max: 100,
      limits: above(inventory, "containerThrottledPercent"),
      links,
      noValue: "No container has a CPU limit",
      queries: promql(
        `max ${each} (100 * rate(container_cpu_cfs_throttled_periods_total{${chosen}}[5m]) / (rate(container_cpu_cfs_periods_total{${chosen}}[5m]) > 0))`,
        "{{name}} on {{server}}",
      ),
    }),
  ];
}
