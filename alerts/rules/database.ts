import { above, below, rule } from "../rule";
import { flat, rising, type Series, steps } from "../series";

const target = "server, instance, environment, job";
/** Databases of people: not the templates, nor what all databases share (which has no name). */
const own = 'datname!~"template[01]|"';
const shop = { datname: "shop" };
const shopById = { datid: "16384", ...shop };
const templateById = { datid: "1", datname: "template1" };

const inPsql = "(`docker exec -it CONTAINER psql -U postgres` on the server, or `sudo -u postgres psql`)";

export const postgresDown = rule("PostgresDown", {
  job: "postgres",
  expr: "pg_up == 0",
  for: "1m",
  severity: "critical",
  category: "database",
  summary: "PostgreSQL of {{ $labels.server }} does not answer",
  description: "The exporter runs, but has not been able to log in to PostgreSQL on {{ $labels.server }} for a minute.",
  impact: "Every application that keeps its data there fails.",
  runbook: {
    means:
      "`pg_up` is whether the exporter could connect and ask. The exporter itself answers all the while, so that ExporterDown is silent: it is PostgreSQL that is gone, that is full, or that no longer accepts the exporter's password.",
    look: [
      "`docker ps --all | grep -i postgres` on the server (server-81 is the database server), then `docker logs --tail 50 CONTAINER`.",
      "Without a container: `systemctl status postgresql` and `tail -50 /var/log/postgresql/*.log`.",
      "`psql -h 127.0.0.1 -U postgres -c 'select 1'` there: `too many clients` means that it lives, but is full; see PostgresConnectionsCritical.",
      "`df -h`: a full disk stops PostgreSQL at once.",
    ],
    mend: [
      "`docker start CONTAINER`, and read its log until `database system is ready to accept connections`.",
      "Disk full: make room first (CriticalDiskUsage). Never delete anything in `pg_wal` by hand.",
      "Only the exporter cannot log in (`docker logs postgres-exporter`): `pulumi config set --secret postgresPassword --stack prod`, then `pulumi up`.",
    ],
  },
  cases: {
    fires: [
      {
        when: "the exporter cannot connect",
        series: [flat("pg_up", 0), flat("pg_exporter_last_scrape_error", 1)],
      },
    ],
    silent: [
      { when: "it answers", series: [flat("pg_up", 1)] },
      { when: "it is restarted", series: [steps("pg_up", { 0: 1, 30: 0, 30.5: 1 })] },
      { when: "the exporter does not answer", series: [flat("up", 0)] },
    ],
  },
});

const usedConnections = `100 * sum by (${target}) (pg_stat_database_numbackends) / max by (${target}) (pg_settings_max_connections)`;

/** Connections of two databases, of a hundred that are allowed. */
const connections = (count: number): Series[] => [
  flat("pg_settings_max_connections", 100),
  flat("pg_stat_database_numbackends", count - 5, shopById),
  flat("pg_stat_database_numbackends", 5, { datid: "5", datname: "postgres" }),
];

const lookAtConnections = [
  `In psql ${inPsql}: \`select datname, usename, application_name, state, count(*) from pg_stat_activity group by 1, 2, 3, 4 order by 5 desc limit 20;\``,
  "Many `idle in transaction`: an application that forgets to commit; see PostgresLongTransaction.",
];
const mendConnections = [
  "Restart the application that holds too many, or make its pool smaller.",
  "Now, and without a restart: `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle' and state_change < now() - interval '10 minutes';`",
  "If all are needed: a pooler (PgBouncer) in front, rather than a larger `max_connections` (each one costs memory, and the change needs a restart).",
];

export const postgresConnectionsHigh = rule("PostgresConnectionsHigh", {
  job: "postgres",
  expr: above("postgresConnectionsPercent", usedConnections),
  for: "5m",
  severity: "warning",
  category: "database",
  summary: "PostgreSQL of {{ $labels.server }} uses {{ $value | humanize }} % of its connections",
  description:
    "More than $threshold % of the connections that PostgreSQL on {{ $labels.server }} allows have been in use for 5 minutes.",
  impact: "Nothing yet. When there are none left, applications get `too many clients already`.",
  runbook: {
    means:
      "The backends of all databases together against `max_connections`. Of those, three (`superuser_reserved_connections`) are kept for administrators: ordinary programs are refused a little before 100 %.",
    look: lookAtConnections,
    mend: mendConnections,
  },
  cases: {
    fires: [{ when: "81 of 100", series: connections(81) }],
    silent: [
      { when: "79 of 100", series: connections(79) },
      {
        when: "a rush of four minutes",
        series: [
          flat("pg_settings_max_connections", 100),
          steps("pg_stat_database_numbackends", { 0: 20, 30: 90, 34: 20 }, shopById),
        ],
      },
      { when: "PostgreSQL is down", series: [flat("pg_up", 0)] },
    ],
  },
});

export const postgresConnectionsCritical = rule("PostgresConnectionsCritical", {
  job: "postgres",
  expr: above("postgresConnectionsCriticalPercent", usedConnections),
  for: "2m",
  severity: "critical",
  category: "database",
  summary: "PostgreSQL of {{ $labels.server }} uses {{ $value | humanize }} % of its connections",
  description:
    "More than $threshold % of the connections that PostgreSQL on {{ $labels.server }} allows have been in use for 2 minutes.",
  impact: "The next clients are refused: applications fail as if the database were down.",
  supersedes: [{ rule: "PostgresConnectionsHigh" }],
  runbook: {
    means:
      "The same measurement as [PostgresConnectionsHigh](PostgresConnectionsHigh.md), where only those kept for administrators are left.",
    look: [
      "Administrators still get in, as user `postgres`: the last three connections are theirs.",
      ...lookAtConnections,
    ],
    mend: mendConnections,
  },
  cases: {
    fires: [{ when: "96 of 100", series: connections(96) }],
    silent: [{ when: "94 of 100", series: connections(94) }],
  },
});

