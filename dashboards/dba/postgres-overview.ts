import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, below, limits, upOrDown } from "../limits";
import { statistic } from "../panels";
import { onServer, promql } from "../query";
import { up } from "../states";
import { inDatabase, noPostgres, toPostgresLogs } from "./selectors";

/** Whether PostgreSQL is well, at a glance. */
export function postgresOverview(inventory: Inventory): Row {
  return row(
    "PostgreSQL",
    [
      statistic("PostgreSQL", {
        description:
          "Whether the exporter can log in to PostgreSQL and ask. `down` for a minute is the alert PostgresDown: PostgreSQL is gone or full, or no longer takes the exporter's password.",
        unit: units.NoUnit,
        words: up,
        limits: upOrDown,
        queries: promql(`min by (server) (pg_up{${onServer}})`, "{{server}}"),
        links: [toPostgresLogs],
      }),
      statistic("Running for", {
        description:
          "How long PostgreSQL has been running, and its version. A short time that nobody planned is a crash: its log says why.",
        unit: units.DurationSeconds,
        queries: promql(
          `(time() - pg_postmaster_start_time_seconds{${onServer}}) * on (server, instance) group_left (short_version) pg_static{${onServer}}`,
          "{{server}} {{short_version}}",
        ),
        links: [toPostgresLogs],
      }),
      statistic("Connections in use", {
        description:
          "Connections of all databases against `max_connections`. Orange and red where PostgresConnectionsHigh and PostgresConnectionsCritical begin: then see below which database and state they are in. Ordinary programs are refused a little before 100 %.",
        unit: units.Percent,
        decimals: 1,
        limits: above(inventory, "postgresConnectionsPercent", "postgresConnectionsCriticalPercent"),
        queries: promql(
          `100 * sum by (server) (pg_stat_database_numbackends{${onServer}}) / max by (server) (pg_settings_max_connections{${onServer}})`,
          "{{server}}",
        ),
        links: [toPostgresLogs],
      }),
      statistic("Cache hit ratio", {
        description:
          "Blocks that the chosen databases found in PostgreSQL's own cache within 5 minutes, of all that they needed. The more the better; 99 % is usual. PostgresLowCacheHitRatio looks at each database with more than 1000 blocks a second, so that a red value of one that hardly works is no matter.",
        unit: units.Percent,
        decimals: 1,
        limits: below(inventory, "postgresCacheHitPercent"),
        queries: promql(
          `100 * sum by (server) (rate(pg_stat_database_blks_hit{${inDatabase}}[5m])) / (sum by (server) (rate(pg_stat_database_blks_hit{${inDatabase}}[5m]) + rate(pg_stat_database_blks_read{${inDatabase}}[5m])) > 0)`,
          "{{server}}",
        ),
      }),
      statistic("Oldest transaction", {
        description:
          "Age of the oldest transaction that an application has open; `pg_dump`, autovacuum and replication do not count. Seconds are good. Red is PostgresLongTransaction: it holds locks, and nothing that was deleted since can be cleaned away.",
        unit: units.DurationSeconds,
        limits: above(inventory, "postgresTransactionSeconds"),
        queries: promql(
          `max by (server) (pg_stat_activity_max_tx_duration{${inDatabase}, state!~"idle|disabled", backend_type=~"client backend|", application_name!="pg_dump"})`,
          "{{server}}",
        ),
        links: [toPostgresLogs],
      }),
      statistic("Deadlocks in 24 hours", {
        description:
          "Transactions that PostgreSQL had to end within a day, because two waited for each other for good. 0 is good; each one is a PostgresDeadlocks alert and a fault of an application, and the log names both sides.",
        unit: units.Short,
        decimals: 0,
        // Half a deadlock is one at the edge of the time.
        limits: limits({ from: "green", 0.5: "orange" }),
        queries: promql(`sum by (server) (increase(pg_stat_database_deadlocks{${inDatabase}}[24h]))`, "{{server}}"),
        links: [toPostgresLogs],
      }),
    ],
    noPostgres,
  );
}
