import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { type Row, row } from "../dashboard";
import { above, upOrDown } from "../limits";
import { statistic, timeSeries } from "../panels";
import { onServer, promql } from "../query";
import { states, up } from "../states";
import { toRedisLogs } from "./selectors";

const none = "no Redis here";

/** A counter of Redis, as a rate by server. */
const rateOf = (metric: string, time = "$__rate_interval") =>
  `sum by (server) (rate(redis_${metric}{${onServer}}[${time}]))`;

/** Reads that find their key; 100 % while nobody reads, since nothing is missed. */
const hits = (time: string) =>
  `100 * ${rateOf("keyspace_hits_total", time)} / (${rateOf("keyspace_hits_total", time)} + ${rateOf("keyspace_misses_total", time)} > 0) or 100 + 0 * max by (server) (redis_up{${onServer}} == 1)`;

const clientsPercent = `100 * redis_connected_clients{${onServer}} / (redis_max_clients{${onServer}} or redis_config_maxclients{${onServer}})`;

/** Against `maxmemory`, where it is a bound: not without one, nor for a cache that may throw away any key. */
const memoryPercent = `max by (server) (100 * redis_memory_used_bytes{${onServer}} / (redis_memory_max_bytes{${onServer}} > 0) unless on (server, instance) redis_instance_info{${onServer}, maxmemory_policy=~"allkeys-.+"}) or 0 * max by (server) (redis_memory_used_bytes{${onServer}}) - 1`;

/** Whether Redis is well, at a glance. */
export function redisOverview(inventory: Inventory): Row {
  return row(
    "Redis",
    [
      statistic("Redis", {
        description:
          "Whether the exporter can log in to Redis and ask. `down` for a minute is the alert RedisDown: Redis is gone or hangs, or no longer takes the exporter's password.",
        unit: units.NoUnit,
        words: up,
        limits: upOrDown,
        queries: promql(`min by (server) (redis_up{${onServer}})`, "{{server}}"),
        links: [toRedisLogs],
      }),
      statistic("Memory in use", {
        description:
          "Memory in use against `maxmemory`. Red is RedisMemoryHigh: at 100 % writes are refused, or keys thrown away. `no bound` where there is no `maxmemory`, or where Redis is a cache that may throw away any key and is full all its life.",
        unit: units.Percent,
        decimals: 1,
        words: states({ "-1": ["no bound", "blue"] }),
        limits: above(inventory, "redisMemoryPercent"),
        queries: promql(memoryPercent, "{{server}}"),
        links: [toRedisLogs],
      }),
      statistic("Hit ratio", {
        description:
          "Reads within 5 minutes that found their key; 100 % while nobody reads. For a cache, 80 % and more is good; a low value is keys that expire too early, or a cache that is too small (see what is evicted).",
        unit: units.Percent,
        decimals: 1,
        queries: promql(hits("5m"), "{{server}}"),
      }),
      statistic("Clients of maxclients", {
        description:
          "Connected clients against `maxclients`. Red is RedisClientsHigh, mostly one program that leaks connections; at 100 % the next ones are refused.",
        unit: units.Percent,
        decimals: 1,
        limits: above(inventory, "redisClientsPercent"),
        queries: promql(`max by (server) (${clientsPercent})`, "{{server}}"),
        links: [toRedisLogs],
      }),
      statistic("Persistence", {
        description:
          "Whether the last snapshot succeeded, and the last write to the append-only file (`off` where there is none). `fails` is RedisSnapshotFailed or RedisAofWriteFailed: Redis then refuses writes, and a restart would lose data. Mostly the disk is full.",
        unit: units.NoUnit,
        words: states({ "-1": ["off", "blue"], 0: ["fails", "red"], 1: ["good", "green"] }),
        limits: upOrDown,
        queries: [
          promql(`min by (server) (redis_rdb_last_bgsave_status{${onServer}})`, "{{server}} snapshot"),
          promql(
            `min by (server) (redis_aof_last_write_status{${onServer}} and on (server, instance) redis_aof_enabled{${onServer}} == 1) or min by (server) (redis_aof_enabled{${onServer}}) - 1`,
            "{{server}} append-only file",
          ),
        ],
        links: [toRedisLogs],
      }),
      statistic("Last snapshot", {
        description:
          "How long ago Redis last wrote all its data to disk, or read it when it began. Without an append-only file this is how much a crash loses; a Redis that hardly changes saves seldom, and that is good.",
        unit: units.DurationSeconds,
        queries: promql(`max by (server) (time() - redis_rdb_last_save_timestamp_seconds{${onServer}})`, "{{server}}"),
        links: [toRedisLogs],
      }),
    ],
    none,
  );
}