export const postgresDeadlocks = rule("PostgresDeadlocks", {
  job: "postgres",
  expr: `sum without (datid) (increase(pg_stat_database_deadlocks{${own}}[10m])) > 0`,
  for: "0s",
  severity: "warning",
  category: "database",
  summary: "Transactions of {{ $labels.datname }} on {{ $labels.server }} block each other for good",
  description:
    "About {{ $value | humanize }} deadlocks in the database {{ $labels.datname }} on {{ $labels.server }} within 10 minutes.",
  impact: "PostgreSQL ended one transaction of each deadlock: what somebody was doing there failed.",
  runbook: {
    means:
      "Two transactions that each wait for what the other holds. After a second (`deadlock_timeout`) PostgreSQL rolls one back, so that the other can go on. It is a fault of the application, which has to take its locks in one order everywhere.",
    look: [
      "`docker logs --since 15m CONTAINER 2>&1 | grep -A 10 'deadlock detected'` on the server names both processes, and what they wanted.",
      "Grafana, Explore, Loki: the log of the application at the same minute.",
    ],
    mend: [
      "Nothing tonight, if it was one and the application tried again.",
      "In the code: lock rows in the same order (`order by id for update`), and keep transactions short.",
    ],
  },
  cases: {
    fires: [
      {
        when: "one deadlock",
        series: [steps("pg_stat_database_deadlocks", { 0: 4, 30: 5 }, shopById)],
        labels: shop,
        from: 30,
      },
    ],
    silent: [
      { when: "deadlocks long ago", series: [flat("pg_stat_database_deadlocks", 4, shopById)] },
      {
        when: "the counters were reset",
        series: [steps("pg_stat_database_deadlocks", { 0: 4, 30: 0 }, shopById)],
      },
    ],
  },
});

/** Two counters of a database, as a rate. */
const both = (one: string, other: string) =>
  `sum without (datid) (rate(${one}{${own}}[5m]) + rate(${other}{${own}}[5m]))`;

const cacheHits = `100 * sum without (datid) (rate(pg_stat_database_blks_hit{${own}}[5m])) / (${both("pg_stat_database_blks_hit", "pg_stat_database_blks_read")} > 1000)`;

/** Blocks a second that a database finds in its cache, and that it does not. */
const blocks = (hit: number, read: number, database = shopById): Series[] => [
  rising("pg_stat_database_blks_hit", hit, database),
  rising("pg_stat_database_blks_read", read, database),
];

export const postgresLowCacheHitRatio = rule("PostgresLowCacheHitRatio", {
  job: "postgres",
  expr: below("postgresCacheHitPercent", cacheHits),
  for: "30m",
  severity: "warning",
  category: "database",
  summary: "{{ $labels.datname }} on {{ $labels.server }} finds only {{ $value | humanize }} % in PostgreSQL's cache",
  description:
    "For 30 minutes, less than $threshold % of the blocks that {{ $labels.datname }} on {{ $labels.server }} needed were in PostgreSQL's own cache.",
  impact: "Queries wait for the disk, and everything that shares it is slow as well.",
  runbook: {
    means:
      "`blks_hit` against `blks_hit + blks_read`. A database that hardly works has any ratio, so that below 1000 blocks (8 MB) a second nothing is said. What PostgreSQL reads may still come from the kernel's cache: see whether the disk is busy before anything is changed.",
    look: [
      "HighIOWait or DiskSaturated at the same time? If not, the kernel's cache serves it, and it is not urgent.",
      `In psql ${inPsql}: \`select relname, heap_blks_read, heap_blks_hit from pg_statio_user_tables order by 2 desc limit 10;\``,
      "`select pid, application_name, now() - query_start, left(query, 80) from pg_stat_activity where state = 'active' order by 3 desc;`: a report, or a backup that runs right now?",
      "`show shared_buffers;` (a quarter of the server's memory is usual).",
    ],
    mend: [
      "A query that reads a whole table: `explain (analyze, buffers)` it, and add the index that it lacks.",
      "A larger `shared_buffers`, at the next restart.",
      "A database that is meant to be read through: a lower `postgresCacheHitPercent` for its server.",
    ],
  },
  cases: {
    fires: [{ when: "89 % of 100,000 blocks a second", series: blocks(89_000, 11_000), labels: shop, from: 0.25 }],
    silent: [
      { when: "91 % of 100,000 blocks a second", series: blocks(91_000, 9_000) },
      { when: "a database that hardly works", series: blocks(10, 90) },
      { when: "a database without any work", series: blocks(0, 0) },
      { when: "a template", series: blocks(10_000, 90_000, templateById) },
      {
        when: "a dump of twenty minutes",
        series: [
          { metric: "pg_stat_database_blks_hit", labels: shopById, values: "0+1500000x480" },
          { metric: "pg_stat_database_blks_read", labels: shopById, values: "0x119 0+900000x80 72000000x280" },
        ],
      },
    ],
  },
});

const transaction = "pg_stat_activity_max_tx_duration";
const billing = { datname: "shop", usename: "billing", application_name: "invoices" };
const session = {
  ...billing,
  backend_type: "client backend",
  state: "idle in transaction",
  wait_event: "ClientRead",
  wait_event_type: "Client",
};

export const postgresLongTransaction = rule("PostgresLongTransaction", {
  job: "postgres",
  expr: above(
    "postgresTransactionSeconds",
    // What a session does or waits for changes all the time; how long its transaction has been open does not.
    `max by (${target}, datname, usename, application_name) (${transaction}{state!~"idle|disabled", backend_type=~"client backend|", application_name!="pg_dump"})`,
  ),
  for: "1m",
  severity: "warning",
  category: "database",
  summary:
    "A transaction of {{ $labels.usename }} in {{ $labels.datname }} on {{ $labels.server }} has been open for {{ $value | humanizeDuration }}",
  description:
    "The oldest transaction of {{ $labels.usename }} ({{ $labels.application_name }}) in {{ $labels.datname }} on {{ $labels.server }} is older than $threshold seconds.",
  impact: "Its locks hold others up, and no row that has been deleted since can be cleaned away: tables grow.",
  runbook: {
    means:
      "The age of the oldest open transaction, by database, user and application. `VACUUM` has to keep every row that this transaction might still look at, in all tables. Sessions that are merely connected, senders of replication, autovacuum and `pg_dump` do not count.",
    look: [
      `In psql ${inPsql}: \`select pid, usename, application_name, client_addr, state, now() - xact_start as age, left(query, 80) from pg_stat_activity where xact_start is not null order by age desc limit 5;\``,
      "`idle in transaction`: the application has begun something and forgotten it. `active`: a query that takes that long.",
      "Whom it holds up: `select pid, pg_blocking_pids(pid), left(query, 80) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0;`",
    ],
    mend: [
      "`select pg_cancel_backend(PID);` for a query, `select pg_terminate_backend(PID);` for a session that idles. What it had not committed is undone.",
      "Again and again: `alter role NAME set idle_in_transaction_session_timeout = '10min';`",
      "A job that is meant to take that long: a higher `postgresTransactionSeconds` for its server.",
    ],
  },
  cases: {
    fires: [
      { when: "it idles for 61 minutes", series: [flat(transaction, 3660, session)], labels: billing },
      {
        when: "it works and idles by turns",
        series: [
          { metric: transaction, labels: session, values: "3660 _ ".repeat(120) },
          {
            metric: transaction,
            labels: { ...session, state: "active", wait_event: "" },
            values: "_ 3675 ".repeat(120),
          },
        ],
        labels: billing,
      },
    ],
    silent: [
      { when: "59 minutes", series: [flat(transaction, 3540, session)] },
      { when: "a session without a transaction", series: [flat(transaction, 9000, { ...session, state: "idle" })] },
      {
        when: "autovacuum, and a sender of replication",
        series: ["autovacuum worker", "walsender"].map((backend_type) =>
          flat(transaction, 9000, { ...session, state: "active", backend_type }),
        ),
      },
      {
        when: "a backup",
        series: [flat(transaction, 9000, { ...session, state: "active", application_name: "pg_dump" })],
      },
    ],
  },
});

