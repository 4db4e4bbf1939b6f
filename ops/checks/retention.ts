import { targetOf } from "../../stacks/targets";
import { byteSize } from "../byte-size";
import { type Check, type Finding, finding, good, unknown, type VerifiedStack, wrong } from "./check";
import { volumesFilesystem } from "./disks";
import { bytesOf } from "./figures";
import { accessToFirst, query } from "./query";

/** What one service keeps on its disk, and how fast that grows. */
export interface Keeping {
  /** As `prometheus`. */
  service: string;
  /** How long the inventory wants it kept. */
  days: number;
  /** How long the running service keeps it, where it says so. */
  actualDays?: number | undefined;
  /** What it has on its disk now; nothing where it does not say. */
  usedBytes: number;
  /** Growth of a day; nothing where it is not known yet. */
  bytesPerDay: number | undefined;
  /** What the growth is known from, as `2 bytes a sample`. */
  basis: string;
  /** Bound of what is kept. @default none */
  boundBytes?: number | undefined;
}

const daySeconds = 86_400;
/** Time between two scrapes. */
const scrapeSeconds = 15;
/**
 * Bytes of a sample on disk, before the first block was written and tells.
 * @see https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects ("only 1-2 bytes per sample")
 */
const usualBytesPerSample = 2;
/** Loki writes a chunk after two hours at the latest; what it writes in a day is not known before. */
const lokiSettledSeconds = 3 * 3600;

/** What Prometheus and Loki keep, as long as the inventory says, fits on their disks. */
export const checkRetention: Check = async (stack) => {
  const services = { prometheus: prometheusKeeping, loki: lokiKeeping };
  const checks = Object.entries(services).map(([service, keepingOf]) => {
    const { server } = targetOf(service as keyof typeof services, stack.inventory);
    const what = `${service}: retention`;
    return finding(server.name, what, async () => {
      const [keeping, filesystem, others] = await Promise.all([
        keepingOf(stack),
        volumesFilesystem(server, stack),
        // Prometheus is counted first; Loki has what it leaves, where both are on one disk.
        service === "loki" && targetOf("prometheus", stack.inventory).server === server
          ? prometheusKeeping(stack).then(stillToCome)
          : 0,
      ]);
      if (!filesystem) return unknown(server.name, what, "Prometheus has no figures of its disk: is node-exporter up?");
      return retentionFinding(
        server.name,
        keeping,
        Math.max(0, filesystem.availableBytes - others),
        stack.inventory.stack,
      );
    });
  });
  return Promise.all(checks);
};

async function prometheusKeeping(stack: VerifiedStack): Promise<Keeping> {
  const { retention, retentionSize } = stack.inventory.services.prometheus;
  const { server } = targetOf("prometheus", stack.inventory);
  const of = `{job="prometheus", server="${server.name}"}`;
  const value = await numbers(stack, {
    limit: `prometheus_tsdb_retention_limit_seconds${of}`,
    blocks: `prometheus_tsdb_storage_blocks_bytes${of}`,
    wal: `prometheus_tsdb_wal_storage_size_bytes${of}`,
    head: `prometheus_tsdb_head_chunks_storage_size_bytes${of}`,
    samples: `sum(rate(prometheus_tsdb_head_samples_appended_total${of}[5m]))`,
    scraped: `sum(scrape_samples_post_metric_relabeling) / ${scrapeSeconds}`,
    perSample: `prometheus_tsdb_compaction_chunk_size_bytes_sum${of} / (prometheus_tsdb_compaction_chunk_samples_sum${of} > 0)`,
  });
  const perSample = value.perSample ?? usualBytesPerSample;
  // Soon after a start the rate knows too little; what is scraped leaves out what rules record.
  const samples = Math.max(value.samples ?? 0, value.scraped ?? 0);
  return {
    service: "prometheus",
    days: Number.parseInt(retention, 10),
    actualDays: value.limit ? value.limit / daySeconds : undefined,
    usedBytes: (value.blocks ?? 0) + (value.wal ?? 0) + (value.head ?? 0),
    bytesPerDay: samples > 0 ? samples * perSample * daySeconds : undefined,
    basis: `${Math.round(samples)} samples a second of ${perSample.toFixed(1)} bytes`,
    boundBytes: retentionSize ? bytesOf(retentionSize) : undefined,
  };
}

