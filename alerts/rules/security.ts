import { type AlertRule, above, rule } from "../rule";
import { flat, rising, type Series, steps } from "../series";

/**
 * By how much a number is higher than ever in the day before the last hour: a rise is seen for an hour, then it is how
 * things are. What goes away and comes back, as when a service is restarted or a scan fails, is no rise. `before` stands
 * in for a number that has not been there for an hour: the lowest so far, so that its first value is no rise either.
 */
function risen(series: string, before = `min_over_time(${series}[1h])`): string {
  return `${series} - (max_over_time(${series}[1d] offset 1h) or ${before}) > 0`;
}

/** What a rise is and what is none, of a number that was at `from` and gets to `to`. */
function rises(metric: string, from: number, to: number, labels: Record<string, string> = {}) {
  return {
    fires: [
      { when: `${to} instead of ${from}`, series: [steps(metric, { 0: from, 100: to }, labels)], from: 100 },
      {
        when: `${to} instead of ${from}, half an hour after the first scan`,
        series: [steps(metric, { 0: from, 30: to }, labels)],
        from: 30,
      },
    ],
    silent: [
      { when: `${from} as ever`, series: [flat(metric, from, labels)] },
      { when: `the first scan finds ${to}`, series: [steps(metric, { 0: null, 20: to }, labels)] },
      { when: "fewer than before", series: [steps(metric, { 0: to, 70: from }, labels)] },
      {
        when: "one scan finds nothing, and the next all again",
        series: [steps(metric, { 0: to, 55: 0, 65: to }, labels)],
      },
      { when: "there are no results for a while", series: [steps(metric, { 0: to, 70: null, 90: to }, labels)] },
    ],
  } satisfies AlertRule["cases"];
}

/** Failed logins of all types together; whole ones, as `increase` reckons with the edges of its window. */
const failedLogins = "round(sum by (server, instance, environment, job) (increase(security_failed_logins_total[10m])))";

/** So many failed logins at minute 30, on top of old ones. */
const loginsFailed = (count: number, type: string): Series =>
  steps("security_failed_logins_total", { 0: 1000, 30: 1000 + count }, { type });

const lookAtLogins = [
  "`journalctl --since -30m | grep -iE 'failed password|invalid user|authentication failure'` on the server: from which address, for which user?",
  "`lastb -n 30` lists failed logins, `last -n 30` those that worked: is one of the same address among them?",
  '`sum by (type) (increase(security_failed_logins_total{server="…"}[10m]))` in Prometheus: SSH, or `sudo` of somebody who is inside already?',
];

export const highFailedLoginRate = rule("HighFailedLoginRate", {
  job: "security-metrics",
  expr: above("failedLogins", failedLogins),
  for: "0s",
  severity: "warning",
  category: "security",
  summary: "{{ $value | humanize }} logins failed on {{ $labels.server }} within 10 minutes",
  description:
    "More than $threshold logins (SSH and sudo together) were refused on {{ $labels.server }} within 10 minutes.",
  impact: "Somebody has forgotten a password, a program has an old one, or somebody is trying passwords.",
  runbook: {
    means:
      "security-metrics counts refused logins in the server's log: wrong SSH passwords, SSH users that do not exist, wrong passwords for sudo. A person mistypes a few times; more than that in ten minutes is worth a look.",
    look: lookAtLogins,
    mend: [
      "One of our own addresses: a job or a person with an old password or key; tell whom it belongs to.",
      "An address that nobody knows: as for [BruteForceAttack](BruteForceAttack.md), without haste.",
    ],
  },
  cases: {
    fires: [
      { when: "6 wrong passwords", series: [loginsFailed(6, "ssh_password")], from: 30 },
      {
        when: "6 of several types together",
        series: [loginsFailed(3, "ssh_password"), loginsFailed(2, "ssh_invalid_user"), loginsFailed(1, "sudo")],
        from: 30,
      },
    ],
    silent: [
      { when: "5 wrong passwords", series: [loginsFailed(5, "ssh_password")] },
      {
        when: "one in two minutes",
        series: [rising("security_failed_logins_total", 1 / 120, { type: "ssh_password" }, 500)],
      },
      { when: "thousands, long ago", series: [flat("security_failed_logins_total", 5000, { type: "ssh_password" })] },
      {
        when: "the exporter begins to count from zero again",
        series: [steps("security_failed_logins_total", { 0: 5000, 30: 0, 40: 3 }, { type: "ssh_password" })],
      },
      {
        when: "the exporter begins with an old count",
        series: [steps("security_failed_logins_total", { 0: null, 30: 400 }, { type: "ssh_password" })],
      },
    ],
  },
});