const lockWaits = (count: Record<number, number>) =>
  steps("pg_stat_activity_count", count, {
    ...session,
    state: "active",
    wait_event: "transactionid",
    wait_event_type: "Lock",
  });

export const postgresLockWaits = rule("PostgresLockWaits", {
  job: "postgres",
  expr: `sum by (${target}, datname) (pg_stat_activity_count{wait_event_type="Lock"}) > 0`,
  for: "10m",
  severity: "warning",
  category: "database",
  summary: "{{ $value | humanize }} sessions of {{ $labels.datname }} on {{ $labels.server }} wait for a lock",
  description:
    "For 10 minutes without a pause, sessions of {{ $labels.datname }} on {{ $labels.server }} have been waiting for what another one has locked.",
  impact: "What these sessions were to do stands still, and their connections are not free for others.",
  runbook: {
    means:
      "`pg_stat_activity` with `wait_event_type = 'Lock'`. Waiting for a moment is normal; somebody who waits at every look for ten minutes means that one transaction holds a lock and does not let go.",
    look: [
      `In psql ${inPsql}: \`select pid, pg_blocking_pids(pid) as held_up_by, wait_event, now() - query_start as since, left(query, 80) from pg_stat_activity where wait_event_type = 'Lock' order by since desc;\``,
      "Then the one at the head of the queue: `select pid, application_name, state, now() - xact_start as age, left(query, 80) from pg_stat_activity where pid = PID;`",
    ],
    mend: [
      "`select pg_cancel_backend(PID);` of the one that holds the lock; `pg_terminate_backend` if it idles.",
      "An `alter table` or `create index` that waits holds up all who come after it: cancel it, and try again with `set lock_timeout = '5s';`, or `create index concurrently`.",
    ],
  },
  cases: {
    fires: [{ when: "three wait, all the time", series: [lockWaits({ 0: 3 })], labels: shop }],
    silent: [
      { when: "nobody waits", series: [lockWaits({ 0: 0 })] },
      { when: "they wait for nine minutes", series: [lockWaits({ 0: 0, 30: 3, 39: 0 })] },
      {
        when: "they wait for their clients",
        series: [flat("pg_stat_activity_count", 9, session)],
      },
    ],
  },
});

/** What a server says of its replication. */
const replication = (isReplica: number, lag: number): Series[] => [
  flat("pg_replication_is_replica", isReplica),
  flat("pg_replication_lag_seconds", lag),
];

export const postgresReplicationLag = rule("PostgresReplicationLag", {
  job: "postgres",
  expr: above("postgresReplicationLagSeconds", "pg_replication_lag_seconds"),
  for: "5m",
  severity: "warning",
  category: "database",
  summary: "The standby on {{ $labels.server }} is {{ $value | humanizeDuration }} behind",
  description:
    "PostgreSQL on {{ $labels.server }} has been more than $threshold seconds behind its primary for 5 minutes.",
  impact: "Who reads there sees the past; if the primary is lost now, so are the changes since.",
  runbook: {
    means:
      "The age of the last transaction that the standby has replayed, while it has received more than it has replayed. On a primary it is 0, and on a standby that has caught up as well, even if it is cut off: that is what [PostgresStandbyDisconnected](PostgresStandbyDisconnected.md) is for.",
    look: [
      "On the standby: `select now() - pg_last_xact_replay_timestamp(), pg_is_wal_replay_paused();`",
      "On the primary: `select application_name, state, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) from pg_stat_replication;`",
      "A long query on the standby holds up the replay: `select pid, now() - query_start, left(query, 80) from pg_stat_activity where state = 'active' order by 2 desc;` there.",
      "Its disk: HighIOWait, DiskSaturated.",
    ],
    mend: [
      "`select pg_wal_replay_resume();` if somebody paused it.",
      "Cancel the query that holds up the replay, or lower `max_standby_streaming_delay`.",
      "A bulk load on the primary: it catches up by itself when the load is over.",
    ],
  },
  cases: {
    fires: [{ when: "a standby is 65 s behind", series: replication(1, 65) }],
    silent: [
      { when: "a standby is 55 s behind", series: replication(1, 55) },
      { when: "a primary", series: replication(0, 0) },
      {
        when: "it is behind for four minutes",
        series: [flat("pg_replication_is_replica", 1), steps("pg_replication_lag_seconds", { 0: 0, 30: 200, 34: 0 })],
      },
    ],
  },
});

/** A standby whose exporter looks at the receiver (or not), and the receiver, if there is one. */
const standby = ({ looks, receives }: { looks: boolean; receives: boolean }): Series[] => [
  ...replication(1, 0),
  ...(looks ? [flat("pg_scrape_collector_success", 1, { collector: "stat_wal_receiver" })] : []),
  ...(receives
    ? [
        rising("pg_stat_wal_receiver_flushed_lsn", 1000, {
          slot_name: "standby1",
          status: "streaming",
          upstream_host: "10.0.0.81",
        }),
      ]
    : []),
];

export const postgresStandbyDisconnected = rule("PostgresStandbyDisconnected", {
  job: "postgres",
  expr: 'pg_replication_is_replica == 1 and on (server, instance) pg_scrape_collector_success{collector="stat_wal_receiver"} == 1 unless on (server, instance) pg_stat_wal_receiver_flushed_lsn{status="streaming"}',
  for: "5m",
  severity: "warning",
  category: "database",
  summary: "The standby on {{ $labels.server }} is cut off from its primary",
  description:
    "PostgreSQL on {{ $labels.server }} is a standby, and has received nothing from its primary for 5 minutes.",
  impact: "There is no second copy of what is written from now on, and readers of the standby see the past.",
  runbook: {
    means:
      "A standby that streams has a process that receives (`pg_stat_wal_receiver`). One that has caught up before it was cut off reports no lag at all, so that this is asked for by itself. It needs the exporter's `--collector.stat_wal_receiver`; without it this rule is silent.",
    look: [
      "On the standby: `select status, sender_host, last_msg_receipt_time from pg_stat_wal_receiver;`, and `docker logs --tail 50 CONTAINER`, which says why it cannot connect.",
      "On the primary: `select * from pg_stat_replication;` and `select slot_name, active, wal_status from pg_replication_slots;`",
      "PostgresDown or ServerDown of the primary?",
    ],
    mend: [
      "It connects by itself as soon as it can: put the network, the password or `pg_hba.conf` right.",
      "`requested WAL segment has already been removed`: the standby has to be built anew with `pg_basebackup`.",
      "The primary is gone for good: `select pg_promote();` on the standby, once it is certain that the old one will not come back.",
    ],
  },
  cases: {
    fires: [{ when: "no receiver", series: standby({ looks: true, receives: false }) }],
    silent: [
      { when: "it receives", series: standby({ looks: true, receives: true }) },
      { when: "the exporter does not look", series: standby({ looks: false, receives: false }) },
      {
        when: "a primary",
        series: [...replication(0, 0), flat("pg_scrape_collector_success", 1, { collector: "stat_wal_receiver" })],
      },
    ],
  },
});

