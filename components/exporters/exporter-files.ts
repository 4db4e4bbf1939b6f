import type { ExporterSecrets } from "../../stacks/exporters";
import { type ExporterName, exporterContainers, type Server } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { blackboxExporterFiles } from "./blackbox-configuration";
import { celeryExporterFiles } from "./celery-configuration";
import { nodeExporterFiles, securityMetricsFiles } from "./configuration";
import { postgresExporterFiles } from "./postgres-configuration";
import { redisExporterFiles } from "./redis-configuration";

/** The files of a server's exporters, by folder; cAdvisor and NVIDIA's exporter have none. */
export function exporterFiles(
  server: Server,
  credentials: Credentials,
  secrets: ExporterSecrets,
): [string, ConfigFiles][] {
  const files: Partial<Record<ExporterName, () => ConfigFiles>> = {
    "node-exporter": () => nodeExporterFiles(credentials),
    "security-metrics": () => securityMetricsFiles(server, credentials),
    postgres: () => postgresExporterFiles(credentials, secrets),
    redis: () => redisExporterFiles(server, secrets),
    celery: () => celeryExporterFiles(server, secrets),
    blackbox: () => blackboxExporterFiles(credentials),
  };
  return (Object.keys(files) as ExporterName[]).flatMap((name) => {
    const content = server.exporters[name] && files[name]?.();
    return content ? [[exporterContainers[name], content]] : [];
  });
}
