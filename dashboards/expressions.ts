import { diskTrend, memoryTrend } from "../alerts/recording/capacity";
import { realFilesystems } from "../alerts/recording/filesystems";
import { cpuBusy } from "../alerts/recording/usage";
import { heartbeatAlert } from "../alerts/routing";
import type { Severity } from "../alerts/rule";
import { onServer } from "./query";

// PromQL that more than one panel asks, about the chosen servers; each as the alert rules measure it.

/** Busy share of all processors, %. */
export const cpuPercent = `${cpuBusy.record}{${onServer}}`;

/** Memory that is not available, %. */
export const memoryPercent = `100 * (1 - node_memory_MemAvailable_bytes{${onServer}} / node_memory_MemTotal_bytes{${onServer}})`;

const onDisks = `${onServer}, ${realFilesystems}`;
const writable = `unless node_filesystem_readonly{${onServer}} == 1`;

/** Space that is left on each filesystem, %. */
export const diskFreePercent = `100 * node_filesystem_avail_bytes{${onDisks}} / (node_filesystem_size_bytes{${onDisks}} > 0) ${writable}`;

/** The same of each server's fullest one. */
export const leastDiskFreePercent = `min by (server) (${diskFreePercent})`;

/** Load over five minutes, by processor. */
export const loadPerCpu = `node_load5{${onServer}} / on (server) count by (server) (node_cpu_seconds_total{mode="idle", ${onServer}})`;

/** Interfaces of the server itself, not those that lead to containers. */
const onInterfaces = `${onServer}, device!~"lo|veth.*|br-.*|docker.*|virbr.*|tap.*"`;

/** Bytes a second of a server's interfaces together. */
export function traffic(way: "receive" | "transmit", window = "5m"): string {
  return `sum by (server) (rate(node_network_${way}_bytes_total{${onInterfaces}}[${window}]))`;
}

/** Faulty or dropped packets a second of each interface, both directions together. */
export function badPackets(what: "errs" | "drop", window = "5m"): string {
  const rate = (way: string) => `rate(node_network_${way}_${what}_total{${onServer}, device!="lo"}[${window}])`;
  return `${rate("receive")} + ${rate("transmit")}`;
}

/** What is not going to be full within a year has this many days left. */
export const manyDays = 365;

/** Days until each filesystem is full, if it goes on as in the last week; at most a year. */
export const daysUntilDiskFull = daysUntilFull(
  `node_filesystem_avail_bytes{${onDisks}} ${writable}`,
  `${diskTrend.record}{${onServer}}`,
);

/** Days until a server's memory is full, if it goes on as in the last week; at most a year. */
export const daysUntilMemoryFull = daysUntilFull(
  `node_memory_MemAvailable_bytes{${onServer}}`,
  `${memoryTrend.record}{${onServer}}`,
);

/** A trend that leads nowhere is one byte a second: 365 days are far off then. */
function daysUntilFull(left: string, trend: string): string {
  return `clamp_max((${left}) / clamp_min(-${trend}, 1) / 86400, ${manyDays})`;
}

/** Matchers for alerts that fire, but for the one that always does. */
export const firing = `alertstate="firing", alertname!="${heartbeatAlert}", ${onServer}`;

/** How many alerts of a severity fire. */
export function firingOf(severity: Severity): string {
  return `count(ALERTS{${firing}, severity="${severity}"}) or vector(0)`;
}

/** Each alert that fires, with the time since when it is so in milliseconds. */
export const firingSince = `1000 * ALERTS_FOR_STATE{${onServer}} and ignoring (alertstate) ALERTS{${firing}}`;