const slot = { slot_name: "standby1" };

export const postgresReplicationSlotUnused = rule("PostgresReplicationSlotUnused", {
  job: "postgres",
  expr: `max by (${target}, slot_name) (pg_replication_slots_active) == 0 unless on (server, instance) pg_replication_is_replica == 1`,
  for: "15m",
  severity: "warning",
  category: "database",
  summary: "Nobody reads from the replication slot {{ $labels.slot_name }} of {{ $labels.server }}",
  description:
    "The replication slot {{ $labels.slot_name }} of PostgreSQL on {{ $labels.server }} has had no reader for 15 minutes.",
  impact: "PostgreSQL keeps everything for that reader: `pg_wal` grows until the disk is full and the database stops.",
  runbook: {
    means:
      "A slot is a promise to keep all changes until its reader has fetched them. Its reader, a standby or a subscriber, is not connected. On a standby a slot without a reader is normal, and not looked at.",
    look: [
      `In psql ${inPsql}: \`select slot_name, slot_type, active, wal_status, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) as kept from pg_replication_slots;\``,
      "`df -h` on the server: how long until the disk is full?",
      "The standby: PostgresDown or ServerDown there?",
    ],
    mend: [
      "Bring the reader back: it catches up by itself.",
      "It will not come back: `select pg_drop_replication_slot('NAME');`. A standby that used it then has to be built anew.",
      "For the future: `max_slot_wal_keep_size` bounds what a slot can keep.",
    ],
  },
  cases: {
    fires: [
      {
        when: "nobody reads from a primary's slot",
        series: [...replication(0, 0), flat("pg_replication_slots_active", 0, { ...slot, database: "" })],
        labels: slot,
      },
    ],
    silent: [
      { when: "a standby reads from it", series: [flat("pg_replication_slots_active", 1, slot)] },
      {
        when: "the standby is restarted",
        series: [steps("pg_replication_slots_active", { 0: 1, 30: 0, 40: 1 }, slot)],
      },
      {
        when: "a slot that a standby keeps in step",
        series: [...replication(1, 0), flat("pg_replication_slots_active", 0, slot)],
      },
    ],
  },
});

const table = { datname: "shop", schemaname: "public", relname: "orders" };
const rows = (live: number, dead: number): Series[] => [
  flat("pg_stat_user_tables_n_live_tup", live, table),
  flat("pg_stat_user_tables_n_dead_tup", dead, table),
];

export const postgresDeadRows = rule("PostgresDeadRows", {
  job: "postgres",
  expr: above(
    "postgresDeadRowsPercent",
    "100 * (pg_stat_user_tables_n_dead_tup > 10000) / (pg_stat_user_tables_n_live_tup + pg_stat_user_tables_n_dead_tup)",
  ),
  for: "1h",
  severity: "warning",
  category: "database",
  summary:
    "{{ $value | humanize }} % of {{ $labels.relname }} in {{ $labels.datname }} on {{ $labels.server }} are dead rows",
  description:
    "For an hour, more than $threshold % of the rows of {{ $labels.schemaname }}.{{ $labels.relname }} in {{ $labels.datname }} on {{ $labels.server }} have been dead.",
  impact: "The table takes more room than it needs, and queries read through what is no longer there.",
  runbook: {
    means:
      "Rows that were changed or deleted, and that autovacuum has not cleaned away. It comes by itself at about 17 % (`autovacuum_vacuum_scale_factor` 0.2), so that more than that for an hour means that it does not get there. Tables with fewer than 10,000 dead rows do not count.",
    look: [
      `In psql ${inPsql}, connected to the database: \`select relname, n_live_tup, n_dead_tup, last_autovacuum from pg_stat_user_tables order by n_dead_tup desc limit 10;\``,
      "What keeps the rows: PostgresLongTransaction, PostgresReplicationSlotUnused, or `select * from pg_prepared_xacts;`",
      "Does it work on it right now? `select pid, relid::regclass, phase, heap_blks_scanned, heap_blks_total from pg_stat_progress_vacuum;`",
    ],
    mend: [
      "End the transaction that keeps the rows, first: before that, cleaning does nothing.",
      "`vacuum (verbose, analyze) TABLE;` while everybody goes on working. Not `vacuum full`, which locks the table.",
      "Often the same table: `alter table TABLE set (autovacuum_vacuum_scale_factor = 0.05);`",
    ],
  },
  cases: {
    fires: [{ when: "21 % of a million rows", series: rows(790_000, 210_000), labels: table }],
    silent: [
      { when: "19 % of a million rows", series: rows(810_000, 190_000) },
      { when: "a small table that changes all the time", series: rows(20, 9900) },
      { when: "an empty table", series: rows(0, 0) },
    ],
  },
});

const rollbacks = `100 * sum without (datid) (rate(pg_stat_database_xact_rollback{${own}}[5m])) / (${both("pg_stat_database_xact_commit", "pg_stat_database_xact_rollback")} > 1)`;

/** Transactions a second that end well, and that do not. */
const transactions = (committed: number, rolledBack: number): Series[] => [
  rising("pg_stat_database_xact_commit", committed, shopById),
  rising("pg_stat_database_xact_rollback", rolledBack, shopById),
];

