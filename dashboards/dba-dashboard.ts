import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Inventory } from "../stacks/inventory";
import { dashboardOf } from "./dashboard";
import { logsOfDatabases } from "./dba/logs";
import { postgresLocks } from "./dba/postgres-locks";
import { postgresOverview } from "./dba/postgres-overview";
import { postgresSizes } from "./dba/postgres-sizes";
import { postgresWork } from "./dba/postgres-work";
import { postgresCopies, postgresWrites } from "./dba/postgres-writes";
import { redisOverview, redisWork } from "./dba/redis";
import { onServer } from "./query";
import { labelVariable } from "./variables";

/** PostgreSQL and Redis, for those who look after them. */
export function dbaDashboard(inventory: Inventory): Dashboard {
  return dashboardOf("dba-dashboard", {
    description:
      "Whether PostgreSQL and Redis are well, what they are busy with, what they wait for, and how much they keep. For those who look after databases.",
    variables: [databaseVariable],
    rows: [
      postgresOverview(inventory),
      redisOverview(inventory),
      postgresWork(inventory),
      postgresLocks(inventory),
      postgresWrites(),
      postgresCopies(inventory),
      postgresSizes(inventory),
      redisWork(inventory),
      logsOfDatabases(),
    ],
  });
}

const databaseVariable = labelVariable(
  "database",
  "Database",
  `pg_database_size_bytes{${onServer}, datname!~"template[01]"}`,
  "datname",
);
