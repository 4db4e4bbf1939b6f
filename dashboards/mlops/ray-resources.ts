import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above } from "../limits";
import { timeSeries } from "../panels";
import { onServer, promql } from "../query";

const none = "no Ray here";

/** A figure of each node; Ray names nodes by their address. */
const ofNode = (metric: string) => `max by (server, ip) (ray_node_${metric}{${onServer}})`;

/** What the nodes of the cluster have, and how much of it is used. */
export function rayResources(inventory: Inventory): Row {
  return row(
    "Ray: processors, memory and object store",
    [
      timeSeries("CPU of the nodes", {
        description:
          "Busy share of all processors of each node of the cluster, by Ray's measurement. Busy is what nodes are for; orange and red as for the server itself (HighCPUUsage), where other services share it.",
        unit: units.Percent,
        min: 0,
        max: 100,
        limits: above(inventory, "cpuHighPercent", "cpuCriticalPercent"),
        queries: promql(ofNode("cpu_utilization"), "{{server}} {{ip}}"),
      }),
      timeSeries("Memory of the nodes", {
        description:
          "Memory in use on each node of the cluster, by Ray's measurement. Orange and red as for the server itself (HighMemoryUsage); at 95 % Ray kills workers (`RAY_memory_usage_threshold`).",
        unit: units.Percent,
        min: 0,
        max: 100,
        limits: above(inventory, "memoryHighPercent", "memoryCriticalPercent"),
        queries: promql(`100 * ${ofNode("mem_used")} / (${ofNode("mem_total")} > 0)`, "{{server}} {{ip}}"),
      }),
      timeSeries("Processors that are asked for", {
        description:
          "Processors that tasks and actors have reserved (`num_cpus`), and that are still free. All reserved while the CPU idles: tasks ask for more than they use, and others wait for nothing.",
        unit: units.Short,
        min: 0,
        stacked: true,
        queries: promql(`sum by (server, State) (ray_resources{${onServer}, Name="CPU"})`, "{{server}} {{State}}"),
      }),
      timeSeries("Object store over time", {
        description:
          "Share of the object store that is in use. RayObjectStoreNearlyFull begins at the dashed line. It falls when references are given up: a line that only climbs is a job that keeps them.",
        unit: units.Percent,
        min: 0,
        max: 100,
        limits: above(inventory, "rayObjectStorePercent"),
        queries: promql(
          `100 * sum by (server) (ray_object_store_used_memory{${onServer}}) / (sum by (server) (ray_object_store_used_memory{${onServer}} + ray_object_store_available_memory{${onServer}}) > 0)`,
          "{{server}}",
        ),
      }),
      timeSeries("Where objects lie", {
        description:
          "Objects in shared memory (`MMAP_SHM`), in a worker's own memory (`WORKER_HEAP`), and on the disk (`MMAP_DISK`, `SPILLED`). The last two should be 0: reading them back is slow, and the disk may fill.",
        unit: units.BytesIEC,
        min: 0,
        queries: promql(`sum by (server, Location) (ray_object_store_memory{${onServer}})`, "{{server}} {{Location}}"),
      }),
      timeSeries("Workers that die", {
        description:
          "Processes of Ray that ended unasked, within the 5 minutes before. 0 is good; never 0 for a quarter of an hour is RayWorkersCrash. Mostly memory: let each task ask for what it needs.",
        unit: units.Short,
        min: 0,
        queries: promql(
          `sum by (server) (increase(ray_unintentional_worker_failures_total{${onServer}}[5m]))`,
          "{{server}}",
        ),
      }),
    ],
    none,
  );
}