export const bruteForceAttack = rule("BruteForceAttack", {
  job: "security-metrics",
  expr: above("bruteForceLogins", failedLogins),
  for: "0s",
  severity: "critical",
  category: "security",
  summary: "{{ $labels.server }} is being attacked: {{ $value | humanize }} failed logins within 10 minutes",
  description:
    "More than $threshold logins (SSH and sudo together) were refused on {{ $labels.server }} within 10 minutes.",
  impact: "A program is trying passwords. If it guesses one, the server is no longer ours.",
  supersedes: [{ rule: "HighFailedLoginRate" }],
  runbook: {
    means:
      "The same measurement as [HighFailedLoginRate](HighFailedLoginRate.md), at a number that no person reaches by mistyping.",
    look: [
      ...lookAtLogins,
      "Do other servers of 10.0.0.x report the same? The network is closed: an attacker on it has taken over one of its machines.",
    ],
    mend: [
      "Shut the address out: `iptables -I INPUT -s ADDRESS -j DROP` on the server.",
      "If a login from there worked: take the server off the network, and change every password and key that was on it.",
      "For good: `PasswordAuthentication no` in /etc/ssh/sshd_config, then `systemctl reload ssh`.",
    ],
  },
  cases: {
    fires: [
      { when: "17 wrong passwords", series: [loginsFailed(17, "ssh_password")], from: 30 },
      {
        when: "18 passwords and users together",
        series: [loginsFailed(9, "ssh_password"), loginsFailed(9, "ssh_invalid_user")],
        from: 30,
      },
    ],
    silent: [
      { when: "14 wrong passwords", series: [loginsFailed(14, "ssh_password")] },
      {
        when: "14, three times an hour",
        series: [rising("security_failed_logins_total", 14 / 1200, { type: "sudo" }, 500)],
      },
      {
        when: "the exporter begins to count from zero again",
        series: [steps("security_failed_logins_total", { 0: 5000, 30: 0, 40: 3 }, { type: "ssh_password" })],
      },
    ],
  },
});

const publicPorts = rises("security_open_ports", 5, 6, { type: "public" });

export const newOpenPort = rule("NewOpenPort", {
  job: "security-metrics",
  expr: `sum without (type) (${risen('security_open_ports{type="public"}')})`,
  for: "0s",
  severity: "warning",
  category: "security",
  summary: "{{ $labels.server }} listens on more public ports than before ({{ $value | humanize }} more)",
  description:
    "More ports of {{ $labels.server }} can be reached from everywhere than at any time of the day before. This is told for an hour, or until the port is closed.",
  impact: "Whatever listens there can be reached, and attacked, by everybody who reaches the server.",
  runbook: {
    means:
      "security-metrics counts the TCP ports on which something listens at an address that is neither loopback nor private, or at all addresses. Compared is with the highest count of the day before the last hour, so that a service that restarts is nothing new. A port that opens while another one closes is not seen.",
    look: [
      "`ss -tlnp` on the server: which ports, which programs? The ones that started last: `ps -eo lstart,pid,args --sort=-start_time | head`.",
      "`docker ps --format '{{.Names}} {{.Ports}}'`: a container published at `0.0.0.0` is reachable past the firewall of the host.",
    ],
    mend: [
      "It was deployed on purpose: nothing; the alert ends within an hour.",
      "It is for this server only: publish it on `127.0.0.1` or on the server's own address (`-p 10.0.0.NN:8080:8080`).",
      "Nobody knows it: `ls -l /proc/PID/exe` and `systemctl status PID` tell where it comes from; then stop it.",
    ],
  },
  cases: {
    fires: publicPorts.fires,
    silent: [
      ...publicPorts.silent,
      {
        when: "a new port on loopback",
        series: [
          flat("security_open_ports", 5, { type: "public" }),
          steps("security_open_ports", { 0: 3, 70: 4 }, { type: "loopback" }),
        ],
      },
      {
        when: "a service is restarted every quarter of an hour",
        series: [
          {
            metric: "security_open_ports",
            labels: { type: "public" },
            values: `6x239 ${"5x1 6x57 ".repeat(4)}`,
          },
        ],
      },
    ],
  },
});

