import type { Report } from "../../ops/progress";
import { makePrograms } from "../../ops/toolchain/built-images";
import { installPackages } from "../system-packages";
import { preparePython } from "./python-environment";

const packages = ["postgresql", "redis-server", "tini", "iproute2", "util-linux"];
// PostgreSQL's own are in a folder of its version, but this one.
const programs = ["psql", "redis-server", "tini", "ip", "nsenter", "unshare"];
/** Those of the stack's programs that are no tools of the project's. */
const exporters = [
  "node-exporter",
  "cadvisor",
  "grafana",
  "redis-exporter",
  "celery-exporter",
  "blackbox-exporter",
] as const;

/**
 * Fetches or builds what the feed runs and `npm run toolchain` does not bring, unless it is there: about two minutes the
 * first time.
 * @throws {CommandError} which says what cannot be had
 */
export async function prepareFeed(report: Report, signal: AbortSignal): Promise<void> {
  await installPackages(packages, programs);
  for (const name of exporters) await makePrograms(name, report, signal);
  await preparePython("ray", report, signal);
}
