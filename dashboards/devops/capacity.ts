import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { badPackets, daysUntilDiskFull, daysUntilMemoryFull, diskFreePercent, manyDays } from "../expressions";
import { above, below, limits } from "../limits";
import { toServerLogs } from "../links";
import { barGauge, timeSeries } from "../panels";
import { onServer, promql } from "../query";

/** A week is what it takes to get a disk or a decision. */
const soon = limits({ from: "red", 7: "orange", 30: "green" });
const trend = `As it went in the last 7 days, or for as long as there are data: on the first day it says little, and one large file makes a trend. ${manyDays} days stand for a year and more, or for no growth.`;

/** When something will be full, and what is near its bounds. */
export function capacityPanels(inventory: Inventory) {
  const days = { unit: units.Days, decimals: 0, min: 0, max: manyDays, limits: soon, links: [toServerLogs] };
  return [
    barGauge("Days until disks are full", {
      description: `When each filesystem will be full if it goes on so. Good is more than 30 days; red is less than a week. ${trend}`,
      width: 12,
      ...days,
      queries: promql(daysUntilDiskFull, "{{server}} {{mountpoint}}"),
    }),
    barGauge("Days until memory is full", {
      description: `When each server's available memory will be gone if it goes on so. Good is more than 30 days; less means a leak, or load that grows. ${trend}`,
      width: 12,
      ...days,
      queries: promql(daysUntilMemoryFull, "{{server}}"),
    }),
    timeSeries("Space left on disks", {
      description:
        "What is left on every filesystem. The dashed lines are where HighDiskUsage and CriticalDiskUsage begin. DiskWillFillIn4Hours looks at the steep ones, the days above at the slow ones.",
      unit: units.Percent,
      min: 0,
      max: 100,
      limits: below(inventory, "diskFreeLowPercent", "diskFreeCriticalPercent"),
      links: [toServerLogs],
      queries: promql(diskFreePercent, "{{server}} {{mountpoint}}"),
    }),
    timeSeries("Memory available", {
      description:
        "What programs can still get without swapping. There is no line to keep to here, as servers differ; the shares and their limits are on the dashboard All Servers. A line that only falls is a leak.",
      unit: units.BytesIEC,
      min: 0,
      links: [toServerLogs],
      queries: promql(`node_memory_MemAvailable_bytes{${onServer}}`, "{{server}}"),
    }),
    timeSeries("File descriptors in use", {
      description:
        "Files, sockets and pipes of all programs against what the kernel allows. At the dashed line TooManyOpenFiles begins; at 100 % nothing can be opened. A kernel without a bound stays at 0.",
      unit: units.Percent,
      min: 0,
      max: 100,
      limits: above(inventory, "openFilesPercent"),
      links: [toServerLogs],
      queries: promql(`100 * node_filefd_allocated{${onServer}} / node_filefd_maximum{${onServer}}`, "{{server}}"),
    }),
    timeSeries("Faulty and dropped packets", {
      description:
        "Packets a second of each interface that were damaged or dropped, both directions together. Good is 0. At the dashed line HighNetworkErrors and HighNetworkDrops begin: connections are slow and break.",
      unit: units.PacketsPerSecond,
      min: 0,
      limits: above(inventory, "networkErrorsPerSecond"),
      links: [toServerLogs],
      queries: [
        promql(badPackets("errs", "$__rate_interval"), "{{server}} {{device}} faulty"),
        promql(badPackets("drop", "$__rate_interval"), "{{server}} {{device}} dropped"),
      ],
    }),
  ];
}