/** So many processes of a type. */
const processes = (type: string, count: number) => flat("security_suspicious_processes", count, { type });

const lookAtProcess = [
  "`ps -eo pid,ppid,user,lstart,pcpu,args --sort=-pcpu | head -20` on the server.",
  "`ls -l /proc/PID/exe /proc/PID/cwd`, `cat /proc/PID/cgroup` (in which container?), `ss -tnp | grep pid=PID` (whom does it talk to?).",
];

export const suspiciousProcess = rule("SuspiciousProcess", {
  job: "security-metrics",
  expr: 'security_suspicious_processes{type=~"crypto_miner|reverse_shell"} > 0',
  for: "0s",
  severity: "critical",
  category: "security",
  summary: "{{ $labels.server }} runs what looks like a {{ $labels.type }} ({{ $value | humanize }})",
  description:
    "The last scan found {{ $value | humanize }} processes of type {{ $labels.type }} on {{ $labels.server }}.",
  impact: "Somebody else is probably using the server, and can do there whatever that process may.",
  runbook: {
    means:
      "security-metrics looks at the names, arguments and connections of all processes: known mining programs and pools, shells whose input is a network connection. There is no good reason for either. What merely runs from an odd place is told by [UnusualExecutable](UnusualExecutable.md).",
    look: lookAtProcess,
    mend: [
      "Keep what there is before you end it: `cp /proc/PID/exe /root/suspect`, `cat /proc/PID/cmdline /proc/PID/environ`.",
      "In a container: `docker pause NAME`, look, then remove it, and ask how it got in (its image, an open port, a password).",
      "On the host: take the server off the network. Who could start that could do more; it has to be set up anew.",
    ],
  },
  cases: {
    fires: [
      {
        when: "a crypto miner",
        series: [processes("crypto_miner", 1), processes("reverse_shell", 0)],
        labels: { type: "crypto_miner" },
      },
      { when: "a reverse shell", series: [processes("reverse_shell", 1)], labels: { type: "reverse_shell" } },
    ],
    silent: [
      { when: "none", series: [processes("crypto_miner", 0), processes("reverse_shell", 0)] },
      {
        when: "executables that an update has replaced",
        series: [processes("crypto_miner", 0), processes("deleted_executable", 12), processes("tmp_executable", 1)],
      },
    ],
  },
});

const unusual = 'security_suspicious_processes{type=~"deleted_executable|tmp_executable"}';

export const unusualExecutable = rule("UnusualExecutable", {
  job: "security-metrics",
  expr: risen(unusual, `0 * ${unusual}`),
  for: "0s",
  severity: "warning",
  category: "security",
  summary:
    "{{ $labels.server }} runs programs from odd places ({{ $labels.type }}: {{ $value | humanize }} more than before)",
  description:
    "More processes of type {{ $labels.type }} run on {{ $labels.server }} than at any time of the day before: their file is in a temporary folder, or has been deleted. This is told for an hour, or until they are gone.",
  impact: "It may be an update that needs a restart, or a program that hides.",
  runbook: {
    means:
      "Malware likes to run from /tmp, /var/tmp or /dev/shm, and to delete its file. Updates also replace the files of running programs, so that this alone wakes nobody, and tells of new ones only. What is there at the very first scan is new.",
    look: [
      "`ls -l /proc/[0-9]*/exe 2>/dev/null | grep -E '\\(deleted\\)|/tmp/|/dev/shm/'` on the server.",
      "`grep -E ' (upgrade|install) ' /var/log/dpkg.log | tail -20`: was the package just updated?",
      ...lookAtProcess,
    ],
    mend: [
      "Updated: restart the service (`needrestart -r l` lists all of them).",
      "From a temporary folder, and nobody knows it: as for [SuspiciousProcess](SuspiciousProcess.md).",
    ],
  },
  cases: {
    fires: [
      {
        when: "a program from /tmp",
        series: [
          steps("security_suspicious_processes", { 0: 0, 100: 1 }, { type: "tmp_executable" }),
          processes("deleted_executable", 0),
        ],
        labels: { type: "tmp_executable" },
        from: 100,
      },
      {
        when: "one whose file is deleted, half an hour after the first scan",
        series: [
          steps("security_suspicious_processes", { 0: 0, 30: 1 }, { type: "deleted_executable" }),
          processes("tmp_executable", 0),
        ],
        labels: { type: "deleted_executable" },
        from: 30,
      },
      {
        when: "the first scan finds one in /tmp",
        series: [steps("security_suspicious_processes", { 0: null, 20: 1 }, { type: "tmp_executable" })],
        labels: { type: "tmp_executable" },
        from: 20,
      },
    ],
    silent: [
      { when: "none", series: [processes("tmp_executable", 0), processes("deleted_executable", 0)] },
      {
        when: "a miner, which is another rule's",
        series: [processes("crypto_miner", 1), processes("tmp_executable", 0)],
      },
    ],
  },
});

