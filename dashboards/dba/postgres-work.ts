import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, below } from "../limits";
import { timeSeries } from "../panels";
import { onServer, promql } from "../query";
import { inDatabase, noPostgres, toPostgresLogs } from "./selectors";

const perDatabase = (metric: string) => `sum by (server, datname) (rate(${metric}{${inDatabase}}[$__rate_interval]))`;

const share = (part: string, other: string) =>
  `100 * ${perDatabase(part)} / (${perDatabase(part)} + ${perDatabase(other)} > 0)`;

/** Who is connected, what is done, and what is read. */
export function postgresWork(inventory: Inventory): Row {
  return row(
    "PostgreSQL: connections, transactions and cache",
    [
      timeSeries("Connections by database", {
        description:
          "Connections of each database, and how many PostgreSQL allows at all. A line that climbs and never falls is an application that leaks them. The share is above, with its limits.",
        unit: units.Short,
        min: 0,
        queries: [
          promql(`sum by (server, datname) (pg_stat_database_numbackends{${inDatabase}})`, "{{server}} {{datname}}"),
          promql(`max by (server) (pg_settings_max_connections{${onServer}})`, "{{server}} allowed"),
        ],
        links: [toPostgresLogs],
      }),
      timeSeries("Connections by state", {
        description:
          "What the connections do: `active` runs a query, `idle` waits for its application, `idle in transaction` has begun something and not ended it. The last should be near 0: it holds locks for nothing.",
        unit: units.Short,
        min: 0,
        stacked: true,
        queries: promql(
          `sum by (server, state) (pg_stat_activity_count{${inDatabase}, state=~"active|idle|idle in transaction.*"})`,
          "{{server}} {{state}}",
        ),
        links: [toPostgresLogs],
      }),
      timeSeries("Transactions", {
        description:
          "Transactions of each database that end well. There is no right number: compare with yesterday at the same time. A sudden fall is an application that no longer asks, or that waits.",
        unit: units.OpsPerSecond,
        min: 0,
        queries: promql(perDatabase("pg_stat_database_xact_commit"), "{{server}} {{datname}}"),
        links: [toPostgresLogs],
      }),
      timeSeries("Transactions that are rolled back", {
        description:
          "Of all transactions of a database, those that were rolled back: errors, and applications that change their mind. The less the better; PostgresRollbackRate begins at the dashed line, for a database with more than one transaction a second.",
        unit: units.Percent,
        min: 0,
        limits: above(inventory, "postgresRollbackPercent"),
        queries: promql(
          share("pg_stat_database_xact_rollback", "pg_stat_database_xact_commit"),
          "{{server}} {{datname}}",
        ),
        links: [toPostgresLogs],
      }),
      timeSeries("Rows", {
        description:
          "Rows that queries fetched by an index or wrote, of the chosen databases together. It shows what kind of work there is; a jump without more transactions is a new query, or a lost index.",
        unit: units.RowsPerSecond,
        min: 0,
        queries: ["fetched", "inserted", "updated", "deleted"].map((kind) =>
          promql(
            `sum by (server) (rate(pg_stat_database_tup_${kind}{${inDatabase}}[$__rate_interval]))`,
            `{{server}} ${kind}`,
          ),
        ),
      }),
      timeSeries("Cache hit ratio by database", {
        description:
          "Of the blocks that a database needed, those that were in PostgreSQL's own cache. The more the better. PostgresLowCacheHitRatio is below the dashed line for half an hour, with more than 1000 blocks a second; see then whether the disk is busy, and which table is read.",
        unit: units.Percent,
        max: 100,
        limits: below(inventory, "postgresCacheHitPercent"),
        queries: promql(share("pg_stat_database_blks_hit", "pg_stat_database_blks_read"), "{{server}} {{datname}}"),
      }),
      timeSeries("Read from outside the cache", {
        description:
          "What PostgreSQL had to fetch from the kernel or the disk, by database. Little is good; much for a long time means that what is needed does not fit into `shared_buffers`, or that a query reads whole tables.",
        unit: units.BytesPerSecondIEC,
        min: 0,
        queries: promql(
          `${perDatabase("pg_stat_database_blks_read")} * on (server) group_left () max by (server) (pg_settings_block_size{${onServer}})`,
          "{{server}} {{datname}}",
        ),
      }),
      timeSeries("Temporary files", {
        description:
          "What queries wrote to disk because sorting or joining did not fit into `work_mem`. 0 is best, little is no matter. Much: an index that spares the sorting, or a higher `work_mem` for that role.",
        unit: units.BytesPerSecondIEC,
        min: 0,
        queries: promql(perDatabase("pg_stat_database_temp_bytes"), "{{server}} {{datname}}"),
      }),
    ],
    noPostgres,
  );
}
