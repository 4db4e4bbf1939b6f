import * as units from "@grafana/grafana-foundation-sdk/units";
import { type Row, row } from "../dashboard";
import { logLines, statistic, timeSeries } from "../panels";
import { logql, onServer, promql } from "../query";
import { states } from "../states";
import { noPostgres, postgresLogs } from "./selectors";

/**
 * Lines of `log_min_duration_statement` and auto_explain, as `LOG:  duration: 1234.567 ms  statement: select …`.
 * @see https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-LOG-MIN-DURATION-STATEMENT
 */
const slow = `${postgresLogs} |~ "duration: [0-9.]+ ms\\\\s+(statement|parse|bind|execute|fastpath|plan)"`;

const noStatement =
  "none: no statement took that long, statements are not logged (see above), or PostgreSQL writes no container log";

/** Which statements were slow, and what went wrong, in PostgreSQL's own words. */
export function logsOfDatabases(): Row {
  return row(
    "PostgreSQL: slow statements and errors",
    [
      statistic("Slow is", {
        description:
          "From which time on PostgreSQL writes a statement to its log (`log_min_duration_statement`); the panels beside and below can only show those. `not logged` where it is switched off: a second is a good beginning, and needs no restart.",
        unit: units.Seconds,
        height: 8,
        words: states({ "-1": ["not logged", "orange"], 0: ["every statement", "blue"] }),
        queries: promql(`max by (server) (pg_settings_log_min_duration_statement_seconds{${onServer}})`, "{{server}}"),
      }),
      timeSeries("Slow statements in 5 minutes", {
        description:
          "Statements in the log that took too long, within the 5 minutes before. Few, and at known times, is good; more since a deployment is a query without its index.",
        unit: units.Short,
        width: 10,
        min: 0,
        noValue: noStatement,
        queries: logql(`sum by (server) (count_over_time(${slow} [5m]))`, "{{server}}"),
      }),
      timeSeries("Slowest statement in 5 minutes", {
        description:
          "The longest time that a statement in the log took, within the 5 minutes before. Its text is below, at the same time.",
        unit: units.Milliseconds,
        width: 10,
        min: 0,
        noValue: noStatement,
        queries: logql(
          `max by (server) (max_over_time(${slow} | regexp "duration: (?P<milliseconds>[0-9.]+) ms" | unwrap milliseconds | __error__="" [5m]))`,
          "{{server}}",
        ),
      }),
      logLines("Slow statements", {
        description:
          "The statements themselves, from the logs of containers named like PostgreSQL, the newest first. Take one that comes often, and `explain (analyze, buffers)` it.",
        noValue: noStatement,
        queries: logql(slow),
      }),
      logLines("Errors of PostgreSQL", {
        description:
          "What PostgreSQL could not do: `ERROR` ended a statement, `FATAL` a session, `PANIC` the server. None is good; a few `ERROR` are usual, and faults of applications. `FATAL` for want of connections or of the right password needs a look.",
        noValue: "none: PostgreSQL logged no error, or writes no container log",
        queries: logql(`${postgresLogs} |~ "(ERROR|FATAL|PANIC): "`),
      }),
    ],
    noPostgres,
  );
}