export const newSuidFile = rule("NewSuidFile", {
  job: "security-metrics",
  expr: risen("security_suid_files"),
  for: "0s",
  severity: "warning",
  category: "security",
  summary: "{{ $labels.server }} has more SUID files than before ({{ $value | humanize }} more)",
  description:
    "There are more files on {{ $labels.server }} that run with the rights of their owner than at any time of the day before. This is told for an hour, or until they are gone.",
  impact: "Whoever may run such a file of root's may be able to do all that root can: it is a usual back door.",
  runbook: {
    means:
      "The SUID bit lets everybody run a file as its owner. A system has a few dozen, as `sudo` and `passwd`, and their number changes only when a package is installed. Compared is with the highest number of the day before the last hour.",
    look: [
      "`find / -xdev -type f -perm -4000 -cmin -180 -ls` on the server: those that were made or changed within three hours.",
      "`dpkg -S FILE`: does it belong to a package? `grep ' install ' /var/log/dpkg.log | tail`: was that just installed?",
      "`find /var/lib/docker -type f -perm -4000 -cmin -180` if it is none of the host's: an image was pulled.",
    ],
    mend: [
      "It belongs to a package that somebody wanted: nothing; the alert ends within an hour.",
      "It does not: `chmod u-s FILE`, keep a copy, and find out who made it (`stat FILE`, `last`, `journalctl --since -3h`).",
    ],
  },
  cases: rises("security_suid_files", 40, 41),
});

export const newWorldWritableFile = rule("NewWorldWritableFile", {
  job: "security-metrics",
  expr: risen("security_world_writable_files"),
  for: "0s",
  severity: "warning",
  category: "security",
  summary: "{{ $labels.server }} has more world-writable files than before ({{ $value | humanize }} more)",
  description:
    "There are more files on {{ $labels.server }} that every user may change than at any time of the day before. This is told for an hour, or until they are gone.",
  impact: "A user or program with few rights can change what others read or run.",
  runbook: {
    means:
      "A file that everybody may write is nearly always a mistake: a `chmod 777` that made something work. Compared is with the highest number of the day before the last hour.",
    look: [
      "`find / -xdev -type f -perm -0002 -cmin -180 -ls` on the server: those that were made or changed within three hours.",
      "Whose are they, and does something with more rights read or run them (cron, systemd, a container's mount)?",
    ],
    mend: [
      "`chmod o-w FILE`; if a container needs it: `chown` to the id that the container runs as.",
      "They come back: `umask` of the program that makes them.",
    ],
  },
  cases: rises("security_world_writable_files", 0, 2),
});

/** So many containers with an issue. */
const containersWith = (issue: string, count: number) => flat("security_container_issues", count, { issue });

const inspectAll = (format: string) =>
  `\`docker ps --quiet | xargs docker inspect --format '{{.Name}} ${format}'\` on the server.`;

export const privilegedContainer = rule("PrivilegedContainer", {
  job: "security-metrics",
  expr: 'sum without (issue) (security_container_issues{issue="privileged"}) > 0',
  for: "5m",
  severity: "warning",
  category: "security",
  summary: "{{ $value | humanize }} privileged containers run on {{ $labels.server }}",
  description: "{{ $value | humanize }} containers on {{ $labels.server }} have run with `--privileged` for 5 minutes.",
  impact: "Whoever gets into such a container has the whole server: devices, disks, kernel.",
  runbook: {
    means:
      "`--privileged` takes away all that separates a container from its host. It is rarely needed; single capabilities or devices nearly always do. None of the monitoring's own containers has it. This fires for as long as there is one, so that accepting it is a decision.",
    look: [
      inspectAll("{{.HostConfig.Privileged}}"),
      "What does it need it for: a device, a mount, the network? Its documentation mostly names the capability.",
    ],
    mend: [
      "`--cap-add` or `--device` with what it needs in place of `--privileged`, where it is deployed from.",
      'It is needed and accepted: silence `alertname="PrivilegedContainer", server="…"` in Alertmanager, with the reason and an end.',
    ],
  },
  cases: {
    fires: [{ when: "one container", series: [containersWith("privileged", 1), containersWith("root_user", 4)] }],
    silent: [
      {
        when: "none, and other issues",
        series: ["root_user", "host_network", "host_pid", "socket_mounted", "no_memory_limit", "latest_tag"]
          .map((issue) => containersWith(issue, 3))
          .concat(containersWith("privileged", 0)),
      },
      {
        when: "one that was gone after four minutes",
        series: [steps("security_container_issues", { 0: 0, 30: 1, 34: 0 }, { issue: "privileged" })],
      },
    ],
  },
});

