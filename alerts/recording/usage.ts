import { rising } from "../series";
import { recordingRule, targetLabels } from "./recording-rule";

/** Busy share of all processors, as the rules of `performance` measure it, %. */
export const cpuBusy = recordingRule("server:node_cpu_busy:percent_rate5m", {
  pace: "15s",
  jobs: ["node-exporter"],
  expr: '100 - 100 * avg without (cpu) (sum without (mode) (rate(node_cpu_seconds_total{mode=~"idle|iowait"}[5m])))',
  cases: [
    {
      when: "one of two processors works, and the other one waits for disks half the time",
      series: [
        rising("node_cpu_seconds_total", 1, { cpu: "0", mode: "user" }),
        rising("node_cpu_seconds_total", 0, { cpu: "0", mode: "idle" }),
        rising("node_cpu_seconds_total", 0.5, { cpu: "1", mode: "iowait" }),
        rising("node_cpu_seconds_total", 0.5, { cpu: "1", mode: "idle" }),
      ],
      finds: [{ value: 50 }],
    },
  ],
});

/** Processor time of each container, % of one processor. */
export const containerCpu = recordingRule("server_name:container_cpu_usage:percent_rate5m", {
  pace: "15s",
  jobs: ["cadvisor"],
  expr: `100 * sum by (${targetLabels}, name) (rate(container_cpu_usage_seconds_total{name!=""}[5m]))`,
  cases: [
    {
      when: "a container keeps one and a half processors busy",
      series: [
        rising("container_cpu_usage_seconds_total", 1, { name: "shop", id: "/docker/a1", cpu: "cpu00" }),
        rising("container_cpu_usage_seconds_total", 0.5, { name: "shop", id: "/docker/a1", cpu: "cpu01" }),
        rising("container_cpu_usage_seconds_total", 3, { name: "", id: "/", cpu: "cpu00" }),
      ],
      finds: [{ labels: { name: "shop" }, value: 150 }],
    },
  ],
});
