import { above, rule } from "../rule";
import { flat, rising, steps } from "../series";

const usedMemory = "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)";

/** A server's memory, with so many percent of it not available. */
const memory = (used: number) => [
  flat("node_memory_MemTotal_bytes", 100),
  flat("node_memory_MemAvailable_bytes", 100 - used),
];

const lookAtMemory = [
  "Dashboard DevOps: which container grew (memory against limit)?",
  "On the server: `docker stats --no-stream`, and `ps aux --sort=-rss | head` for what runs outside of containers.",
];

export const highMemoryUsage = rule("HighMemoryUsage", {
  job: "node-exporter",
  expr: above("memoryHighPercent", usedMemory),
  for: "5m",
  severity: "warning",
  category: "resource",
  summary: "{{ $labels.server }} uses {{ $value | humanize }} % of its memory",
  description: "More than $threshold % of the memory of {{ $labels.server }} has not been available for 5 minutes.",
  impact: "Little is left for file caches and for peaks; the next large allocation may end in swapping.",
  runbook: {
    means:
      "`MemAvailable` is the kernel's own estimate of what programs can still get without swapping: free memory and the caches that can be given up. `MemFree` alone would count every cached file as used.",
    look: lookAtMemory,
    mend: [
      "Limit or restart the container that grew without bound.",
      "If all of them need what they use: move one to another server, or add memory.",
    ],
  },
  cases: {
    fires: [{ when: "86 % are not available", series: memory(86) }],
    silent: [
      { when: "84 % are not available", series: memory(84) },
      {
        when: "nearly nothing is free, because it is cache",
        series: [...memory(50), flat("node_memory_MemFree_bytes", 2)],
      },
      {
        when: "86 % for four minutes only",
        series: [
          flat("node_memory_MemTotal_bytes", 100),
          steps("node_memory_MemAvailable_bytes", { 0: 50, 20: 14, 24: 50 }),
        ],
      },
    ],
  },
});

export const criticalMemoryUsage = rule("CriticalMemoryUsage", {
  job: "node-exporter",
  expr: above("memoryCriticalPercent", usedMemory),
  for: "2m",
  severity: "critical",
  category: "resource",
  summary: "{{ $labels.server }} uses {{ $value | humanize }} % of its memory",
  description: "More than $threshold % of the memory of {{ $labels.server }} has not been available for 2 minutes.",
  impact: "The kernel is about to kill a program of its own choice, or the server stalls.",
  supersedes: [{ rule: "HighMemoryUsage" }],
  runbook: {
    means:
      "The same measurement as [HighMemoryUsage](HighMemoryUsage.md), at the point where the kernel's OOM killer is next.",
    look: lookAtMemory,
    mend: [
      "Restart the container that grew, now: better that one than the one that the kernel picks.",
      "Then as for [HighMemoryUsage](HighMemoryUsage.md).",
    ],
  },
  cases: {
    fires: [{ when: "96 % are not available", series: memory(96) }],
    silent: [{ when: "94 % are not available", series: memory(94) }],
  },
});

/** A server's swap, of which so much is free. */
const swap = ({ total, free }: { total: number; free: number }) => [
  flat("node_memory_SwapTotal_bytes", total),
  flat("node_memory_SwapFree_bytes", free),
];

export const highSwapUsage = rule("HighSwapUsage", {
  job: "node-exporter",
  expr: above("swapPercent", "100 * (1 - node_memory_SwapFree_bytes / (node_memory_SwapTotal_bytes > 0))"),
  for: "10m",
  severity: "warning",
  category: "resource",
  summary: "{{ $labels.server }} uses {{ $value | humanize }} % of its swap",
  description: "More than $threshold % of the swap of {{ $labels.server }} has been in use for 10 minutes.",
  impact: "Programs on this server stall while pages come back from disk; the next allocation may kill one.",
  runbook: {
    means:
      "A server that uses most of its swap has needed more memory than it has. One without swap never fires this rule.",
    look: [
      "`vmstat 1 5`: columns `si` and `so` above zero mean that it swaps right now; at zero these are pages that nobody has asked for since.",
      ...lookAtMemory,
    ],
    mend: [
      "Restart or limit the container that grew; add memory if all of them need what they use.",
      "Old pages and enough memory by now: `swapoff -a && swapon -a` brings them back, within minutes.",
    ],
  },
  cases: {
    fires: [{ when: "81 % of swap in use", series: swap({ total: 100, free: 19 }) }],
    silent: [
      { when: "79 % of swap in use", series: swap({ total: 100, free: 21 }) },
      { when: "a server without swap", series: swap({ total: 0, free: 0 }) },
    ],
  },
});

export const tooManyOpenFiles = rule("TooManyOpenFiles", {
  job: "node-exporter",
  expr: above("openFilesPercent", "100 * node_filefd_allocated / node_filefd_maximum"),
  for: "5m",
  severity: "warning",
  category: "resource",
  summary: "{{ $labels.server }} uses {{ $value | humanize }} % of its file descriptors",
  description:
    "More than $threshold % of the file descriptors that the kernel of {{ $labels.server }} allows have been open for 5 minutes.",
  impact: "At the limit no program can open a file or accept a connection any more.",
  runbook: {
    means: "The kernel's own bound for all programs together, `fs.file-max`. Files, sockets and pipes count alike.",
    look: [
      "`lsof -n 2>/dev/null | awk '{ print $1 }' | sort | uniq -c | sort -rn | head` on the server.",
      "`ss -s`: thousands of sockets in CLOSE-WAIT are connections that a program has forgotten to close.",
    ],
    mend: [
      "Restart the program that leaks them.",
      "If the number is honest: `sysctl fs.file-max=…`, and the same in /etc/sysctl.d.",
    ],
  },
  cases: {
    fires: [
      {
        when: "81 % of the descriptors are open",
        series: [flat("node_filefd_allocated", 81), flat("node_filefd_maximum", 100)],
      },
    ],
    silent: [
      { when: "79 % are open", series: [flat("node_filefd_allocated", 79), flat("node_filefd_maximum", 100)] },
      {
        when: "a kernel without a bound",
        series: [flat("node_filefd_allocated", 5000), flat("node_filefd_maximum", 9.2e18)],
      },
    ],
  },
});

