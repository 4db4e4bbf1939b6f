import type { ScanName } from "./scans/scan";

interface Metric {
  type: "gauge" | "counter";
  help: string;
  labels: string[];
  /** The scan that fills it. */
  scan: ScanName;
}

/** What the scans measure. Rules and dashboards rely on these names, labels and meanings. */
export const metrics = {
  security_failed_logins_total: {
    type: "counter",
    help: "Refused logins: a wrong SSH password, an SSH user that does not exist or may not log in, a wrong password for sudo.",
    labels: ["type"],
    scan: "logins",
  },
  security_open_ports: {
    type: "gauge",
    help: "TCP ports of the host that something listens on, by the widest kind of address: at all or public ones, private ones, loopback.",
    labels: ["type"],
    scan: "ports",
  },
  security_listening_port: {
    type: "gauge",
    help: "1 for each TCP port and address of the host that something listens on, with the name of the process.",
    labels: ["port", "protocol", "address", "process"],
    scan: "ports",
  },
  security_suspicious_processes: {
    type: "gauge",
    help: "Processes of the host and its containers that look like a crypto miner or a reverse shell, or whose executable is in a temporary folder or was deleted.",
    labels: ["type"],
    scan: "processes",
  },
  security_docker_config: {
    type: "gauge",
    help: "1 where the Docker engine is set up as the CIS Docker Benchmark wants it, 0 where it is not.",
    labels: ["check"],
    scan: "docker",
  },
  security_container_issues: {
    type: "gauge",
    help: "Running containers with an issue.",
    labels: ["issue"],
    scan: "docker",
  },
  security_container_issue: {
    type: "gauge",
    help: "1 for each issue of each running container.",
    labels: ["container", "issue"],
    scan: "docker",
  },
  security_file_integrity_changed: {
    type: "gauge",
    help: "1 while a declared file (content, owner or mode) is not what it was when its state was recorded.",
    labels: ["path"],
    scan: "integrity",
  },
  security_world_writable_files: {
    type: "gauge",
    help: "Regular files on the host's disks that every user may change.",
    labels: [],
    scan: "files",
  },
  security_suid_files: {
    type: "gauge",
    help: "Regular files on the host's disks that run with the rights of their owner.",
    labels: [],
    scan: "files",
  },
  security_suid_files_unknown: {
    type: "gauge",
    help: "Those of security_suid_files that belong to no package of the distribution and were not accepted.",
    labels: [],
    scan: "files",
  },
  security_docker_vulnerabilities: {
    type: "gauge",
    help: "Known vulnerabilities in images, by Trivy's reports.",
    labels: ["severity"],
    scan: "vulnerabilities",
  },
  security_malware_detected: {
    type: "gauge",
    help: "Files that ClamAV's last run took for malware.",
    labels: [],
    scan: "malware",
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

/** The metrics that a scan fills. */
export function metricsOf(scan: ScanName): MetricName[] {
  return (Object.keys(metrics) as MetricName[]).filter((name) => metrics[name].scan === scan);
}