export const postgresRollbackRate = rule("PostgresRollbackRate", {
  job: "postgres",
  expr: above("postgresRollbackPercent", rollbacks),
  for: "10m",
  severity: "warning",
  category: "database",
  summary:
    "{{ $value | humanize }} % of the transactions of {{ $labels.datname }} on {{ $labels.server }} are rolled back",
  description:
    "For 10 minutes, more than $threshold % of the transactions in {{ $labels.datname }} on {{ $labels.server }} have been rolled back.",
  impact: "Something in an application fails again and again, and what it wanted to write is lost.",
  runbook: {
    means:
      "Transactions that end in an error are rolled back. A database with less than one transaction a second is not looked at. Some programs end even a mere reading with `ROLLBACK`: for those this says nothing, and the threshold has to be higher.",
    look: [
      "`docker logs --since 15m CONTAINER 2>&1 | grep 'ERROR:' | sort | uniq -c | sort -rn | head` on the server: which error, how often?",
      "Grafana, Explore, Loki: the applications' logs of these minutes. A new version at that time?",
    ],
    mend: [
      "Roll back the version that brought it, or mend the statement that fails.",
      "Only the habit of a program: a higher `postgresRollbackPercent` for its server in `stacks/prod.ts`.",
    ],
  },
  cases: {
    fires: [{ when: "11 of 100 a second", series: transactions(89, 11), labels: shop, from: 0.25 }],
    silent: [
      { when: "9.9 of 100 a second", series: transactions(90.1, 9.9) },
      { when: "half of very few", series: transactions(0.05, 0.05) },
      { when: "none at all", series: transactions(0, 0) },
    ],
  },
});

/** Checkpoints within half an hour. Up to PostgreSQL 16 the background writer counts them, since 17 the checkpointer. */
const checkpoints = (writer: string, checkpointer: string) =>
  `(increase(pg_stat_bgwriter_checkpoints_${writer}_total[30m]) or increase(pg_stat_checkpointer_num_${checkpointer}_total[30m]))`;
const requested = checkpoints("req", "requested");
const timed = checkpoints("timed", "timed");

/** So many checkpoints an hour that were asked for, and that came by the clock. */
const hourly = (asked: number, byTheClock: number, isNew = false): Series[] => [
  rising(isNew ? "pg_stat_checkpointer_num_requested_total" : "pg_stat_bgwriter_checkpoints_req_total", asked / 3600),
  rising(
    isNew ? "pg_stat_checkpointer_num_timed_total" : "pg_stat_bgwriter_checkpoints_timed_total",
    byTheClock / 3600,
  ),
];

export const postgresCheckpointsTooFrequent = rule("PostgresCheckpointsTooFrequent", {
  job: "postgres",
  expr: `${requested} > 3 and ${requested} > ${timed} unless on (server, instance) pg_replication_is_replica == 1`,
  for: "30m",
  severity: "warning",
  category: "database",
  summary: "PostgreSQL of {{ $labels.server }} had {{ $value | humanize }} checkpoints out of turn in half an hour",
  description:
    "For 30 minutes, PostgreSQL on {{ $labels.server }} has made more checkpoints because its log was full than by the clock.",
  impact: "It writes the same pages to disk over and over: everything that writes is slower than it has to be.",
  runbook: {
    means:
      "A checkpoint comes every `checkpoint_timeout` (5 minutes), or earlier when `max_wal_size` has been written; and after each one, every page is logged in full once more. Mostly the latter means that `max_wal_size` is too small for what is written. Three in half an hour, as a backup asks for, are normal. On PostgreSQL 17 and newer it needs the exporter's `--collector.stat_checkpointer`; without it this rule is silent.",
    look: [
      `In psql ${inPsql}: \`show max_wal_size;\`, and \`select * from pg_stat_bgwriter;\` (since 17 \`pg_stat_checkpointer\`).`,
      "`docker logs --since 1h CONTAINER 2>&1 | grep -i checkpoint` on the server.",
      "A bulk load, or an index that is being built?",
    ],
    mend: [
      "Nothing, if it is a load that will be over.",
      "`alter system set max_wal_size = '4GB'; select pg_reload_conf();`, with that much room on the disk. Starting again after a crash takes longer then.",
    ],
  },
  cases: {
    fires: [
      { when: "20 an hour, and 6 by the clock", series: hourly(20, 6), from: 9 },
      { when: "the same on PostgreSQL 18", series: hourly(20, 6, true), from: 9 },
    ],
    silent: [
      { when: "5 an hour, and 12 by the clock", series: hourly(5, 12) },
      { when: "11 an hour, and 12 by the clock", series: hourly(11, 12) },
      { when: "only a backup's two", series: hourly(2, 0) },
      { when: "a standby, which follows its primary", series: [...hourly(20, 6), ...replication(1, 0)] },
    ],
  },
});

const wraparound = "pg_database_wraparound_age_datfrozenxid_seconds";

export const postgresWraparound = rule("PostgresWraparound", {
  job: "postgres",
  // Half of what PostgreSQL has: there is nothing to choose here.
  expr: `max by (${target}, datname) (${wraparound}) > 1e9`,
  for: "15m",
  severity: "critical",
  category: "database",
  summary:
    "{{ $labels.datname }} on {{ $labels.server }} has used {{ $value | humanize }} of 2.1 G transaction numbers",
  description:
    "The oldest row of {{ $labels.datname }} on {{ $labels.server }} that is not frozen is more than a thousand million transactions old.",
  impact: "At 2.1 thousand million PostgreSQL refuses to write at all, until the whole database has been vacuumed.",
  runbook: {
    means:
      "Transaction numbers are 32 bits wide and used again; old rows have to be frozen before theirs comes round. Autovacuum does so at 200 million (`autovacuum_freeze_max_age`), so that five times as many mean that something keeps it from it. The metric is called `…_seconds`, but counts transactions. It needs the exporter's `--collector.database_wraparound`; without it this rule is silent.",
    look: [
      `In psql ${inPsql}: \`select datname, age(datfrozenxid) from pg_database order by 2 desc;\``,
      "Connected to that database: `select oid::regclass, age(relfrozenxid) from pg_class where relkind in ('r', 't', 'm') order by 2 desc limit 10;`",
      "What keeps autovacuum from it: `select pid, now() - xact_start, left(query, 80) from pg_stat_activity where xact_start is not null order by 2 desc limit 5;`, `select * from pg_prepared_xacts;`, `select slot_name, xmin, catalog_xmin from pg_replication_slots;`",
    ],
    mend: [
      "End what keeps it: the old transaction, the prepared one (`rollback prepared '…'`), the slot that nobody reads.",
      "Then, table by table from the oldest: `vacuum (freeze, verbose) TABLE;`. It takes hours and locks nobody out.",
      "Leave autovacuum's own `(to prevent wraparound)` running: it does the same.",
    ],
  },
  cases: {
    fires: [{ when: "1.1 thousand million", series: [flat(wraparound, 1.1e9, shop)], labels: shop }],
    silent: [
      { when: "0.9 thousand million", series: [flat(wraparound, 0.9e9, shop)] },
      {
        when: "autovacuum comes when it should",
        series: [steps(wraparound, { 0: 2e8, 60: 5e7 }, shop)],
      },
    ],
  },
});