export const hostOutOfMemoryKill = rule("HostOutOfMemoryKill", {
  job: "node-exporter",
  expr: "increase(node_vmstat_oom_kill[10m]) > 0",
  for: "0s",
  severity: "critical",
  category: "resource",
  summary: "The kernel of {{ $labels.server }} killed a program for want of memory",
  description:
    "{{ $value | humanize }} programs were killed on {{ $labels.server }} within 10 minutes, to get memory back.",
  impact: "Whatever was killed is gone without having been able to finish; it was probably the largest program.",
  runbook: {
    means:
      "`oom_kill` of /proc/vmstat counts every kill, inside a container's limit or for the whole server. See also ContainerOutOfMemoryKill, which names the container.",
    look: [
      "`journalctl --dmesg --since -1h | grep -A1 'Out of memory\\|oom-kill'` names the program.",
      ...lookAtMemory,
    ],
    mend: ["Check that what was killed runs again.", "Give it a limit that it lives with, or the server more memory."],
  },
  cases: {
    fires: [{ when: "one program was killed", series: [steps("node_vmstat_oom_kill", { 0: 3, 30: 4 })], from: 30 }],
    silent: [{ when: "programs were killed long ago", series: [flat("node_vmstat_oom_kill", 3)] }],
  },
});

export const memoryThrashing = rule("MemoryThrashing", {
  job: "node-exporter",
  expr: above("majorFaultsPerSecond", "rate(node_vmstat_pgmajfault[5m])"),
  for: "10m",
  severity: "warning",
  category: "resource",
  summary: "{{ $labels.server }} reads {{ $value | humanize }} memory pages a second back from disk",
  description: "More than $threshold pages a second have had to be read from disk for 10 minutes.",
  impact: "Programs wait for the disk at every step: the server is slow although its processors are idle.",
  runbook: {
    means:
      "A major fault is a page that a program needed and that was not in memory. Short bursts are programs that start; a lasting rate is a server that lives on its disk.",
    look: ["`vmstat 1 5`, and `pidstat -r 1 5` for the program with the faults.", ...lookAtMemory],
    mend: ["As for [HighMemoryUsage](HighMemoryUsage.md)."],
  },
  cases: {
    fires: [{ when: "1100 pages a second", series: [rising("node_vmstat_pgmajfault", 1100)], from: 4.5 }],
    silent: [{ when: "900 pages a second", series: [rising("node_vmstat_pgmajfault", 900)] }],
  },
});

export const connectionTableNearlyFull = rule("ConnectionTableNearlyFull", {
  job: "node-exporter",
  expr: above("conntrackPercent", "100 * node_nf_conntrack_entries / (node_nf_conntrack_entries_limit > 0)"),
  for: "5m",
  severity: "warning",
  category: "resource",
  summary: "The connection table of {{ $labels.server }} is {{ $value | humanize }} % full",
  description:
    "More than $threshold % of the entries of the kernel's connection-tracking table have been in use for 5 minutes.",
  impact: "When it is full, new connections to and from containers are dropped without an error.",
  runbook: {
    means: "Docker's port publishing needs an entry for every connection (`nf_conntrack`).",
    look: [
      "`conntrack -L 2>/dev/null | awk '{ print $4 }' | sort | uniq -c` by state; `dmesg | grep conntrack` for drops.",
      "`ss -s` in the containers with many clients.",
    ],
    mend: [
      "`sysctl net.netfilter.nf_conntrack_max=…` (each entry takes about 300 bytes).",
      "Let the client that opens a connection for every request keep it.",
    ],
  },
  cases: {
    fires: [
      {
        when: "81 % in use",
        series: [flat("node_nf_conntrack_entries", 81), flat("node_nf_conntrack_entries_limit", 100)],
      },
    ],
    silent: [
      {
        when: "79 % in use",
        series: [flat("node_nf_conntrack_entries", 79), flat("node_nf_conntrack_entries_limit", 100)],
      },
      { when: "no table", series: [flat("node_nf_conntrack_entries", 0), flat("node_nf_conntrack_entries_limit", 0)] },
    ],
  },
});

export const hardwareMemoryErrors = rule("HardwareMemoryErrors", {
  job: "node-exporter",
  expr: "increase(node_edac_uncorrectable_errors_total[1h]) > 0",
  for: "0s",
  severity: "critical",
  category: "resource",
  summary: "A memory module of {{ $labels.server }} is faulty",
  description:
    "{{ $value | humanize }} memory errors that could not be corrected within an hour (controller {{ $labels.controller }}).",
  impact: "Data in memory was wrong: programs may have crashed, or written what they should not have.",
  runbook: {
    means: "ECC memory corrects single wrong bits by itself; this counts those that it could not.",
    look: ["`edac-util --verbose` or `ras-mc-ctl --errors` names the module."],
    mend: ["Plan the exchange of the module for today, and move what matters to another server first."],
  },
  cases: {
    fires: [
      {
        when: "an error that could not be corrected",
        series: [steps("node_edac_uncorrectable_errors_total", { 0: 0, 20: 1 }, { controller: "0" })],
        labels: { controller: "0" },
        from: 20,
      },
    ],
    silent: [{ when: "none", series: [flat("node_edac_uncorrectable_errors_total", 0, { controller: "0" })] }],
  },
});
