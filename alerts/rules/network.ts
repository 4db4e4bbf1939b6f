import { above, rule } from "../rule";
import { flat, rising, type Series, steps } from "../series";

const device = { device: "eth0" };

/** Errors or drops of an interface, both directions together. */
const packets = (what: "errs" | "drop") =>
  `rate(node_network_receive_${what}_total[5m]) + rate(node_network_transmit_${what}_total[5m])`;
const faulty = (what: "errs" | "drop", received: number, sent: number): Series[] => [
  rising(`node_network_receive_${what}_total`, received, device),
  rising(`node_network_transmit_${what}_total`, sent, device),
];

const lookAtInterface = [
  "`ip -s -s link show DEVICE` on the server: which counter grows?",
  "`ethtool DEVICE` (speed, duplex) and `ethtool -S DEVICE | grep -i 'err\\|drop\\|miss'`.",
];

export const highNetworkErrors = rule("HighNetworkErrors", {
  job: "node-exporter",
  expr: above("networkErrorsPerSecond", packets("errs")),
  for: "5m",
  severity: "warning",
  category: "network",
  summary: "{{ $labels.device }} of {{ $labels.server }} has {{ $value | humanize }} faulty packets a second",
  description:
    "More than $threshold packets a second of {{ $labels.device }} on {{ $labels.server }}, both directions together, have been faulty for 5 minutes.",
  impact: "Connections are slow and break: every lost packet is sent again after a wait.",
  runbook: {
    means: "Packets that arrived or left damaged, as the network card counts them. A sound cable has none.",
    look: lookAtInterface,
    mend: [
      "Another cable, another port of the switch, then another card, in this order.",
      "Both ends must agree on speed and duplex: `ethtool DEVICE`.",
    ],
  },
  cases: {
    fires: [{ when: "6 in and 5.5 out", series: faulty("errs", 6, 5.5), labels: device, from: 4.4 }],
    silent: [
      { when: "5 in and 4.5 out", series: faulty("errs", 5, 4.5) },
      {
        when: "a burst that is over",
        series: [
          steps("node_network_receive_errs_total", { 0: 0, 30: 4000 }, device),
          flat("node_network_transmit_errs_total", 0, device),
        ],
      },
    ],
  },
});

export const highNetworkDrops = rule("HighNetworkDrops", {
  job: "node-exporter",
  expr: above("networkDropsPerSecond", packets("drop")),
  for: "5m",
  severity: "warning",
  category: "network",
  summary: "{{ $labels.device }} of {{ $labels.server }} drops {{ $value | humanize }} packets a second",
  description:
    "More than $threshold packets a second of {{ $labels.device }} on {{ $labels.server }}, both directions together, have been dropped for 5 minutes.",
  impact: "Connections are slow and break: every dropped packet is sent again after a wait.",
  runbook: {
    means:
      "Sound packets that nobody took: the kernel was too slow, a queue was full, or the packet was of a kind that nobody here wants.",
    look: [
      ...lookAtInterface,
      "`cat /proc/net/softnet_stat`: a second column that grows means that the processors do not keep up.",
    ],
    mend: [
      "`ethtool -G DEVICE rx 4096` gives the card a longer queue.",
      "Only received ones, steadily, and nothing else is wrong: a broadcast protocol that nobody here speaks; raise `networkDropsPerSecond` for the server.",
    ],
  },
  cases: {
    fires: [{ when: "6 in and 5.5 out", series: faulty("drop", 6, 5.5), labels: device, from: 4.4 }],
    silent: [{ when: "5 in and 4.5 out", series: faulty("drop", 5, 4.5) }],
  },
});

/** Traffic by direction against the interface's speed; the busier direction, because each has the speed for itself. */
const use = (way: string) => `100 * rate(node_network_${way}_bytes_total[5m]) / (node_network_speed_bytes > 0)`;
const traffic = (received: number, sent: number, speed = 1000): Series[] => [
  rising("node_network_receive_bytes_total", received, device),
  rising("node_network_transmit_bytes_total", sent, device),
  flat("node_network_speed_bytes", speed, device),
];

export const networkSaturated = rule("NetworkSaturated", {
  job: "node-exporter",
  expr: above(
    "networkUsePercent",
    `max without (direction) (label_replace(${use("receive")}, "direction", "in", "", "") or label_replace(${use("transmit")}, "direction", "out", "", ""))`,
  ),
  for: "10m",
  severity: "warning",
  category: "network",
  summary: "{{ $labels.device }} of {{ $labels.server }} is used to {{ $value | humanize }} %",
  description:
    "One direction of {{ $labels.device }} on {{ $labels.server }} has carried more than $threshold % of its speed for 10 minutes.",
  impact: "Everything else that goes over this interface waits; scrapes and logs among it.",
  runbook: {
    means:
      "Bytes a second against the speed that the interface reports. Interfaces that report none (bridges, virtual ones) are left out.",
    look: [
      "`docker stats` (NET I/O), `ss -tni | sort` or `nethogs`: who sends or receives?",
      "A backup or a copy that runs now?",
    ],
    mend: [
      "Hold the transfer back (`rsync --bwlimit`), or move it to the night.",
      "A speed of 100 Mbit/s where there should be 1000: cable or port.",
    ],
  },
  cases: {
    fires: [{ when: "95 % received", series: traffic(950, 10), labels: device, from: 4.6 }],
    silent: [
      { when: "50 % in each direction", series: traffic(500, 500) },
      { when: "an interface without a speed", series: traffic(950, 950, -1) },
    ],
  },
});

