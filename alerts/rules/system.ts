import { above, rule } from "../rule";
import { flat, rising, steps } from "../series";

const mendClock = [
  "`timedatectl` and `chronyc tracking` (or `timedatectl timesync-status`): is a time service there, and has it a source?",
];

export const clockSkew = rule("ClockSkew", {
  job: "node-exporter",
  expr: above("clockOffsetSeconds", "abs(node_timex_offset_seconds)"),
  for: "5m",
  severity: "warning",
  category: "system",
  summary: "The clock of {{ $labels.server }} is off by {{ $value | humanizeDuration }}",
  description:
    "The clock of {{ $labels.server }} has been off by more than $threshold s, in one direction or the other, for 5 minutes.",
  impact: "Log lines and measurements of different servers do not line up; logins by token may fail.",
  runbook: {
    means:
      "The offset that the kernel's own time service reports (`adjtimex`), as a number without its sign. Where no time service runs it stays 0: ClockNotSynchronised is about that.",
    look: mendClock,
    mend: [
      "`systemctl restart chronyd` (or `systemd-timesyncd`); `chronyc makestep` sets the clock at once.",
      "On a virtual machine that was paused: the same, and the hypervisor's own clock.",
    ],
  },
  cases: {
    fires: [
      { when: "51 ms ahead", series: [flat("node_timex_offset_seconds", 0.051)] },
      { when: "51 ms behind", series: [flat("node_timex_offset_seconds", -0.051)] },
    ],
    silent: [
      { when: "49 ms ahead", series: [flat("node_timex_offset_seconds", 0.049)] },
      { when: "49 ms behind", series: [flat("node_timex_offset_seconds", -0.049)] },
    ],
  },
});

export const clockNotSynchronised = rule("ClockNotSynchronised", {
  job: "node-exporter",
  expr: "node_timex_sync_status == 0 and node_timex_maxerror_seconds >= 16",
  for: "15m",
  severity: "warning",
  category: "system",
  summary: "Nothing keeps the clock of {{ $labels.server }} right",
  description: "The clock of {{ $labels.server }} has not been synchronised for 15 minutes.",
  impact: "It drifts, by a second or so a day; nobody will notice before it matters.",
  runbook: {
    means:
      "The kernel counts how wrong its clock may be since it was last set; at 16 seconds it gives up and says that it is not synchronised.",
    look: mendClock,
    mend: [
      "`apt-get install chrony`, or `timedatectl set-ntp true`.",
      "A time server that is reachable from there: `chronyc sources`, UDP port 123.",
    ],
  },
  cases: {
    fires: [
      { when: "no time service", series: [flat("node_timex_sync_status", 0), flat("node_timex_maxerror_seconds", 16)] },
    ],
    silent: [
      { when: "synchronised", series: [flat("node_timex_sync_status", 1), flat("node_timex_maxerror_seconds", 0.2)] },
      {
        when: "just started",
        series: [flat("node_timex_sync_status", 0), rising("node_timex_maxerror_seconds", 0.0005)],
      },
    ],
  },
});

export const clockDiffers = rule("ClockDiffers", {
  job: "node-exporter",
  expr: above("clockDifferenceSeconds", "abs(node_time_seconds - timestamp(node_time_seconds))"),
  for: "5m",
  severity: "warning",
  category: "system",
  summary: "The clocks of {{ $labels.server }} and of Prometheus differ by {{ $value | humanizeDuration }}",
  description:
    "The clock of {{ $labels.server }} has differed from that of Prometheus by more than $threshold s for 5 minutes.",
  impact:
    "Its log lines appear at the wrong time, or are refused; one of the two clocks is wrong, and alerts of a wrong time are not to be trusted.",
  runbook: {
    means:
      "What the server says the time is, against the time at which Prometheus asked. Unlike ClockSkew this needs no time service to be true; it cannot say which of the two is right.",
    look: ["`date` on both: all servers at once means that it is Prometheus' own (server-84).", ...mendClock],
    mend: ["As for [ClockSkew](ClockSkew.md)."],
  },
  cases: {
    // The clock of a rule test starts at 0, and a sample is taken every 15 s.
    fires: [
      { when: "6 s ahead", series: [rising("node_time_seconds", 1, {}, 6)] },
      { when: "6 s behind", series: [rising("node_time_seconds", 1, {}, -6)] },
    ],
    silent: [
      { when: "4 s ahead", series: [rising("node_time_seconds", 1, {}, 4)] },
      { when: "exact", series: [rising("node_time_seconds", 1)] },
    ],
  },
});