export const postgresArchivingFails = rule("PostgresArchivingFails", {
  job: "postgres",
  expr: "increase(pg_stat_archiver_failed_count[5m]) > 0",
  for: "10m",
  severity: "warning",
  category: "database",
  summary: "PostgreSQL of {{ $labels.server }} cannot archive its log",
  description: "The archiving of PostgreSQL's log on {{ $labels.server }} has failed again and again for 10 minutes.",
  impact: "The backup cannot be brought up to the present any more, and `pg_wal` grows until the disk is full.",
  runbook: {
    means:
      "`archive_command` ended with an error (`pg_stat_archiver.failed_count`). PostgreSQL tries again every minute, and keeps every file until it succeeds. Without archiving this is always 0.",
    look: [
      `In psql ${inPsql}: \`select last_archived_wal, last_archived_time, last_failed_wal, last_failed_time from pg_stat_archiver;\` and \`show archive_command;\``,
      "`docker logs --since 15m CONTAINER 2>&1 | grep -B1 -A3 'archive command failed'` on the server.",
      "`df -h`, here and where the archive goes.",
    ],
    mend: [
      "Make room or put the access right at the archive's end: PostgreSQL catches up by itself.",
      "Never delete files in `pg_wal` by hand.",
      "Gone for long: make a new base backup afterwards.",
    ],
  },
  cases: {
    fires: [{ when: "three failures a minute", series: [rising("pg_stat_archiver_failed_count", 0.05)], from: 0.25 }],
    silent: [
      { when: "failures long ago", series: [flat("pg_stat_archiver_failed_count", 12)] },
      { when: "three failures, and then none", series: [steps("pg_stat_archiver_failed_count", { 0: 0, 30: 3 })] },
    ],
  },
});

const collector = { collector: "stat_database" };

export const postgresCollectorFailed = rule("PostgresCollectorFailed", {
  job: "postgres",
  expr: "pg_scrape_collector_success == 0",
  for: "15m",
  severity: "warning",
  category: "database",
  summary: "The exporter of PostgreSQL on {{ $labels.server }} cannot measure {{ $labels.collector }}",
  description:
    "The exporter's collector {{ $labels.collector }} on {{ $labels.server }} has failed at every try for 15 minutes.",
  impact: "The alerts and dashboards that live on these values are blind, and look as if all were well.",
  runbook: {
    means:
      "Each collector asks PostgreSQL by itself, and one that fails simply leaves its series out. Mostly the exporter's user lacks the right, an extension is missing, or the question takes too long.",
    look: [
      "`docker ps | grep exporter` on the server, then `docker logs --since 15m CONTAINER 2>&1 | grep 'collector failed'`: the log says why.",
      `In psql ${inPsql}: \`\\du\`: the exporter's user has to be a member of \`pg_monitor\`.`,
    ],
    mend: [
      "`grant pg_monitor to NAME;`",
      "`create extension pg_stat_statements;` where that is what is missing.",
      "Not wanted: `--no-collector.NAME` among the exporter's arguments.",
    ],
  },
  cases: {
    fires: [
      { when: "a collector fails", series: [flat("pg_scrape_collector_success", 0, collector)], labels: collector },
    ],
    silent: [
      { when: "it succeeds", series: [flat("pg_scrape_collector_success", 1, collector)] },
      { when: "PostgreSQL is down", series: [flat("pg_up", 0), flat("pg_exporter_last_scrape_error", 1)] },
      {
        when: "it fails for ten minutes",
        series: [steps("pg_scrape_collector_success", { 0: 1, 30: 0, 40: 1 }, collector)],
      },
    ],
  },
});

const inRedis = "(`docker exec -it CONTAINER redis-cli` on the server; `-a PASSWORD` if it asks for one)";

export const redisDown = rule("RedisDown", {
  job: "redis",
  expr: "redis_up == 0",
  for: "1m",
  severity: "critical",
  category: "database",
  summary: "Redis of {{ $labels.server }} does not answer",
  description: "The exporter runs, but has not been able to ask Redis on {{ $labels.server }} for a minute.",
  impact: "Caches, sessions and queues that live there are gone: applications are slow, or fail.",
  runbook: {
    means:
      "`redis_up` is whether the exporter could connect and ask. The exporter itself answers all the while, so that ExporterDown is silent: it is Redis that is gone, hangs, or no longer accepts the exporter's password.",
    look: [
      "`docker ps --all | grep -i redis` on the server, then `docker logs --tail 50 CONTAINER`.",
      "`docker exec CONTAINER redis-cli ping`: `PONG` means that only the exporter cannot get in. `LOADING` means that it reads its file, and will be back.",
      "`docker inspect --format '{{ .State.OOMKilled }}' CONTAINER`: was it killed for want of memory?",
    ],
    mend: [
      "`docker start CONTAINER`.",
      "Bad file format in the log, with append-only files: `redis-check-aof --fix` on a copy, then start it.",
      "Killed for want of memory: a `maxmemory` well below the container's limit, since saving needs room as well.",
    ],
  },
  cases: {
    fires: [{ when: "the exporter cannot connect", series: [flat("redis_up", 0)] }],
    silent: [
      { when: "it answers", series: [flat("redis_up", 1)] },
      { when: "it is restarted", series: [steps("redis_up", { 0: 1, 30: 0, 30.5: 1 })] },
      { when: "the exporter does not answer", series: [flat("up", 0)] },
    ],
  },
});

export const redisRestarted = rule("RedisRestarted", {
  job: "redis",
  expr: "redis_uptime_in_seconds < 600",
  for: "0s",
  severity: "warning",
  category: "database",
  summary: "Redis of {{ $labels.server }} was started {{ $value | humanizeDuration }} ago",
  description: "Redis on {{ $labels.server }} has been running for less than ten minutes.",
  impact: "Every connection was cut, and what had not been saved is lost. If nobody restarted it, it may happen again.",
  runbook: {
    means:
      "The time since Redis was started, as it says itself. A restart takes seconds, too short for [RedisDown](RedisDown.md); what it held in memory since it last saved is gone all the same.",
    look: [
      "`docker logs --tail 100 CONTAINER` on the server: was it shut down in order (`User requested shutdown`), or did it crash (`REDIS BUG REPORT`)?",
      "ContainerOutOfMemoryKill, HostOutOfMemoryKill or ServerRebooted of the same minutes.",
      `In redis-cli ${inRedis}: \`info keyspace\`: is there as much as there should be?`,
    ],
    mend: [
      "Nothing, if somebody did it on purpose.",
      "Killed for want of memory: a `maxmemory` well below the container's limit.",
      "What it holds must not be lost: `config set appendonly yes`, and the same in its configuration.",
    ],
  },
  cases: {
    fires: [{ when: "it was started when the series begin", series: [rising("redis_uptime_in_seconds", 1)] }],
    silent: [
      { when: "it has been running for eleven minutes", series: [rising("redis_uptime_in_seconds", 1, {}, 660)] },
    ],
  },
});