export const rootContainer = rule("RootContainer", {
  job: "security-metrics",
  expr: `sum without (issue) (${risen('security_container_issues{issue="root_user"}')})`,
  for: "0s",
  severity: "info",
  category: "security",
  summary: "More containers of {{ $labels.server }} run as root than before ({{ $value | humanize }} more)",
  description:
    "More containers on {{ $labels.server }} run as root than at any time of the day before. This is told for an hour.",
  impact: "A fault that lets somebody out of such a container lets them out as root.",
  runbook: {
    means:
      "Most images run as root unless somebody says otherwise, and some have to, as cAdvisor does; so this is only told, when there is one more. `security_container_issues` in Prometheus says how many there are.",
    look: [
      inspectAll("{{.Config.User}}"),
      "Those with nothing, `0` or `root` behind the name are meant; the newest: `docker ps | head`.",
    ],
    mend: [
      "Many images run as another user just as well: `--user 1000:1000`, or `USER` in their Dockerfile; its volumes need the same owner.",
      "It has to be root: drop what it does not need (`--cap-drop ALL`, `--security-opt no-new-privileges`, `--read-only`).",
    ],
  },
  cases: rises("security_container_issues", 2, 3, { issue: "root_user" }),
});

export const dockerSocketMounted = rule("DockerSocketMounted", {
  job: "security-metrics",
  expr: `sum without (issue) (${risen('security_container_issues{issue="socket_mounted"}')})`,
  for: "0s",
  severity: "warning",
  category: "security",
  summary: "More containers of {{ $labels.server }} have Docker's socket than before ({{ $value | humanize }} more)",
  description:
    "Docker's socket is mounted into more containers on {{ $labels.server }} than at any time of the day before. This is told for an hour, or until they are gone.",
  impact: "Whoever gets into such a container can start others, with the whole server in them: it is as good as root.",
  runbook: {
    means:
      "Programs that look after containers need the socket, as Promtail and cAdvisor do; that it is mounted read-only does not keep them from sending commands. A new one should be somebody's decision.",
    look: [
      inspectAll("{{range .Mounts}}{{.Source}} {{end}}"),
      "Those with `/var/run/docker.sock`, `/run/docker.sock`, or a folder above are meant; the newest: `docker ps | head`.",
    ],
    mend: [
      "It is wanted: nothing; the alert ends within an hour.",
      "It only reads: give it a proxy that lets nothing else through, in place of the socket.",
      "Nobody knows it: `docker stop NAME`, then find out who started it (`docker inspect NAME`, `journalctl -u docker --since -3h`).",
    ],
  },
  cases: rises("security_container_issues", 2, 3, { issue: "socket_mounted" }),
});