export const hardwareTooHot = rule("HardwareTooHot", {
  job: "node-exporter",
  expr: "node_hwmon_temp_celsius >= (node_hwmon_temp_crit_celsius > 0)",
  for: "5m",
  severity: "critical",
  category: "system",
  summary: "{{ $labels.chip }} of {{ $labels.server }} is at {{ $value }} °C",
  description:
    "The sensor {{ $labels.sensor }} of {{ $labels.chip }} on {{ $labels.server }} has been at or above the temperature that its maker calls critical for 5 minutes.",
  impact: "The processor slows itself down, then the server switches itself off.",
  runbook: {
    means: "Every sensor brings its own limit; a sensor without one is left out.",
    look: [
      "`sensors` on the server; the room, the fans, dust.",
      "Servers beside it: all hot means the air conditioning.",
    ],
    mend: [
      "Take load off it: stop what is least needed.",
      "Fans, filters, air; shut it down in order before it does so itself.",
    ],
  },
  cases: {
    fires: [
      {
        when: "101 °C where 100 are critical",
        series: [
          flat("node_hwmon_temp_celsius", 101, { chip: "coretemp", sensor: "temp1" }),
          flat("node_hwmon_temp_crit_celsius", 100, { chip: "coretemp", sensor: "temp1" }),
        ],
        labels: { chip: "coretemp", sensor: "temp1" },
      },
    ],
    silent: [
      {
        when: "99 °C where 100 are critical",
        series: [
          flat("node_hwmon_temp_celsius", 99, { chip: "coretemp", sensor: "temp1" }),
          flat("node_hwmon_temp_crit_celsius", 100, { chip: "coretemp", sensor: "temp1" }),
        ],
      },
      {
        when: "a sensor without a limit",
        series: [flat("node_hwmon_temp_celsius", 120, { chip: "acpi", sensor: "temp1" })],
      },
      {
        when: "a sensor whose limit is 0",
        series: [
          flat("node_hwmon_temp_celsius", 50, { chip: "acpi", sensor: "temp2" }),
          flat("node_hwmon_temp_crit_celsius", 0, { chip: "acpi", sensor: "temp2" }),
        ],
      },
    ],
  },
});

export const collectorFailed = rule("CollectorFailed", {
  job: "node-exporter",
  expr: "node_scrape_collector_success == 0 and on (server, instance, environment, job, collector) max_over_time(node_scrape_collector_success[1d]) == 1",
  for: "15m",
  severity: "warning",
  category: "system",
  summary: "node-exporter on {{ $labels.server }} cannot read {{ $labels.collector }} any more",
  description:
    "The collector {{ $labels.collector }} of {{ $labels.server }} worked within the last day, and has failed for 15 minutes.",
  impact: "Rules that look at what it collects are silent, whatever happens.",
  runbook: {
    means:
      "node-exporter reads many files of the kernel, each by a collector; one that fails leaves the others alone, and its metrics out. Collectors that never worked on the server (no such hardware) are left out.",
    look: ["`docker logs --since 1h node-exporter`: it names the file and the error."],
    mend: [
      "`docker restart node-exporter`.",
      "After an update of the kernel or of node-exporter: the other one's version that goes with it.",
    ],
  },
  cases: {
    fires: [
      {
        when: "it worked half an hour ago",
        series: [steps("node_scrape_collector_success", { 0: 1, 30: 0 }, { collector: "filesystem" })],
        labels: { collector: "filesystem" },
        from: 30,
      },
    ],
    silent: [
      { when: "it works", series: [flat("node_scrape_collector_success", 1, { collector: "filesystem" })] },
      { when: "it never worked", series: [flat("node_scrape_collector_success", 0, { collector: "zfs" })] },
    ],
  },
});
