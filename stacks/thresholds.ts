import { z } from "zod";

/**
 * From which value on something is wrong, with the default and its unit. A stack changes one for all its servers in
 * `thresholds`, a server for itself in `thresholds` of its own entry; dashboards colour by the same numbers.
 */
export const defaultThresholds = {
  /** Busy share of all processors, %. */
  cpuHighPercent: 80,
  cpuCriticalPercent: 95,
  /** Share of processor time spent waiting for disks, %. */
  ioWaitPercent: 20,
  /** Share of processor time that the hypervisor gave to others, %. */
  cpuStealPercent: 10,
  /** Load over five minutes, by processor. */
  loadPerCpu: 2,
  /** Memory that is not available, %. */
  memoryHighPercent: 85,
  memoryCriticalPercent: 95,
  /** Swap in use, %. */
  swapPercent: 80,
  /** Pages read back from disk, a second. */
  majorFaultsPerSecond: 1000,
  /** File descriptors in use, %. */
  openFilesPercent: 80,
  /** Entries of the connection-tracking table in use, %. */
  conntrackPercent: 80,
  /** Space that is left on a filesystem, %. */
  diskFreeLowPercent: 20,
  diskFreeCriticalPercent: 10,
  /** Inodes that are left on a filesystem, %. */
  inodesFreePercent: 20,
  /** Share of the time in which a disk has work, %. */
  diskBusyPercent: 95,
  /** Mean time of one disk operation, seconds. */
  diskLatencySeconds: 0.2,
  /** Faulty packets of an interface, both directions, a second. */
  networkErrorsPerSecond: 10,
  /** Dropped packets of an interface, both directions, a second. */
  networkDropsPerSecond: 10,
  /** Traffic of an interface against its speed, the busier direction, %. */
  networkUsePercent: 90,
  /** TCP segments that had to be sent again, %. */
  tcpRetransmitPercent: 10,
  /** Offset of the clock by its own reckoning (NTP), seconds. */
  clockOffsetSeconds: 0.05,
  /** Difference between a server's clock and that of Prometheus, seconds. */
  clockDifferenceSeconds: 5,
  /** Restarts of a container within 15 minutes. */
  containerRestarts: 3,
  /** Memory of a container against its limit, %. */
  containerMemoryPercent: 90,
  /** Share of periods in which a container was held back by its CPU limit, %. */
  containerThrottledPercent: 25,
  /** Failed logins of a server within 10 minutes: people who mistype, and programs that guess. */
  failedLogins: 5,
  bruteForceLogins: 15,
  /** Age of the last security scan, seconds. */
  securityScanAgeSeconds: 7200,
  /** Queue of alerts from Prometheus to an Alertmanager, %. */
  notificationQueuePercent: 50,
  /** Messages of Alertmanager that are given up, by each way, %. */
  failedNotificationsPercent: 5,
  /** Requests to a route of Loki that end in an error, %. */
  lokiErrorPercent: 10,
  /** 95th percentile of the time of a request to a route of Loki, seconds. */
  lokiLatencySeconds: 5,
  /** Time since Loki last compacted its index or deleted old logs, seconds. */
  lokiRetentionAgeSeconds: 3600,
  /** Log lines of a day from which on it is wrong when none come for a while; of a server, and of all together. */
  usualLogLinesPerDay: 10_000,
  /** Requests to Grafana that end in an error of its own, %. */
  grafanaErrorPercent: 10,
  /** Time for which the certificate of a probed service is still valid, days. */
  certificateDays: 14,
  /** Connections of a PostgreSQL against `max_connections`, %. */
  postgresConnectionsPercent: 80,
  postgresConnectionsCriticalPercent: 95,
  /** Blocks that PostgreSQL finds in its own cache, %. */
  postgresCacheHitPercent: 90,
  /** Age of the oldest transaction, seconds. */
  postgresTransactionSeconds: 3600,
  /** How far a replica is behind, seconds. */
  postgresReplicationLagSeconds: 60,
  /** Dead rows of a table against all its rows, %. */
  postgresDeadRowsPercent: 20,
  /** Transactions that are rolled back, %. */
  postgresRollbackPercent: 10,
  /** Memory of a Redis against its `maxmemory`, %. */
  redisMemoryPercent: 90,
  /** Clients of a Redis against its `maxclients`, %. */
  redisClientsPercent: 80,
  /** Keys that are evicted, a second. */
  redisEvictionsPerSecond: 10,
  /** Tasks of Ray that fail, a second. */
  rayFailedTasksPerSecond: 0.1,
  /** Object store of Ray in use, %. */
  rayObjectStorePercent: 90,
  /** 95th percentile of the time of an inference request, seconds. */
  inferenceLatencySeconds: 2,
  /** Inference requests that end in an error, %. */
  inferenceErrorPercent: 5,
  /** Tasks that wait in a queue of Celery. */
  celeryQueueLength: 1000,
  /** Tasks of Celery that fail, %. */
  celeryFailurePercent: 5,
  /** Temperature of a GPU, °C. */
  gpuTemperatureCelsius: 85,
  gpuTemperatureCriticalCelsius: 95,
  /** Memory of a GPU in use, %. */
  gpuMemoryPercent: 95,
};

/** Name of a threshold, as `cpuHighPercent`. */
export type ThresholdName = keyof typeof defaultThresholds;

/** Thresholds that differ from the defaults. */
export type Thresholds = Partial<Record<ThresholdName, number>>;

export const thresholdNames = Object.keys(defaultThresholds) as [ThresholdName, ...ThresholdName[]];

export const thresholdsSchema = z
  .partialRecord(z.enum(thresholdNames), z.number({ error: "a threshold is a number" }).positive())
  .default({});