/** A Redis of so many bytes, of which it may use so many; and what it does when they are used. */
const redisMemory = (used: number, max: number, maxmemory_policy = "noeviction"): Series[] => [
  flat("redis_memory_used_bytes", used),
  flat("redis_memory_max_bytes", max),
  flat("redis_instance_info", 1, { maxmemory_policy, role: "master", redis_version: "7.0.15" }),
];

export const redisMemoryHigh = rule("RedisMemoryHigh", {
  job: "redis",
  expr: above(
    "redisMemoryPercent",
    // A cache that may throw away any key is full all its life.
    '100 * redis_memory_used_bytes / (redis_memory_max_bytes > 0) unless on (server, instance) redis_instance_info{maxmemory_policy=~"allkeys-.+"}',
  ),
  for: "5m",
  severity: "warning",
  category: "database",
  summary: "Redis of {{ $labels.server }} uses {{ $value | humanize }} % of its memory",
  description: "Redis on {{ $labels.server }} has used more than $threshold % of its `maxmemory` for 5 minutes.",
  impact: "At 100 % it refuses every write with `OOM command not allowed`, or throws keys away.",
  runbook: {
    means:
      "Memory in use against `maxmemory`. One without a `maxmemory` has no bound of its own, and never fires this. Nor does a cache that may throw away any key (`allkeys-lru` and the like), because it is full all its life: for that one see [RedisEvictingKeys](RedisEvictingKeys.md).",
    look: [
      `In redis-cli ${inRedis}: \`info memory\`, \`config get maxmemory-policy\`, \`info keyspace\` (how many keys have an expiry?).`,
      "`redis-cli --bigkeys` and `redis-cli --memkeys` find what is large. They look at one key at a time, and hold nobody up.",
      "A queue that nobody empties: CeleryQueueBacklog.",
    ],
    mend: [
      "Let keys expire that nobody needs for ever; delete large ones with `unlink`, not `del`.",
      "`config set maxmemory 2gb`, while the server has that much (HighMemoryUsage), and the same in its configuration.",
      "A mere cache: `config set maxmemory-policy allkeys-lru`.",
    ],
  },
  cases: {
    fires: [
      { when: "91 % in use, and nothing may be thrown away", series: redisMemory(91, 100) },
      { when: "91 % in use, and only what expires may be", series: redisMemory(91, 100, "volatile-lru") },
    ],
    silent: [
      { when: "89 % in use", series: redisMemory(89, 100) },
      { when: "no bound", series: redisMemory(5e9, 0) },
      { when: "a cache that is full, as it should be", series: redisMemory(99, 100, "allkeys-lru") },
    ],
  },
});

export const redisEvictingKeys = rule("RedisEvictingKeys", {
  job: "redis",
  expr: above("redisEvictionsPerSecond", "rate(redis_evicted_keys_total[5m])"),
  for: "10m",
  severity: "warning",
  category: "database",
  summary: "Redis of {{ $labels.server }} throws away {{ $value | humanize }} keys a second",
  description: "Redis on {{ $labels.server }} has thrown away more than $threshold keys a second for 10 minutes.",
  impact: "What was cached has to be computed anew. If it held more than a cache, that is lost.",
  runbook: {
    means:
      "With its `maxmemory` used up, Redis gives up keys that have not expired (`maxmemory-policy`). A few are how a cache works; many mean that it is too small for what is asked of it.",
    look: [
      `In redis-cli ${inRedis}: \`info stats\` (\`keyspace_hits\` against \`keyspace_misses\`), \`info memory\`, \`config get maxmemory*\`.`,
      "`redis-cli --bigkeys`: one application that fills it for all?",
    ],
    mend: [
      "`config set maxmemory 2gb`, while the server has that much, and the same in its configuration.",
      "Shorter expiry for what is asked for once; a Redis of its own for what must not be lost.",
    ],
  },
  cases: {
    fires: [{ when: "11 a second", series: [rising("redis_evicted_keys_total", 11)], from: 4.5 }],
    silent: [
      { when: "9 a second", series: [rising("redis_evicted_keys_total", 9)] },
      { when: "a burst that is over", series: [steps("redis_evicted_keys_total", { 0: 0, 30: 25_000 })] },
    ],
  },
});

const lookAtClients = [
  `In redis-cli ${inRedis}: \`info clients\`, and \`client list\` (\`addr\`, \`name\`, \`age\`, \`idle\`).`,
  "`docker exec CONTAINER redis-cli client list | grep -o 'addr=[0-9.]*' | sort | uniq -c | sort -rn`: from where do they come?",
];
const mendClients = [
  "Restart the application that opens a connection for each request, and let it use a pool.",
  "`config set timeout 300` closes those that idle for five minutes; not with subscribers that wait.",
  "`config set maxclients 20000`, if the container may open as many files (`ulimit -n`).",
];

/** Clients of a Redis that allows a hundred; older exporters know the setting only. */
const redisClients = (count: number, limit = "redis_max_clients") => [
  flat("redis_connected_clients", count),
  flat(limit, 100),
];

export const redisClientsHigh = rule("RedisClientsHigh", {
  job: "redis",
  expr: above("redisClientsPercent", "100 * redis_connected_clients / (redis_max_clients or redis_config_maxclients)"),
  for: "5m",
  severity: "warning",
  category: "database",
  summary: "Redis of {{ $labels.server }} has {{ $value | humanize }} % of the clients that it allows",
  description:
    "More than $threshold % of the connections that Redis on {{ $labels.server }} allows have been in use for 5 minutes.",
  impact: "Nothing yet. At the limit, new clients are refused.",
  runbook: {
    means: "Connected clients against `maxclients`. The number seldom grows by itself: mostly one program leaks them.",
    look: lookAtClients,
    mend: mendClients,
  },
  cases: {
    fires: [
      { when: "81 of 100", series: redisClients(81) },
      { when: "the same, from an older exporter", series: redisClients(81, "redis_config_maxclients") },
    ],
    silent: [
      { when: "79 of 100", series: redisClients(79) },
      { when: "no limit is known", series: [flat("redis_connected_clients", 5000)] },
    ],
  },
});

export const redisRejectedConnections = rule("RedisRejectedConnections", {
  job: "redis",
  expr: "increase(redis_rejected_connections_total[2m]) > 0",
  for: "3m",
  severity: "critical",
  category: "database",
  summary: "Redis of {{ $labels.server }} refuses clients",
  description: "Redis on {{ $labels.server }} has turned clients away for 3 minutes, because it has too many.",
  impact: "Applications get `max number of clients reached`, and fail as if Redis were down.",
  supersedes: [{ rule: "RedisClientsHigh" }],
  runbook: {
    means:
      "Redis counts whom it turns away at `maxclients`. The exporter keeps its own connection, so that [RedisDown](RedisDown.md) does not see this.",
    look: lookAtClients,
    mend: mendClients,
  },
  cases: {
    fires: [{ when: "one every ten seconds", series: [rising("redis_rejected_connections_total", 0.1)], from: 0.25 }],
    silent: [
      { when: "some, long ago", series: [flat("redis_rejected_connections_total", 12)] },
      { when: "a burst that is over", series: [steps("redis_rejected_connections_total", { 0: 0, 30: 40 })] },
    ],
  },
});