export const dockerTcpApiOpen = rule("DockerTcpApiOpen", {
  job: "security-metrics",
  expr: 'sum without (check) (security_docker_config{check="tcp_api"}) == 0',
  for: "1m",
  severity: "critical",
  category: "security",
  summary: "Docker on {{ $labels.server }} takes commands over the network",
  description: "The Docker engine of {{ $labels.server }} has listened on a TCP port for a minute.",
  impact:
    "Whoever reaches the port can start containers, and with them be root on the server; mostly without a password.",
  runbook: {
    means:
      "Docker's interface is meant for its socket. Over TCP it asks for nothing, unless client certificates are set up; programs search networks for the ports 2375 and 2376 all the time. This project reaches its servers by SSH, and never needs it.",
    look: [
      "`ss -tlnp | grep dockerd` on the server: which address, which port?",
      "`grep -rn 'tcp://' /etc/docker/daemon.json /etc/systemd/system/docker.service.d/ /lib/systemd/system/docker.service`: where it is set.",
      "`docker ps --all` and `docker images`: is there anything that nobody knows?",
    ],
    mend: [
      "Take the `tcp://` address out of where it is set; then `systemctl daemon-reload && systemctl restart docker`, which restarts the containers unless `live-restore` is set.",
      "It was open to others, and something unknown runs: as for [SuspiciousProcess](SuspiciousProcess.md).",
    ],
  },
  cases: {
    fires: [
      {
        when: "it listens",
        series: [
          flat("security_docker_config", 0, { check: "tcp_api" }),
          flat("security_docker_config", 1, { check: "socket_mode" }),
        ],
      },
    ],
    silent: [
      {
        when: "it does not, and other checks fail",
        series: [
          flat("security_docker_config", 1, { check: "tcp_api" }),
          ...["socket_mode", "userns", "live_restore", "log_limits"].map((check) =>
            flat("security_docker_config", 0, { check }),
          ),
        ],
      },
      { when: "there is no such check", series: [flat("security_scan_success", 0, { scan: "docker" })] },
    ],
  },
});

export const dockerSocketWritable = rule("DockerSocketWritable", {
  job: "security-metrics",
  expr: 'sum without (check) (security_docker_config{check="socket_mode"}) == 0',
  for: "5m",
  severity: "warning",
  category: "security",
  summary: "Every user of {{ $labels.server }} may command Docker",
  description:
    "Owner or mode of Docker's socket on {{ $labels.server }} have let others use it than root and the group docker, for 5 minutes.",
  impact: "Every user and every program on the server can become root by starting a container.",
  runbook: {
    means:
      "The socket belongs to root and the group docker, with mode 660; whoever may write to it is as good as root. `chmod 666` on it is a well-known and bad remedy for `permission denied`.",
    look: [
      "`ls -l /var/run/docker.sock` on the server: `srw-rw---- root docker` is right.",
      "`getent group docker`: who is in the group?",
    ],
    mend: [
      "`chown root:docker /var/run/docker.sock && chmod 660 /var/run/docker.sock`.",
      "It comes back after a restart: `systemctl cat docker.socket` (`SocketMode=`, `SocketGroup=`), scripts at boot.",
      "Who needs Docker joins the group: `usermod -aG docker USER`.",
    ],
  },
  cases: {
    fires: [
      {
        when: "its mode is wrong",
        series: [
          flat("security_docker_config", 0, { check: "socket_mode" }),
          flat("security_docker_config", 1, { check: "tcp_api" }),
        ],
      },
    ],
    silent: [
      {
        when: "its mode is right, and other checks fail",
        series: [
          flat("security_docker_config", 1, { check: "socket_mode" }),
          flat("security_docker_config", 0, { check: "userns" }),
        ],
      },
      {
        when: "Docker was restarted, and its socket is set right after four minutes",
        series: [steps("security_docker_config", { 0: 1, 30: 0, 34: 1 }, { check: "socket_mode" })],
      },
    ],
  },
});

const critical = 'security_docker_vulnerabilities{severity="CRITICAL"}';

export const criticalVulnerabilities = rule("CriticalVulnerabilities", {
  job: "security-metrics",
  // The label of the metric is dropped: `severity` is the alert's own.
  expr: `sum without (severity) (${risen(critical, `0 * ${critical}`)})`,
  for: "0s",
  severity: "warning",
  category: "security",
  summary: "Images of {{ $labels.server }} have {{ $value | humanize }} critical vulnerabilities more than before",
  description:
    "More vulnerabilities of the severity CRITICAL are known in the images that run on {{ $labels.server }} than at any time of the day before. This is told for an hour, or until they are gone; all that are known stay in `security_docker_vulnerabilities`.",
  impact: "Attackers know the same list: what is reachable from outside may be taken over through them.",
  runbook: {
    means:
      "Trivy compares the packages in each image with the published lists. The number rises when an image is deployed, or when something becomes known; images are seldom without any, so that only a rise is told. What the very first scan finds is a rise.",
    look: [
      "`docker ps --format '{{.Image}}' | sort -u` on the server, and for each: `trivy image --severity CRITICAL --ignore-unfixed IMAGE`.",
      "Is the package one that the container uses, and can the container be reached from outside?",
    ],
    mend: [
      "A newer image: for the monitoring's own in `stacks/images.ts`, then `pulumi up --stack prod`.",
      "There is none yet: shut the container off from the network that does not need it, and look again in a week.",
    ],
  },
  cases: {
    fires: [
      {
        when: "the first scan finds two",
        series: [
          steps("security_docker_vulnerabilities", { 0: null, 20: 2 }, { severity: "CRITICAL" }),
          steps("security_docker_vulnerabilities", { 0: null, 20: 9 }, { severity: "HIGH" }),
        ],
        from: 20,
      },
      {
        when: "one becomes known",
        series: [steps("security_docker_vulnerabilities", { 0: 0, 100: 1 }, { severity: "CRITICAL" })],
        from: 100,
      },
    ],
    silent: [
      {
        when: "none that is critical",
        series: [
          flat("security_docker_vulnerabilities", 0, { severity: "CRITICAL" }),
          steps("security_docker_vulnerabilities", { 0: 7, 70: 9 }, { severity: "HIGH" }),
        ],
      },
      { when: "images are not scanned", series: [flat("security_suid_files", 40)] },
    ],
  },
});

