import type { Configuration } from "./configuration";
import type { ScanName } from "./scans/scan";

/** Seconds between two beginnings of a scan, and its bound; nothing when it is not configured. */
export function timingOf(scan: ScanName, { scans }: Configuration): { every: number; limit: number } | undefined {
  return scans[scan] || undefined;
}
