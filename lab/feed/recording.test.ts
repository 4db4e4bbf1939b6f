import { expect, it } from "vitest";
import { postgresExporterArguments } from "../../components/exporters/postgres-configuration";
import { feedInventory } from "./inventory";
import { moved, readRecording } from "./recording";

/** Collectors of postgres_exporter 0.20 that run unless told otherwise. */
const usual = [
  ...["database", "locks", "replication", "replication_slots", "roles", "settings", "stat_activity", "stat_archiver"],
  ...["stat_bgwriter", "stat_database", "stat_progress_vacuum", "stat_replication", "stat_user_tables"],
  ...["statio_user_tables", "wal"],
];

const databases = feedInventory.servers.filter(({ exporters }) => exporters.postgres);

it.each(databases.map(({ name }) => name))("the recording of PostgreSQL on %s has what a stack collects", (server) => {
  const { pages } = readRecording(`postgres-${server}`);
  const success = pages.at(-1)?.matchAll(/^pg_scrape_collector_success\{collector="(\w+)"\} 1$/gm) ?? [];
  const flags = postgresExporterArguments().filter((flag) => flag.startsWith("--collector."));
  const turnedOn = flags.map((flag) => flag.replace("--collector.", ""));
  // Where not: record it anew, as README.md says.
  expect([...success].map(([, collector]) => collector).sort()).toEqual([...usual, ...turnedOn].sort());
  expect(pages.length).toBeGreaterThan(40);
});

it("moves times, and nothing else", () => {
  const page = [
    "# HELP pg_postmaster_start_time_seconds Time at which postmaster started",
    "pg_postmaster_start_time_seconds 1.764e+09",
    'pg_stat_user_tables_last_autovacuum{datname="shop",relname="a b"} 1764000010',
    'pg_stat_user_tables_last_vacuum{datname="shop"} 0',
    'pg_stat_database_xact_commit{datname="shop"} 1764000000',
    "pg_stat_archiver_last_archive_age 12",
  ].join("\n");
  expect(moved(page, 100).split("\n")).toEqual([
    "# HELP pg_postmaster_start_time_seconds Time at which postmaster started",
    "pg_postmaster_start_time_seconds 1764000100",
    'pg_stat_user_tables_last_autovacuum{datname="shop",relname="a b"} 1764000110',
    'pg_stat_user_tables_last_vacuum{datname="shop"} 0',
    'pg_stat_database_xact_commit{datname="shop"} 1764000000',
    "pg_stat_archiver_last_archive_age 12",
  ]);
});
