import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, limits } from "../limits";
import { barGauge, timeSeries } from "../panels";
import { promql } from "../query";
import { valueTable } from "../table";
import { inDatabase, noPostgres } from "./selectors";

const dead = `pg_stat_user_tables_n_dead_tup{${inDatabase}}`;
const live = `pg_stat_user_tables_n_live_tup{${inDatabase}}`;
const size = `pg_stat_user_tables_table_size_bytes{${inDatabase}}`;

/** The largest tables' value of a metric, so that several queries speak of the same tables. */
const ofLargest = (metric: string) =>
  `max by (server, datname, schemaname, relname) (pg_stat_user_tables_${metric}{${inDatabase}} and topk(20, ${size}))`;

/** How much is kept, how fast it grows, and how much of it is dead. */
export function postgresSizes(inventory: Inventory): Row {
  return row(
    "PostgreSQL: sizes, growth and dead rows",
    [
      timeSeries("Size by database", {
        description:
          "Room that each database takes on the disk, with its indexes. Steady growth is normal; a jump is an import, or dead rows that were not cleaned away. For how long the disk lasts, see the DevOps dashboard.",
        unit: units.BytesIEC,
        min: 0,
        queries: promql(`max by (server, datname) (pg_database_size_bytes{${inDatabase}})`, "{{server}} {{datname}}"),
      }),
      barGauge("Growth in 24 hours", {
        description:
          "How much larger each database is than a day ago, or than when it was first measured. Compare with what the application should write; below 0 something was deleted and its room given back.",
        unit: units.BytesIEC,
        width: 6,
        queries: promql(
          `max by (server, datname) (delta(pg_database_size_bytes{${inDatabase}}[24h]))`,
          "{{server}} {{datname}}",
        ),
      }),
      barGauge("Age of transaction numbers", {
        description:
          "Transactions since the oldest number that is still in use, by database. Autovacuum keeps it at about 200 million (`autovacuum_freeze_max_age`). Red, from 1000 million, is PostgresWraparound; at 2000 million PostgreSQL takes no more writes.",
        unit: units.Short,
        width: 6,
        min: 0,
        // As the rule PostgresWraparound, which no stack can change.
        limits: limits({ from: "green", 1e9: "red" }),
        queries: promql(
          `max by (server, datname) (pg_database_wraparound_age_datfrozenxid_seconds{${inDatabase}})`,
          "{{server}} {{datname}}",
        ),
      }),
      barGauge("Dead rows of large tables", {
        description:
          "Share of dead rows in the tables that have more than 10,000 of them; a database without such a table shows 0 and no table. Up to 17 % is how autovacuum works; red for an hour is PostgresDeadRows: something keeps it from cleaning, mostly an old transaction.",
        unit: units.Percent,
        width: 12,
        min: 0,
        max: 100,
        limits: above(inventory, "postgresDeadRowsPercent"),
        queries: promql(
          `topk(10, 100 * (${dead} > 10000) / (${live} + ${dead})) or on (server, datname) 0 * sum by (server, datname) (${dead})`,
          "{{server}} {{datname}} {{relname}}",
        ),
      }),
      timeSeries("Dead rows", {
        description:
          "Rows of each database that were changed or deleted and not yet cleaned away, in all its tables. A saw is good: it grows, and autovacuum takes it down. A line that only climbs is room that is lost.",
        unit: units.Short,
        width: 12,
        min: 0,
        queries: promql(`sum by (server, datname) (${dead})`, "{{server}} {{datname}}"),
      }),
      valueTable("Largest tables", {
        description:
          "The 20 largest tables of the database that the exporter is connected to: what they take on the disk with and without indexes, and how many rows of them are alive and dead. Look for what grows without reason, and for indexes larger than their table.",
        width: 24,
        sortBy: "Table",
        columns: {
          server: "Server",
          datname: "Database",
          schemaname: "Schema",
          relname: "Name",
          "Value #A": { title: "Table", unit: units.BytesIEC },
          "Value #B": { title: "Indexes", unit: units.BytesIEC },
          "Value #C": { title: "Live rows", unit: units.Short },
          "Value #D": { title: "Dead rows", unit: units.Short },
        },
        queries: ["table_size_bytes", "index_size_bytes", "n_live_tup", "n_dead_tup"].map((metric) =>
          promql(ofLargest(metric)),
        ),
      }),
    ],
    noPostgres,
  );
}
