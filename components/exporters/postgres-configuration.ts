import type { ExporterSecrets } from "../../stacks/exporters";
import { hostFor, type Server } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { webConfiguration } from "../credentials/web-configuration";

/** Where the exporter's container sees its files. */
export const postgresExporterMountPath = "/etc/postgres-exporter";
const passwordFile = "secrets/postgres-password";

/** What the rules and dashboards look at besides what is collected anyway. */
const collectors = [
  "database_wraparound",
  "stat_checkpointer",
  "stat_wal_receiver",
  "postmaster",
  "long_running_transactions",
];

/** postgres_exporter's files: who may ask it, and the password that it logs in with. */
export function postgresExporterFiles(
  credentials: Credentials,
  { postgresPassword = "" }: ExporterSecrets,
): ConfigFiles {
  return {
    "web.yml": webConfiguration(credentials.exporters),
    [passwordFile]: { content: postgresPassword, secret: true },
  };
}

export function postgresExporterArguments(): string[] {
  return [
    `--web.config.file=${postgresExporterMountPath}/web.yml`,
    ...collectors.map((collector) => `--collector.${collector}`),
  ];
}

/**
 * Where it logs in and as whom, which it takes from its environment alone; the password is in a file.
 * @see https://github.com/prometheus-community/postgres_exporter#environment-variables
 */
export function postgresExporterEnvironment(server: Server): Record<string, string> {
  const { postgres } = server.exporters;
  if (!postgres) return {};
  const { host, databasePort, user, database, sslmode = host ? "require" : "disable" } = postgres;
  return {
    DATA_SOURCE_URI: `${hostFor(server, host)}:${databasePort}/${database}?sslmode=${sslmode}`,
    DATA_SOURCE_USER: user,
    DATA_SOURCE_PASS_FILE: `${postgresExporterMountPath}/${passwordFile}`,
  };
}
