import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above } from "../limits";
import { statistic, timeSeries } from "../panels";
import { onServer, promql } from "../query";
import { states } from "../states";

const none = "no GPU here";
const byGpu = "server, gpu, modelName";
const gpuName = "{{server}} {{gpu}} {{modelName}}";

/** A field of NVIDIA's DCGM exporter, by card. */
const field = (name: string, by = byGpu, fn = "max") => `${fn} by (${by}) (DCGM_FI_DEV_${name}{${onServer}})`;

/** Memory in use; a card that says nothing of its memory is left out. */
const memoryPercent = (by: string) =>
  `100 * ${field("FB_USED", by, "sum")} / (${field("FB_USED", by, "sum")} + ${field("FB_FREE", by, "sum")} > 0)`;

/** Errors of the card itself, by NVIDIA's catalog; the same as in the rule GpuHardwareError. */
const hardwareErrors = [48, 64, 74, 79, 95];
const errors = states({
  0: ["none", "green"],
  ...Object.fromEntries(hardwareErrors.map((code) => [code, [`${code}: hardware`, "red"]])),
});

/** The graphics cards, by NVIDIA's DCGM exporter; says so where there is none. */
export function gpus(inventory: Inventory): Row {
  const warm = above(inventory, "gpuTemperatureCelsius", "gpuTemperatureCriticalCelsius");
  const full = above(inventory, "gpuMemoryPercent");
  return row(
    "GPU",
    [
      statistic("GPUs", {
        description:
          "Graphics cards that the exporter sees; it should be as many as are built in. One less is a card that has fallen off the bus.",
        unit: units.Short,
        queries: promql(`count by (server) (DCGM_FI_DEV_GPU_TEMP{${onServer}})`, "{{server}}"),
      }),
      statistic("Busiest GPU", {
        description:
          "Share of the last second or so in which the busiest card computed. High is what it is for; 0 while models are asked is a model that runs on the CPU.",
        unit: units.Percent,
        queries: promql(field("GPU_UTIL", "server"), "{{server}}"),
      }),
      statistic("Fullest GPU", {
        description:
          "Memory of the card that has least left. Red for 10 minutes is GpuMemoryFull: the next model or batch does not fit (`CUDA out of memory`).",
        unit: units.Percent,
        decimals: 1,
        limits: full,
        queries: promql(`max by (server) (${memoryPercent(byGpu)})`, "{{server}}"),
      }),
      statistic("Warmest GPU", {
        description:
          "Temperature of the warmest card. Orange is GpuTooWarm: it slows itself down; red is GpuCriticalTemperature: it is about to switch itself off.",
        unit: units.Celsius,
        limits: warm,
        queries: promql(field("GPU_TEMP", "server"), "{{server}}"),
      }),
      statistic("Power of all GPUs", {
        description:
          "What all cards of a server draw. It should follow the work; near the cards' limit for long, they lower their clock.",
        unit: units.Watt,
        decimals: 0,
        queries: promql(field("POWER_USAGE", "server", "sum"), "{{server}}"),
      }),
      statistic("Last error (Xid)", {
        description:
          "Number of the last error (Xid) of each card's driver; 0 is none. It stays until the driver is loaded again. 13, 31 and 43 are faults of programs, 45 is a program that was killed, and no alert; 48, 64, 74, 79 and 95 are GpuHardwareError, the others GpuErrors.",
        unit: units.NoUnit,
        words: errors,
        queries: promql(field("XID_ERRORS"), gpuName),
      }),
      timeSeries("GPU utilisation", {
        description:
          "Share of the time in which each card computes. High is what it is for; low while requests wait is a model that waits for its data or for the CPU.",
        unit: units.Percent,
        min: 0,
        max: 100,
        queries: promql(field("GPU_UTIL"), gpuName),
      }),
      timeSeries("GPU memory", {
        description:
          "Memory of each card in use. GpuMemoryFull begins at the dashed line. What stays after the work is a process that keeps it: `nvidia-smi` names it.",
        unit: units.Percent,
        min: 0,
        max: 100,
        limits: full,
        queries: promql(memoryPercent(byGpu), gpuName),
      }),
      timeSeries("GPU temperature", {
        description:
          "Temperature of each card. GpuTooWarm and GpuCriticalTemperature begin at the dashed lines; most cards lower their clock between 83 and 93 °C.",
        unit: units.Celsius,
        limits: warm,
        queries: promql(field("GPU_TEMP"), gpuName),
      }),
      timeSeries("GPU power", {
        description:
          "What each card draws. It should follow its utilisation; much power without any is a card that hangs.",
        unit: units.Watt,
        min: 0,
        queries: promql(field("POWER_USAGE"), gpuName),
      }),
    ],
    none,
  );
}