export const malwareDetected = rule("MalwareDetected", {
  job: "security-metrics",
  expr: "security_malware_detected > 0",
  for: "0s",
  severity: "emergency",
  category: "security",
  summary: "Malware on {{ $labels.server }}: {{ $value | humanize }} files",
  description:
    "The last scan of {{ $labels.server }} found {{ $value | humanize }} files that ClamAV knows as malware.",
  impact: "The server may be in somebody else's hands, and what it holds with it; others may be next.",
  runbook: {
    means:
      "ClamAV compares files with the signatures of known malware, where the inventory turns that on. False alarms are rare, and are found out in minutes; the other case does not wait.",
    look: [
      "`docker logs security-metrics 2>&1 | grep FOUND` on the server: which file, which signature?",
      "`stat FILE`, `dpkg -S FILE`, `lsof FILE`: since when, whose, in use?",
      "Other security alerts of the same server in the hours before: logins, ports, processes.",
    ],
    mend: [
      "Take the server off the network, or at least stop what uses the file. Do not delete it yet: `chmod 000 FILE`.",
      "It runs or ran as root: set the server up anew, and change every password and key that was on it.",
      "An upload of a user's that nobody ran: remove it, and check uploads before they are stored.",
      "A false alarm: have the exporter leave out that path, and say why.",
    ],
  },
  cases: {
    fires: [
      { when: "one file", series: [flat("security_malware_detected", 1)] },
      { when: "one since half an hour", series: [steps("security_malware_detected", { 0: 0, 30: 1 })], from: 30 },
    ],
    silent: [
      { when: "none", series: [flat("security_malware_detected", 0)] },
      { when: "the scan is not turned on", series: [flat("security_suid_files", 40)] },
    ],
  },
});

export const fileIntegrityChanged = rule("FileIntegrityChanged", {
  job: "security-metrics",
  expr: "security_file_integrity_changed == 1",
  for: "0s",
  severity: "warning",
  category: "security",
  summary: "{{ $labels.path }} was changed on {{ $labels.server }}",
  description: "{{ $labels.path }} on {{ $labels.server }} is not what it was when its state was last recorded.",
  impact: "It decides who may log in and as what: a change that nobody made on purpose is a way in.",
  runbook: {
    means:
      "security-metrics keeps a checksum of a few files that rarely change: sshd_config, sudoers, authorized_keys, passwd. People change them too, so that this is told, and wakes nobody.",
    look: [
      "`stat PATH` on the server: when? `last` and `journalctl --since -1d _COMM=sudo`: who was there then, and what did they do?",
      "`ls -l PATH*` (editors and package updates leave the old one as `~`, `.dpkg-old`, `-`), then `diff`.",
    ],
    mend: [
      "It was one of us, on purpose: have security-metrics record the new state, and this ends.",
      "It was not: put the old one back, end the sessions (`who`, `pkill -KILL -u USER`), and go on as for [SuspiciousProcess](SuspiciousProcess.md).",
    ],
  },
  cases: {
    fires: [
      {
        when: "one of two files",
        series: [
          steps("security_file_integrity_changed", { 0: 0, 30: 1 }, { path: "/etc/ssh/sshd_config" }),
          flat("security_file_integrity_changed", 0, { path: "/etc/passwd" }),
        ],
        labels: { path: "/etc/ssh/sshd_config" },
        from: 30,
      },
    ],
    silent: [
      { when: "none", series: [flat("security_file_integrity_changed", 0, { path: "/etc/ssh/sshd_config" })] },
      { when: "no file is declared", series: [flat("security_suid_files", 40)] },
    ],
  },
});