/** What Redis holds, and what it is asked. */
export function redisWork(inventory: Inventory): Row {
  return row(
    "Redis: memory, commands and clients",
    [
      timeSeries("Redis memory", {
        description:
          "What Redis keeps (used), the most it ever kept (peak), and what the kernel gave it (resident); `maxmemory` is 0 where there is no bound. Resident far above used is fragmentation; saving needs room besides.",
        unit: units.BytesIEC,
        min: 0,
        queries: [
          ["used", "memory_used_bytes"],
          ["peak", "memory_used_peak_bytes"],
          ["resident", "memory_used_rss_bytes"],
          ["maxmemory", "memory_max_bytes"],
        ].map(([name, metric]) => promql(`max by (server) (redis_${metric}{${onServer}})`, `{{server}} ${name}`)),
        links: [toRedisLogs],
      }),
      timeSeries("Hit ratio over time", {
        description:
          "Share of reads that found their key; 100 % while nobody reads. A fall after a deployment is keys that were renamed; a slow one is a cache that no longer holds what is asked for.",
        unit: units.Percent,
        max: 100,
        queries: promql(hits("$__rate_interval"), "{{server}}"),
      }),
      timeSeries("Commands", {
        description:
          "The ten commands that are asked most. There is no right number: compare with yesterday. Many `keys` or `scan` are a program that searches instead of asking.",
        unit: units.OpsPerSecond,
        min: 0,
        queries: promql(
          `topk(10, sum by (server, cmd) (rate(redis_commands_total{${onServer}}[$__rate_interval])))`,
          "{{server}} {{cmd}}",
        ),
      }),
      timeSeries("Mean time of a command", {
        description:
          "Mean time that Redis works on a command, without the network. Microseconds are good. Redis does one after the other: milliseconds of one command hold up all clients.",
        unit: units.Seconds,
        min: 0,
        queries: promql(
          `${rateOf("commands_duration_seconds_total")} / (${rateOf("commands_total")} > 0)`,
          "{{server}}",
        ),
      }),
      timeSeries("Evicted and expired keys", {
        description:
          "Keys that Redis gave up for want of memory (evicted), and whose time was over (expired). Expired ones are how it is meant to be; RedisEvictingKeys begins at the dashed line: the memory is too small for what is asked of it.",
        unit: units.CountsPerSecond,
        min: 0,
        limits: above(inventory, "redisEvictionsPerSecond"),
        queries: [
          promql(rateOf("evicted_keys_total"), "{{server}} evicted"),
          promql(rateOf("expired_keys_total"), "{{server}} expired"),
        ],
        links: [toRedisLogs],
      }),
      timeSeries("Redis clients", {
        description:
          "Clients that are connected, those that wait for something to arrive (blocked, as workers of a queue do), and connections a second that were refused. The first should be level; refused is RedisRejectedConnections.",
        unit: units.Short,
        min: 0,
        queries: [
          promql(`sum by (server) (redis_connected_clients{${onServer}})`, "{{server}} connected"),
          promql(`sum by (server) (redis_blocked_clients{${onServer}})`, "{{server}} blocked"),
          promql(rateOf("rejected_connections_total"), "{{server}} refused a second"),
        ],
        links: [toRedisLogs],
      }),
      timeSeries("Keys", {
        description:
          "Keys that Redis holds, and those of them that have an expiry. What only climbs, and has no expiry, fills the memory one day.",
        unit: units.Short,
        min: 0,
        queries: [
          promql(`sum by (server) (redis_db_keys{${onServer}})`, "{{server}}"),
          promql(`sum by (server) (redis_db_keys_expiring{${onServer}})`, "{{server}} with an expiry"),
        ],
      }),
      timeSeries("Changes since the last snapshot", {
        description:
          "Writes that are in no snapshot yet. A saw is good; a line that only climbs is snapshots that fail (RedisSnapshotFailed), or that are switched off. With an append-only file nothing of it is lost.",
        unit: units.Short,
        min: 0,
        queries: promql(`max by (server) (redis_rdb_changes_since_last_save{${onServer}})`, "{{server}}"),
        links: [toRedisLogs],
      }),
    ],
    none,
  );
}
