import { toLogs } from "../links";
import { onServer } from "../query";

/** What the panels of PostgreSQL say where there is none. */
export const noPostgres = "no PostgreSQL here";

/** The databases that people chose; never the templates, nor what all databases share (which has no name). */
export const inDatabase = `${onServer}, datname=~"$database", datname!~"template[01]|"`;

const containers = 'container=~"(?i).*(postgres|postgis|pgsql|timescale|patroni).*", container!~"(?i).*exporter.*"';

/** Log lines of PostgreSQL, wherever it runs in a container; Compose puts a service's name into the container's. */
export const postgresLogs = `{${onServer}, ${containers}}`;

/** From a server's value to the log of its PostgreSQL, at the same time. */
export const toPostgresLogs = toLogs("Logs of PostgreSQL", { server: "server" }, [containers]);

/** From a server's value to the log of its Redis, at the same time. */
export const toRedisLogs = toLogs("Logs of Redis", { server: "server" }, [
  'container=~"(?i).*(redis|valkey).*"',
  'container!~"(?i).*exporter.*"',
]);