async function lokiKeeping(stack: VerifiedStack): Promise<Keeping> {
  const { server } = targetOf("loki", stack.inventory);
  const of = `{job="loki", server="${server.name}"}`;
  const value = await numbers(stack, {
    age: `time() - process_start_time_seconds${of}`,
    received: `sum(loki_distributor_bytes_received_total${of})`,
    stored: `sum(loki_ingester_chunk_stored_bytes_total${of})`,
  });
  const isSettled = (value.age ?? 0) >= lokiSettledSeconds && value.stored !== undefined;
  const count = isSettled ? value.stored : value.received;
  return {
    service: "loki",
    days: Number.parseInt(stack.inventory.services.loki.retention, 10),
    usedBytes: value.stored ?? 0,
    bytesPerDay: count === undefined || !value.age ? undefined : (count / value.age) * daySeconds,
    basis: isSettled ? "what it wrote since it was started" : "what came since it was started, not compressed yet",
  };
}

/** First value of each expression; nothing where it has none, or none that is finite. */
async function numbers<Name extends string>(
  stack: VerifiedStack,
  expressions: Record<Name, string>,
): Promise<Partial<Record<Name, number>>> {
  const access = accessToFirst(stack);
  const answers = await Promise.all(
    Object.entries<string>(expressions).map(async ([name, expr]) => {
      const [first] = await query(access, expr);
      return first && Number.isFinite(first.value) ? [[name, first.value]] : [];
    }),
  );
  return Object.fromEntries(answers.flat());
}

/** What will be kept in the end, and is not there yet. */
function stillToCome({ usedBytes, boundBytes = Number.POSITIVE_INFINITY, bytesPerDay = 0, days }: Keeping): number {
  return Math.max(0, Math.min(bytesPerDay * days, boundBytes) - usedBytes);
}

/**
 * Whether a service can keep what it is to keep.
 * @param availableBytes what is free on its disk, less what is promised to others
 */
export function retentionFinding(server: string, keeping: Keeping, availableBytes: number, stack: string): Finding {
  const { service, days, actualDays, bytesPerDay, basis, boundBytes } = keeping;
  const what = `${service}: retention`;
  const entry = `services.${service} in stacks/${stack}.ts`;
  if (actualDays !== undefined && Math.abs(actualDays - days) > 0.01) {
    return wrong(
      server,
      what,
      `it keeps ${Math.round(actualDays)} days, and ${entry} says ${days}: deploy the stack again`,
    );
  }
  if (bytesPerDay === undefined)
    return unknown(server, what, "how fast it grows is not known yet: ask again in ten minutes");
  const needed = bytesPerDay * days;
  const figures = `${days} days come to ${byteSize(needed)} (${byteSize(bytesPerDay)} a day: ${basis})`;
  const keptDays = (room: number) => Math.max(0, Math.floor(room / bytesPerDay));
  if (boundBytes !== undefined && needed > boundBytes) {
    const says = `${figures}, and retentionSize is ${byteSize(boundBytes)}: about ${keptDays(boundBytes)} days are kept. Raise retentionSize, or lower retention, of ${entry}`;
    return wrong(server, what, says);
  }
  const room = availableBytes + keeping.usedBytes;
  if (needed > room) {
    const says = `${figures}, and its disk has room for ${byteSize(room)}, about ${keptDays(room)} days. Lower retention of ${entry}, or give it a larger disk`;
    return wrong(server, what, says);
  }
  return good(server, what, `${figures}; its disk has room for ${byteSize(room)}`);
}
