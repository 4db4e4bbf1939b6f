import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, noneOrSome } from "../limits";
import { timeSeries } from "../panels";
import { promql } from "../query";
import { inDatabase, noPostgres, toPostgresLogs } from "./selectors";

/** Sessions of applications: not autovacuum, replication or `pg_dump`, which are meant to take long. */
const ofApplications = 'backend_type=~"client backend|", application_name!="pg_dump"';

const oldest = (states: string) =>
  promql(
    `max by (server, datname) (pg_stat_activity_max_tx_duration{${inDatabase}, ${states}, ${ofApplications}})`,
    "{{server}} {{datname}}",
  );

/** Who waits for whom, and who holds others up. */
export function postgresLocks(inventory: Inventory): Row {
  const tooOld = above(inventory, "postgresTransactionSeconds");
  return row(
    "PostgreSQL: locks and long transactions",
    [
      timeSeries("Sessions that wait for a lock", {
        description:
          "Sessions of each database that can do nothing until another one ends. 0 is good, a moment is no matter. Longer is PostgresLockWaits: `pg_blocking_pids()` says who holds the lock.",
        unit: units.Short,
        width: 8,
        min: 0,
        limits: noneOrSome,
        queries: promql(
          `sum by (server, datname) (pg_stat_activity_count{${inDatabase}, wait_event_type="Lock"}) or 0 * sum by (server, datname) (pg_stat_activity_count{${inDatabase}})`,
          "{{server}} {{datname}}",
        ),
        links: [toPostgresLogs],
      }),
      timeSeries("Locks by mode", {
        description:
          "Locks that are held or waited for in the chosen databases. `accesssharelock` and `rowexclusivelock` come with every query and write. An `accessexclusivelock` that stays is an `alter table`, `truncate` or `vacuum full` which keeps everybody out.",
        unit: units.Short,
        width: 8,
        min: 0,
        queries: promql(`sum by (server, mode) (pg_locks_count{${inDatabase}})`, "{{server}} {{mode}}"),
        links: [toPostgresLogs],
      }),
      timeSeries("Deadlocks", {
        description:
          "Deadlocks of each database within the 10 minutes before. 0 is good; anything more is PostgresDeadlocks, and a fault of the application: it has to take its locks in one order everywhere.",
        unit: units.Short,
        width: 8,
        min: 0,
        limits: noneOrSome,
        queries: promql(
          `sum by (server, datname) (increase(pg_stat_database_deadlocks{${inDatabase}}[10m]))`,
          "{{server}} {{datname}}",
        ),
        links: [toPostgresLogs],
      }),
      timeSeries("Longest query", {
        description:
          "Age of the oldest transaction in each database that is running a query; a query of its own is its own transaction. Seconds are good for an application, minutes for a report; PostgresLongTransaction begins at the dashed line. `pg_cancel_backend()` ends a query.",
        unit: units.DurationSeconds,
        min: 0,
        limits: tooOld,
        queries: oldest('state="active"'),
        links: [toPostgresLogs],
      }),
      timeSeries("Longest transaction that idles", {
        description:
          "Age of the oldest transaction in each database whose application has gone on to something else. Near 0 is good; PostgresLongTransaction begins at the dashed line. It is a fault of the application, and `idle_in_transaction_session_timeout` ends it.",
        unit: units.DurationSeconds,
        min: 0,
        limits: tooOld,
        queries: oldest('state=~"idle in transaction.*"'),
        links: [toPostgresLogs],
      }),
    ],
    noPostgres,
  );
}
