import { thresholdOf } from "../../alerts/expression";
import { ruleContext } from "../../alerts/rule-files";
import type { Server } from "../../stacks/inventory";
import { byteSize } from "../byte-size";
import { type Check, type Finding, finding, good, unknown, type VerifiedStack, wrong } from "./check";
import { accessToFirst, query, type Sample } from "./query";

/** Where Docker keeps volumes unless it was told otherwise. */
const usualDockerRoot = "/var/lib/docker";

/** A filesystem as node-exporter sees it. */
export interface Filesystem {
  mountpoint: string;
  availableBytes: number;
  sizeBytes: number;
}

/** Of every server: the disk that its volumes are on has as much space left as the alert rules want. */
export const checkDisks: Check = async (stack) => {
  const checks = stack.inventory.servers.map((server) =>
    finding(server.name, "disk", async () => {
      if (!server.exporters["node-exporter"]) return unknown(server.name, "disk", "no node-exporter measures it");
      const filesystem = await volumesFilesystem(server, stack);
      if (!filesystem) return unknown(server.name, "disk", "Prometheus has no figures of it: is its node-exporter up?");
      const least =
        server.thresholds.diskFreeLowPercent ?? thresholdOf("diskFreeLowPercent", ruleContext(stack.inventory));
      return diskFinding(server.name, filesystem, least);
    }),
  );
  return Promise.all(checks);
};

/** The filesystem that a server's volumes are on, as the first Prometheus knows it. */
export async function volumesFilesystem(server: Server, stack: VerifiedStack): Promise<Filesystem | undefined> {
  const access = accessToFirst(stack);
  const of = (metric: string) => query(access, `${metric}{job="node-exporter", server="${server.name}"}`);
  const [look, available, size] = await Promise.all([
    stack.looks.get(server.name),
    of("node_filesystem_avail_bytes"),
    of("node_filesystem_size_bytes"),
  ]);
  return filesystemOf(look?.dockerRoot ?? usualDockerRoot, available, size);
}

/** The filesystem that a folder is on: the one mounted nearest above it. */
export function filesystemOf(folder: string, available: Sample[], size: Sample[]): Filesystem | undefined {
  const isAbove = (mountpoint: string) => {
    return mountpoint === "/" || folder === mountpoint || folder.startsWith(`${mountpoint}/`);
  };
  const [nearest] = available
    .filter(({ labels }) => isAbove(labels.mountpoint ?? ""))
    .sort((a, b) => (b.labels.mountpoint ?? "").length - (a.labels.mountpoint ?? "").length);
  const whole = size.find(({ labels }) => labels.mountpoint === nearest?.labels.mountpoint);
  if (!nearest || !whole) return undefined;
  return { mountpoint: nearest.labels.mountpoint ?? "", availableBytes: nearest.value, sizeBytes: whole.value };
}

/** @param least percentage that has to be free, as of the rule HighDiskUsage */
export function diskFinding(server: string, filesystem: Filesystem, least: number): Finding {
  const { mountpoint, availableBytes, sizeBytes } = filesystem;
  const percent = (100 * availableBytes) / sizeBytes;
  const free = `${byteSize(availableBytes)} of ${byteSize(sizeBytes)} are free on ${mountpoint} (${Math.floor(percent)} %)`;
  if (percent >= least) return good(server, "disk", free);
  const says = `${free}, below ${least} %. See there: docker system df, docker image prune, du -xh --max-depth 2 ${mountpoint}`;
  return wrong(server, "disk", says);
}