export const networkInterfaceDown = rule("NetworkInterfaceDown", {
  job: "node-exporter",
  expr: 'node_network_up{device!~"lo|veth.*|br-.*|docker.*|virbr.*|tap.*|wg.*|tun.*"} == 0 and on (server, instance, environment, job, device) max_over_time(node_network_up[1d]) == 1',
  for: "2m",
  severity: "warning",
  category: "network",
  summary: "{{ $labels.device }} of {{ $labels.server }} has gone down",
  description:
    "The network interface {{ $labels.device }} of {{ $labels.server }} was up within the last day, and has been down for 2 minutes.",
  impact: "What went over it goes over another interface now, or nowhere.",
  runbook: {
    means:
      "The state of real interfaces; those of containers come and go, and are left out, as is what has been down for a day.",
    look: ["`ip link show DEVICE`, `dmesg | grep DEVICE | tail`: carrier lost, or taken down by somebody?"],
    mend: ["Cable and port; `ip link set DEVICE up` if somebody took it down."],
  },
  cases: {
    fires: [
      {
        when: "it was up half an hour ago",
        series: [steps("node_network_up", { 0: 1, 30: 0 }, device)],
        labels: device,
        from: 30,
      },
    ],
    silent: [
      { when: "it is up", series: [flat("node_network_up", 1, device)] },
      { when: "it was never up", series: [flat("node_network_up", 0, device)] },
      { when: "a container's end goes", series: [steps("node_network_up", { 0: 1, 30: 0 }, { device: "veth1a2b" })] },
    ],
  },
});

export const tcpRetransmits = rule("TcpRetransmits", {
  job: "node-exporter",
  expr: above(
    "tcpRetransmitPercent",
    "100 * rate(node_netstat_Tcp_RetransSegs[10m]) / (rate(node_netstat_Tcp_OutSegs[10m]) > 10)",
  ),
  for: "15m",
  severity: "warning",
  category: "network",
  summary: "{{ $labels.server }} has to send {{ $value | humanize }} % of its TCP segments again",
  description:
    "More than $threshold % of the TCP segments that {{ $labels.server }} sent have had to be sent again for 15 minutes.",
  impact: "Connections are slow, some time out.",
  runbook: {
    means:
      "Segments that were not confirmed in time. The network on the way, or the other end, loses packets; HighNetworkErrors and HighNetworkDrops say whether it is this server's own interface.",
    look: ["`ss -tin | grep -B1 retrans`: with whom?", "`mtr --report ADDRESS` towards that peer."],
    mend: ["As for [HighNetworkErrors](HighNetworkErrors.md) on the server or switch where the loss begins."],
  },
  cases: {
    fires: [
      {
        when: "12 % again",
        series: [rising("node_netstat_Tcp_RetransSegs", 12), rising("node_netstat_Tcp_OutSegs", 100)],
        from: 1.5,
      },
    ],
    silent: [
      {
        when: "8 % again",
        series: [rising("node_netstat_Tcp_RetransSegs", 8), rising("node_netstat_Tcp_OutSegs", 100)],
      },
      {
        when: "hardly any traffic",
        series: [rising("node_netstat_Tcp_RetransSegs", 1), rising("node_netstat_Tcp_OutSegs", 2)],
      },
    ],
  },
});

export const listenQueueOverflow = rule("ListenQueueOverflow", {
  job: "node-exporter",
  expr: "increase(node_netstat_TcpExt_ListenOverflows[5m]) > 0",
  for: "5m",
  severity: "warning",
  category: "network",
  summary: "A program on {{ $labels.server }} does not accept its connections fast enough",
  description:
    "{{ $value | humanize }} connections to {{ $labels.server }} were turned away within 5 minutes, because a program's queue was full.",
  impact: "Clients of that program wait, or get no connection.",
  runbook: {
    means:
      "The kernel keeps a queue of finished connections for every listening program; when it is full, new ones are dropped.",
    look: ["`ss -ltn`: a `Recv-Q` near its `Send-Q` is the full one; `ss -ltnp` names the program."],
    mend: [
      "The program hangs: restart its container.",
      "It is only too slow: more workers, a longer backlog (`net.core.somaxconn` and the program's own).",
    ],
  },
  cases: {
    fires: [
      {
        when: "connections are turned away all the time",
        series: [rising("node_netstat_TcpExt_ListenOverflows", 1)],
        from: 0.25,
      },
    ],
    silent: [{ when: "none", series: [flat("node_netstat_TcpExt_ListenOverflows", 7)] }],
  },
});
