import { appendFileSync, chownSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { must } from "../../ops/process";
import { pause } from "../pause";
import type { Programs } from "./programs";

/** Who may do everything. */
const postgresUser = "postgres";
const databases = ["shop", "reports"];

/** What the feed needs of PostgreSQL's programs: the newest version that Debian's packages have here. */
function program(name: string): string {
  const root = "/usr/lib/postgresql";
  const [newest] = readdirSync(root).sort((one, other) => Number(other) - Number(one));
  return path.join(root, newest ?? "", "bin", name);
}

interface Cluster {
  programs: Programs;
  address: string;
  /** PostgreSQL does not run as root. */
  owner: { uid: number; gid: number };
}

/**
 * A real PostgreSQL and a replica of it that follows by streaming, with settings under which everything that can be told
 * of them happens soon.
 * @returns the log file of the first
 */
export async function startPostgres(programs: Programs, primary: string, replica: string): Promise<string> {
  const id = async (option: string) => Number(await must("id", [option, postgresUser]));
  const owner = { uid: await id("-u"), gid: await id("-g") };
  const folder = folderOf(programs, "primary", owner);
  const log = path.join(programs.folder, "logs", "postgres.log");
  const first: Cluster = { programs, address: primary, owner };
  await programs.run("initdb", program("initdb"), ["--pgdata", folder, "--auth=trust", "--no-sync"], { owner });
  appendFileSync(path.join(folder, "postgresql.conf"), settings);
  appendFileSync(path.join(folder, "pg_hba.conf"), "host all all samenet trust\nhost replication all samenet trust\n");
  await run(first, "postgres", folder, log);
  for (const name of databases) await ask(first, "postgres", `create database ${name}`);
  await ask(first, "postgres", "create role monitoring login; grant pg_monitor to monitoring");

  const second: Cluster = { programs, address: replica, owner };
  const copy = folderOf(programs, "replica", owner);
  const copying = ["--host", primary, "--pgdata", copy, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"];
  const slot = ["--create-slot", "--slot=replica_81"];
  await programs.run("pg_basebackup", program("pg_basebackup"), [...copying, ...slot, "--username", postgresUser], {
    owner,
  });
  await run(second, "postgres-replica", copy, path.join(programs.folder, "logs", "postgres-replica.log"));
  return log;
}

/** Everything that a busy database shows: transactions, waits, a deadlock, slow queries, files of sorts, dead rows. */
export async function loadPostgres(programs: Programs, address: string): Promise<void> {
  const cluster: Cluster = { programs, address, owner: { uid: process.getuid?.() ?? 0, gid: 0 } };
  const pgbench = (name: string, args: string[]) => {
    return programs.start(name, program("pgbench"), ["--host", address, "--username", postgresUser, ...args, "shop"]);
  };
  await programs.run("pgbench-init", program("pgbench"), [
    ...["--host", address, "--username", postgresUser, "--initialize", "--scale=3", "--quiet", "shop"],
  ]);
  pgbench("pgbench", ["--client=3", "--rate=30", "--time=3600"]);
  const script = path.join(programs.folder, "rollback.sql");
  writeFileSync(script, "begin;\nupdate pgbench_tellers set tbalance = tbalance + 1 where tid = 1;\nrollback;\n");
  pgbench("pgbench-rollback", ["--rate=2", "--time=3600", "--no-vacuum", `--file=${script}`]);
  await ask(cluster, "reports", "create table totals (id int primary key, total int) with (autovacuum_enabled = off)");
  await ask(cluster, "reports", "insert into totals select n, 0 from generate_series(1, 5000) n");
  void occasionally(cluster);
  void holdOpen(cluster);
}

/** A round of what must not happen all the time, again and again. */
async function occasionally(cluster: Cluster): Promise<void> {
  while (true) {
    await Promise.allSettled([
      deadlock(cluster),
      // Slower than what is logged; more than its share of memory; dead rows; a scan of a whole table.
      ask(cluster, "shop", "select pg_sleep(0.3)"),
      ask(cluster, "shop", "select count(*) from (select * from pgbench_accounts order by random()) as shuffled"),
      ask(cluster, "reports", "update totals set total = total + 1"),
      ask(cluster, "reports", "select no_such_column from totals"),
      ask(cluster, "shop", "vacuum analyze pgbench_branches"),
      ask(cluster, "shop", "checkpoint"),
    ]);
    await pause(10);
  }
}

/** Two transactions that wait for each other: PostgreSQL ends one of them. */
async function deadlock(cluster: Cluster): Promise<void> {
  const update = (id: number) => `update totals set total = total + 1 where id = ${id}`;
  const both = (one: number, other: number) => `begin; ${update(one)}; select pg_sleep(0.5); ${update(other)}; commit`;
  await Promise.allSettled([ask(cluster, "reports", both(1, 2)), ask(cluster, "reports", both(2, 1))]);
}

/** One transaction that is open for long, and one that waits for its lock. */
async function holdOpen(cluster: Cluster): Promise<void> {
  const update = "update pgbench_history_lock set held = held + 1";
  await ask(cluster, "shop", "create table pgbench_history_lock (held int)");
  await ask(cluster, "shop", "insert into pgbench_history_lock values (0)");
  void ask(cluster, "shop", `begin; ${update}; select pg_sleep(3600)`).catch(() => {});
  await pause(1);
  void ask(cluster, "shop", update).catch(() => {});
}

async function ask({ programs, address }: Cluster, database: string, sql: string): Promise<void> {
  const place = ["--host", address, "--username", postgresUser, "--dbname", database];
  // Statement by statement, as a client would; what it complains about is in the server's log.
  const statements = sql.split("; ").flatMap((statement) => ["--command", statement]);
  await programs.run("psql", program("psql"), ["--no-psqlrc", "--quiet", ...place, ...statements]);
}

async function run({ programs, address, owner }: Cluster, name: string, folder: string, log: string): Promise<void> {
  const started = programs.start(
    name,
    program("postgres"),
    ["-D", folder, `--listen_addresses=${address}`, "--unix_socket_directories="],
    { owner, log },
  );
  await programs.until(started, 30, "takes no connection", async () => {
    return (await must(program("pg_isready"), ["--host", address])) !== "";
  });
}

function folderOf({ folder }: Programs, name: string, owner: Cluster["owner"]): string {
  const place = path.join(folder, `postgres-${name}`);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  chownSync(place, owner.uid, owner.gid);
  return place;
}

const settings = `
max_connections = 60
shared_buffers = 16MB
work_mem = 64kB
wal_level = replica
max_wal_senders = 5
archive_mode = on
archive_command = '/bin/true'
hot_standby = on
track_io_timing = on
log_line_prefix = '%m [%p] %q%u@%d '
log_min_duration_statement = 100ms
log_lock_waits = on
log_temp_files = 0
log_checkpoints = on
deadlock_timeout = 300ms
autovacuum_naptime = 10s
`;
