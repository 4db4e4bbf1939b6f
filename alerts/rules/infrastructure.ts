import { rule } from "../rule";
import { flat, steps } from "../series";

export const serverDown = rule("ServerDown", {
  job: "node-exporter",
  expr: 'up{job="node-exporter"} == 0',
  for: "1m",
  severity: "critical",
  category: "infrastructure",
  summary: "{{ $labels.server }} does not answer",
  description: "The node-exporter of {{ $labels.server }} has not answered Prometheus for a minute.",
  impact: "What runs on {{ $labels.server }} is probably not reachable. Its other alerts are held back meanwhile.",
  runbook: {
    means:
      "Prometheus asks the node-exporter of every server every 15 s. Four missing answers in a row are more than a hiccup of the network. While this fires, every other alert of the same server is held back: they would all say the same.",
    look: [
      "`ping 10.0.0.NN` and `ssh monitoring@10.0.0.NN` from your own machine: does the server answer at all?",
      "If it does: `docker ps --all --filter name=node-exporter` there, and `docker logs node-exporter`.",
      "If it does not: the console of the server (or of its hypervisor); other servers on the same switch.",
      "`curl --max-time 5 http://10.0.0.NN:9100/` from server-84: `401` means that it answers, and asks for the password.",
    ],
    mend: [
      "Only the container is gone: `pulumi up --stack prod --refresh` puts it back.",
      'The server hangs: restart it from its console, then look into its logs of the minutes before in Grafana (Explore, Loki, `{server="…"}`).',
      'It will stay off for a while: silence `server="…"` in Alertmanager for as long.',
    ],
  },
  cases: {
    fires: [{ when: "the target is down", series: [flat("up", 0)] }],
    silent: [
      { when: "the target is up", series: [flat("up", 1)] },
      { when: "another exporter of the server is down", series: [flat("up", 1), flat("up", 0, { job: "cadvisor" })] },
      { when: "one scrape fails now and then", series: [{ metric: "up", labels: {}, values: "1 1 1 0 ".repeat(120) }] },
    ],
  },
});

export const serverUnreachable = rule("ServerUnreachable", {
  job: "node-exporter",
  expr: 'up{job="node-exporter"} == 0',
  for: "5m",
  severity: "emergency",
  category: "infrastructure",
  summary: "{{ $labels.server }} has been unreachable for 5 minutes",
  description: "The node-exporter of {{ $labels.server }} has not answered Prometheus for five minutes.",
  impact: "The server is down, or cut off: everything that runs on it is unavailable until somebody acts.",
  supersedes: [{ rule: "ServerDown" }],
  runbook: {
    means:
      "The same measurement as [ServerDown](ServerDown.md), four minutes later: it did not come back by itself. From here on ServerDown is held back, so that there is one alert and not two.",
    look: [
      "As for [ServerDown](ServerDown.md).",
      "Power, network and the hypervisor first: a server that is merely busy still answers within ten seconds.",
    ],
    mend: [
      "As for [ServerDown](ServerDown.md).",
      "If server-84 itself is gone, this alert came from the watcher on server-81: Prometheus, Loki and Appwrite are gone with it.",
    ],
  },
  cases: {
    fires: [{ when: "the target is down", series: [flat("up", 0)] }],
    silent: [
      { when: "the target is up", series: [flat("up", 1)] },
      { when: "it was down for four minutes", series: [steps("up", { 0: 1, 10: 0, 14: 1 })] },
    ],
  },
});

export const serverRebooted = rule("ServerRebooted", {
  job: "node-exporter",
  expr: "time() - node_boot_time_seconds < 600",
  for: "0s",
  severity: "warning",
  category: "infrastructure",
  summary: "{{ $labels.server }} was started {{ $value | humanizeDuration }} ago",
  description: "{{ $labels.server }} has been running for less than ten minutes.",
  impact: "Everything on it was interrupted. If nobody restarted it, it may happen again.",
  runbook: {
    means:
      "The boot time that the kernel reports. A restart is over so soon that nothing else may have noticed; ten minutes are enough for one message and no more.",
    look: [
      "`last -x reboot shutdown | head` on the server: was it shut down in order?",
      "`journalctl --boot -1 --priority warning | tail -50`: the last words before.",
      "ServerDown shortly before, other servers at the same time: power or network.",
    ],
    mend: [
      "Nothing, if somebody did it on purpose.",
      "After a crash: memory test, firmware and kernel updates, temperature; look at HostOutOfMemoryKill and the disk alerts of the hour before.",
      "`docker ps --all`: did every container come back? Those of the monitoring do by themselves (`restart: unless-stopped`).",
    ],
  },
  cases: {
    // The clock of a rule test starts at 0.
    fires: [{ when: "it was started when the series begin", series: [flat("node_boot_time_seconds", 0)] }],
    silent: [{ when: "it has been running for eleven minutes", series: [flat("node_boot_time_seconds", -660)] }],
  },
});
