import type { Configuration } from "../configuration";
import type { HostRoot } from "../host/host-root";
import type { MetricName } from "../metrics";
import type { StateFolder } from "../state-folder";
import type { Deadline } from "./deadline";

/** The scans, in the order in which they run when all are due: what takes long comes last. */
export const scanNames = [
  "logins",
  "ports",
  "processes",
  "docker",
  "integrity",
  "vulnerabilities",
  "malware",
  "files",
] as const;
export type ScanName = (typeof scanNames)[number];

/** One value of a metric. */
export interface Sample {
  metric: MetricName;
  labels: Record<string, string>;
  value: number;
}

/** Something that a person wants to see the place of, as `{ finding: "suid_file", path: "/usr/bin/x" }`. No secrets. */
export interface Finding {
  finding: string;
  [field: string]: string | number;
}

/** What a scan came to. */
export interface ScanResult {
  samples: Sample[];
  /** Logged when they appear, once. */
  findings: Finding[];
  /** What it could not look at, and the way out; the scan has failed when there is anything, and its samples count. */
  problems: string[];
}

/** What a scan may use. */
export interface ScanContext {
  host: HostRoot;
  configuration: Configuration;
  /** The path of Docker's socket, as seen from here. */
  dockerSocket: string;
  state: StateFolder;
  deadline: Deadline;
  /** At the very first look at a log: count what it holds, instead of what comes from now on. */
  countsOldEntries: boolean;
}

/**
 * Looks at the host once.
 * @throws {Error} when it found out nothing; the results of the scan before stay
 */
export type Scan = (context: ScanContext) => Promise<ScanResult> | ScanResult;
