import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, noneOrSome } from "../limits";
import { statistic, timeSeries } from "../panels";
import { onServer, promql } from "../query";
import { states } from "../states";
import { noPostgres, toPostgresLogs } from "./selectors";

const inHalfAnHour = (counter: string) => `increase(pg_stat_${counter}_total{${onServer}}[30m])`;

/** A counter of the checkpointer: before PostgreSQL 17 the background writer's, since then in a view of its own. */
const checkpoints = (before17: string, since17: string) =>
  `sum by (server) (${inHalfAnHour(`bgwriter_${before17}`)} or ${inHalfAnHour(`checkpointer_${since17}`)})`;

/** How what is written reaches the disk. */
export function postgresWrites(): Row {
  return row(
    "PostgreSQL: checkpoints and write-ahead log",
    [
      timeSeries("Checkpoints", {
        description:
          "Checkpoints within the 30 minutes before: by the clock (`checkpoint_timeout`), and on request, mostly because `max_wal_size` was written. Good is by the clock. PostgresCheckpointsTooFrequent is more than 3 on request, and more of them than by the clock: then raise `max_wal_size`.",
        unit: units.Short,
        decimals: 0,
        min: 0,
        queries: [
          promql(checkpoints("checkpoints_timed", "num_timed"), "{{server}} by the clock"),
          promql(checkpoints("checkpoints_req", "num_requested"), "{{server}} on request"),
        ],
        links: [toPostgresLogs],
      }),
      timeSeries("Time spent in checkpoints", {
        description:
          "Share of the 30 minutes before in which a checkpoint wrote, and in which it waited for the disk to have it. Writing is spread on purpose (`checkpoint_completion_target`) and may be near 100 %; waiting (`sync`) should be near 0, else the disk cannot follow.",
        unit: units.Percent,
        min: 0,
        // Milliseconds, which are added when a checkpoint is done: over the 1,800,000 of half an hour, as %.
        queries: [
          promql(`${checkpoints("checkpoint_write_time", "write_time")} / 18000`, "{{server}} write"),
          promql(`${checkpoints("checkpoint_sync_time", "sync_time")} / 18000`, "{{server}} sync"),
        ],
      }),
      timeSeries("Write-ahead log on the disk", {
        description:
          "Size of `pg_wal`, and the `max_wal_size` around which PostgreSQL means to keep it. Far above: a replication slot that nobody reads, or archiving that fails, keeps it (see beside). Never delete anything there by hand.",
        unit: units.BytesIEC,
        width: 12,
        min: 0,
        queries: [
          promql(`max by (server) (pg_wal_size_bytes{${onServer}})`, "{{server}}"),
          promql(`max by (server) (pg_settings_max_wal_size_bytes{${onServer}})`, "{{server}} max_wal_size"),
        ],
        links: [toPostgresLogs],
      }),
      timeSeries("Archiving that fails", {
        description:
          "How often `archive_command` failed within the 5 minutes before; always 0 without archiving. Anything more is PostgresArchivingFails: the backup cannot be brought up to the present, and `pg_wal` grows until the disk is full.",
        unit: units.Short,
        width: 12,
        min: 0,
        limits: noneOrSome,
        queries: promql(`sum by (server) (increase(pg_stat_archiver_failed_count{${onServer}}[5m]))`, "{{server}}"),
        links: [toPostgresLogs],
      }),
    ],
    noPostgres,
  );
}

/** Standbys, and those who read the log; most servers have none. */
export function postgresCopies(inventory: Inventory): Row {
  return row(
    "PostgreSQL: replication",
    [
      statistic("Role", {
        description:
          "Whether this PostgreSQL takes writes (primary) or repeats those of another (standby). A change that nobody planned is a failover.",
        unit: units.NoUnit,
        height: 8,
        words: states({ 0: ["primary", "blue"], 1: ["standby", "purple"] }),
        queries: promql(`max by (server) (pg_replication_is_replica{${onServer}})`, "{{server}}"),
      }),
      statistic("Connected standbys", {
        description:
          "Standbys and other readers that this PostgreSQL sends its log to right now; base backups do not count. `no replica` where it has none: then there is no second copy but the backup.",
        unit: units.Short,
        height: 8,
        words: states({ 0: ["no replica", "blue"] }),
        queries: promql(
          `count by (server) (pg_stat_replication_pg_wal_lsn_diff{${onServer}, state!="backup"}) or 0 * max by (server) (pg_replication_is_replica{${onServer}})`,
          "{{server}}",
        ),
      }),
      timeSeries("Standby behind its primary", {
        description:
          "By its own reckoning, how old the last transaction is that a standby has repeated; 0 while it has all. PostgresReplicationLag begins at the dashed line. Empty where no standby is watched.",
        unit: units.DurationSeconds,
        width: 8,
        min: 0,
        limits: above(inventory, "postgresReplicationLagSeconds"),
        noValue: "no standby here",
        queries: promql(
          `pg_replication_lag_seconds{${onServer}} and on (server, instance) pg_replication_is_replica{${onServer}} == 1`,
          "{{server}}",
        ),
        links: [toPostgresLogs],
      }),
      timeSeries("Not yet repeated by a standby", {
        description:
          "By the primary's reckoning, how much of the log each standby has still to repeat. Near 0 is good; what grows without end is a standby that cannot follow. Empty where there is no replica.",
        unit: units.BytesIEC,
        width: 8,
        min: 0,
        noValue: "no replica here",
        queries: promql(
          `max by (server, application_name, client_addr) (pg_stat_replication_pg_wal_lsn_diff{${onServer}, state!="backup"})`,
          "{{server}} {{application_name}} {{client_addr}}",
        ),
        links: [toPostgresLogs],
      }),
    ],
    noPostgres,
  );
}