const lookAtDisk = [
  `In redis-cli ${inRedis}: \`info persistence\`.`,
  "`docker logs --tail 100 CONTAINER` on the server says why: `No space left on device`, `Permission denied`, `Can't save in background: fork`.",
  "`df -h` on the server, and `docker exec CONTAINER sh -c 'df -h /data; ls -la /data'`.",
];

export const redisSnapshotFailed = rule("RedisSnapshotFailed", {
  job: "redis",
  expr: "redis_rdb_last_bgsave_status == 0",
  for: "5m",
  severity: "critical",
  category: "database",
  summary: "Redis of {{ $labels.server }} cannot save its data",
  description: "The last snapshot of Redis on {{ $labels.server }} failed, and no other has succeeded for 5 minutes.",
  impact:
    "As it comes, Redis now refuses every write (`MISCONF`); and a restart would lose all since the last snapshot.",
  runbook: {
    means:
      "The outcome of the last background save. Redis tries again within seconds, so that five minutes mean that it cannot. With `stop-writes-on-bgsave-error yes`, the default, it takes no writes until it has saved.",
    look: lookAtDisk,
    mend: [
      "Make room, or put the rights of its directory right; then `bgsave`, and `info persistence` again.",
      "`Can't save in background: fork`: `sysctl vm.overcommit_memory=1` on the server, or more memory.",
      "To let the applications write meanwhile: `config set stop-writes-on-bgsave-error no`.",
    ],
  },
  cases: {
    fires: [{ when: "the last save failed", series: [flat("redis_rdb_last_bgsave_status", 0)] }],
    silent: [
      { when: "it succeeded", series: [flat("redis_rdb_last_bgsave_status", 1)] },
      {
        when: "it failed, and succeeded again",
        series: [steps("redis_rdb_last_bgsave_status", { 0: 1, 30: 0, 33: 1 })],
      },
    ],
  },
});

/** What a Redis says of its append-only file. */
const appendOnly = (enabled: number, write: number, rewrite: number): Series[] => [
  flat("redis_aof_enabled", enabled),
  flat("redis_aof_last_write_status", write),
  flat("redis_aof_last_bgrewrite_status", rewrite),
];

export const redisAofRewriteFailed = rule("RedisAofRewriteFailed", {
  job: "redis",
  expr: "redis_aof_last_bgrewrite_status == 0 and redis_aof_enabled == 1",
  for: "15m",
  severity: "warning",
  category: "database",
  summary: "Redis of {{ $labels.server }} cannot shorten its append-only file",
  description:
    "The last rewriting of the append-only file on {{ $labels.server }} failed, and no other has succeeded for 15 minutes.",
  impact: "The file grows with every write until the disk is full; starting Redis takes longer and longer.",
  runbook: {
    means:
      "Redis writes its append-only file anew from time to time, with what is still of use. That needs room for a second file, and memory for a second process.",
    look: lookAtDisk,
    mend: [
      "Make room, then `bgrewriteaof`, and `info persistence` again.",
      "Memory: `sysctl vm.overcommit_memory=1` on the server.",
    ],
  },
  cases: {
    fires: [{ when: "the last rewriting failed", series: appendOnly(1, 1, 0) }],
    silent: [
      { when: "it succeeded", series: appendOnly(1, 1, 1) },
      { when: "there is no append-only file any more", series: appendOnly(0, 1, 0) },
    ],
  },
});

export const redisAofWriteFailed = rule("RedisAofWriteFailed", {
  job: "redis",
  expr: "redis_aof_last_write_status == 0 and redis_aof_enabled == 1",
  for: "1m",
  severity: "critical",
  category: "database",
  summary: "Redis of {{ $labels.server }} cannot write its append-only file",
  description: "Redis on {{ $labels.server }} has not been able to write to its append-only file for a minute.",
  impact: "Redis refuses every write (`MISCONF`) until it can: queues and sessions stand still.",
  supersedes: [{ rule: "RedisAofRewriteFailed" }],
  runbook: {
    means: "The outcome of the last write to the append-only file. Mostly the disk is full.",
    look: lookAtDisk,
    mend: [
      "Make room: Redis goes on by itself with the next write.",
      "To let the applications write meanwhile: `config set appendonly no` (what comes then is only in memory and in snapshots), and `yes` again afterwards.",
    ],
  },
  cases: {
    fires: [{ when: "the last write failed", series: appendOnly(1, 0, 1) }],
    silent: [
      { when: "it succeeded", series: appendOnly(1, 1, 1) },
      { when: "there is no append-only file", series: appendOnly(0, 0, 1) },
    ],
  },
});

const master = { master_host: "10.0.0.80", master_port: "6379" };

export const redisReplicationBroken = rule("RedisReplicationBroken", {
  job: "redis",
  expr: "redis_master_link_up == 0",
  for: "5m",
  severity: "warning",
  category: "database",
  summary: "The Redis replica on {{ $labels.server }} is cut off from {{ $labels.master_host }}",
  description:
    "Redis on {{ $labels.server }} has had no connection to its master {{ $labels.master_host }}:{{ $labels.master_port }} for 5 minutes.",
  impact: "It answers with what was true before, and there is no second copy of what is written now.",
  runbook: {
    means:
      "A replica's own view of the connection to its master. It is down as well while the replica fetches everything anew, which takes minutes for many gigabytes.",
    look: [
      `In redis-cli ${inRedis}, on the replica: \`info replication\` (\`master_sync_in_progress\`, \`master_last_io_seconds_ago\`), and \`docker logs --tail 50 CONTAINER\`.`,
      "On the master: `info replication`; RedisDown or ServerDown there?",
    ],
    mend: [
      "It connects by itself as soon as it can: put the network, or `masterauth`, right.",
      "It fetches everything over and over: a larger `repl-backlog-size`, and `client-output-buffer-limit replica`, on the master.",
      "The master is gone for good: `replicaof no one` on the replica makes it one.",
    ],
  },
  cases: {
    fires: [{ when: "no connection", series: [flat("redis_master_link_up", 0, master)], labels: master }],
    silent: [
      { when: "connected", series: [flat("redis_master_link_up", 1, master)] },
      { when: "it fetches everything anew", series: [steps("redis_master_link_up", { 0: 1, 30: 0, 34: 1 }, master)] },
      { when: "a master", series: [flat("redis_connected_slaves", 0)] },
    ],
  },
});