const scan = { scan: "files" };
const lookAtScans = [
  "`docker logs --since 3h security-metrics` on the server: every scan says when it begins, and why it fails.",
  "`docker ps --filter name=security-metrics` and `docker stats --no-stream security-metrics`: healthy, and with memory to spare?",
];

export const securityScanStale = rule("SecurityScanStale", {
  job: "security-metrics",
  expr: above("securityScanAgeSeconds", "time() - security_scan_timestamp_seconds"),
  for: "5m",
  severity: "warning",
  category: "security",
  summary: "The last {{ $labels.scan }} scan of {{ $labels.server }} was {{ $value | humanizeDuration }} ago",
  description: "The scan {{ $labels.scan }} of {{ $labels.server }} is older than $threshold s.",
  impact: "What that scan looks for would not be noticed on {{ $labels.server }}; its numbers are those of back then.",
  runbook: {
    means:
      "Scans run by their own schedule, and a scrape shows the last results, however old. So their age is measured: two hours are time for every scan to have run more than once.",
    look: [
      ...lookAtScans,
      "`time() - security_scan_timestamp_seconds` in Prometheus: one scan, or all of them? `security_scan_duration_seconds`: does it take ever longer?",
    ],
    mend: [
      "All of them: `docker restart security-metrics`.",
      "One that takes too long: a filesystem that hangs (`df` hangs as well), or far more files than before.",
      "That scan runs less often on purpose: raise `securityScanAgeSeconds` for the server in `stacks/prod.ts`.",
    ],
  },
  cases: {
    // The clock of a rule test starts at 0.
    fires: [
      {
        when: "an age of 7300 s, one scan of two",
        series: [
          rising("security_scan_timestamp_seconds", 1, scan, -7300),
          rising("security_scan_timestamp_seconds", 1, { scan: "ports" }, -60),
        ],
        labels: scan,
      },
      {
        when: "the last one an hour before the series begin, and none since",
        series: [flat("security_scan_timestamp_seconds", -3600, scan)],
        labels: scan,
        from: 60,
      },
    ],
    silent: [
      { when: "an age of 7100 s", series: [rising("security_scan_timestamp_seconds", 1, scan, -7100)] },
      {
        when: "a scan every hour",
        series: [steps("security_scan_timestamp_seconds", { 0: -3000, 10: 600, 70: 4200 }, scan)],
      },
      { when: "a scan that is not configured", series: [flat("security_suid_files", 40)] },
    ],
  },
});

export const securityScanFailed = rule("SecurityScanFailed", {
  job: "security-metrics",
  expr: "security_scan_success == 0",
  for: "10m",
  severity: "warning",
  category: "security",
  summary: "The {{ $labels.scan }} scan of {{ $labels.server }} fails",
  description:
    "The last run of the scan {{ $labels.scan }} on {{ $labels.server }} failed, and none has succeeded for 10 minutes.",
  impact: "What that scan looks for would not be noticed on {{ $labels.server }}.",
  runbook: {
    means:
      "A scan fails when it may not read what it has to, when its program or signatures are missing, or when it runs into its bound of time. A scan that is not configured has no such series.",
    look: lookAtScans,
    mend: [
      "It may not read something: compare mounts and capabilities with `pulumi preview --stack prod --refresh --diff`.",
      "Signatures or lists cannot be had: the network is closed; bring them as the page of security-metrics says.",
      "It runs into its bound of time: see [SecurityScanStale](SecurityScanStale.md).",
    ],
  },
  cases: {
    fires: [
      {
        when: "one of two scans",
        series: [flat("security_scan_success", 0, scan), flat("security_scan_success", 1, { scan: "ports" })],
        labels: scan,
      },
    ],
    silent: [
      { when: "it succeeds", series: [flat("security_scan_success", 1, scan)] },
      {
        when: "it failed, and succeeded eight minutes later",
        series: [steps("security_scan_success", { 0: 1, 30: 0, 38: 1 }, scan)],
      },
      { when: "a scan that is not configured", series: [flat("security_suid_files", 40)] },
    ],
  },
});
