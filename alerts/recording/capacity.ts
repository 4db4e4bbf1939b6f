import { rising, steps } from "../series";
import { realFilesystems } from "./filesystems";
import { recordingRule, targetLabels } from "./recording-rule";

const root = { device: "/dev/sda1", fstype: "ext4", mountpoint: "/" };

/** Space that is used up or set free, as it went in the last week, bytes a second; negative where it gets less. */
export const diskTrend = recordingRule("server_mountpoint:node_filesystem_avail_bytes:deriv7d", {
  pace: "5m",
  jobs: ["node-exporter"],
  expr: `deriv(node_filesystem_avail_bytes{${realFilesystems}}[7d])`,
  cases: [
    {
      when: "100 bytes a second are written",
      series: [rising("node_filesystem_avail_bytes", -100, root, 1e9)],
      finds: [{ labels: root, value: -100 }],
    },
    {
      when: "it lives in memory",
      series: [rising("node_filesystem_avail_bytes", -100, { ...root, fstype: "tmpfs" }, 1e9)],
      finds: [],
    },
  ],
});

/** Memory that is used up or set free, as it went in the last week, bytes a second; negative where it gets less. */
export const memoryTrend = recordingRule("server:node_memory_MemAvailable_bytes:deriv7d", {
  pace: "5m",
  jobs: ["node-exporter"],
  expr: "deriv(node_memory_MemAvailable_bytes[7d])",
  cases: [
    {
      when: "a program takes ten bytes a second",
      series: [rising("node_memory_MemAvailable_bytes", -10, {}, 1e9)],
      finds: [{ value: -10 }],
    },
  ],
});

/** The start of the newest container of each name, as a time: a recreated one has another id, and another series. */
export const containerStart = recordingRule("server_name:container_start_time_seconds:max", {
  pace: "15s",
  jobs: ["cadvisor"],
  expr: `max by (${targetLabels}, name) (container_start_time_seconds{name!=""})`,
  cases: [
    {
      when: "a container was recreated, and what is no container's is left out",
      series: [
        steps("container_start_time_seconds", { 0: 1000 }, { name: "shop", id: "/docker/a1" }),
        steps("container_start_time_seconds", { 0: null, 30: 2800 }, { name: "shop", id: "/docker/b2" }),
        steps("container_start_time_seconds", { 0: 3000 }, { name: "", id: "/" }),
      ],
      finds: [{ labels: { name: "shop" }, value: 2800 }],
    },
  ],
});

/** How often each container was restarted or recreated within a day. */
export const containerRestarts = recordingRule("server_name:container_start_time_seconds:changes1d", {
  pace: "5m",
  jobs: ["cadvisor"],
  expr: `changes(${containerStart.record}[1d])`,
  cases: [
    {
      when: "one was restarted twice, the other one never",
      series: [
        steps(containerStart.record, { 0: 1000, 10: 1600, 20: 2200 }, { name: "shop" }),
        steps(containerStart.record, { 0: 1000 }, { name: "queue" }),
      ],
      finds: [
        { labels: { name: "shop" }, value: 2 },
        { labels: { name: "queue" }, value: 0 },
      ],
    },
  ],
});
