import type * as pulumi from "@pulumi/pulumi";
import type { ExporterSecrets } from "../../stacks/exporters";
import type { Credentials } from "../credentials/credentials";
import type { MonitoredServer } from "../server/monitored-server";
import { BlackboxExporter } from "./blackbox-exporter";
import { Cadvisor } from "./cadvisor";
import { CeleryExporter } from "./celery-exporter";
import { GpuExporter } from "./gpu-exporter";
import { NodeExporter } from "./node-exporter";
import { PostgresExporter } from "./postgres-exporter";
import { RedisExporter } from "./redis-exporter";
import { SecurityMetrics } from "./security-metrics";

export interface ExportersArgs {
  server: MonitoredServer;
  credentials: pulumi.Input<Credentials>;
  /** What exporters of other services log in with. */
  secrets: pulumi.Input<ExporterSecrets>;
}

/** The exporters that a server's entry in the inventory names. */
export function createExporters(
  { server, credentials, secrets }: ExportersArgs,
  opts: pulumi.ComponentResourceOptions,
) {
  const { exporters, name } = server.server;
  const { cadvisor, postgres, redis, celery, gpu, blackbox } = exporters;
  const { "node-exporter": node, "security-metrics": security } = exporters;
  if (node) new NodeExporter(`${name}-node-exporter`, { server, port: node.port, credentials }, opts);
  if (cadvisor) new Cadvisor(`${name}-cadvisor`, { server, port: cadvisor.port }, opts);
  if (security) new SecurityMetrics(`${name}-security-metrics`, { server, port: security.port, credentials }, opts);
  if (postgres) {
    new PostgresExporter(`${name}-postgres-exporter`, { server, port: postgres.port, credentials, secrets }, opts);
  }
  if (redis) new RedisExporter(`${name}-redis-exporter`, { server, port: redis.port, secrets }, opts);
  if (celery) new CeleryExporter(`${name}-celery-exporter`, { server, port: celery.port, secrets }, opts);
  if (gpu) new GpuExporter(`${name}-dcgm-exporter`, { server, port: gpu.port }, opts);
  if (blackbox) new BlackboxExporter(`${name}-blackbox-exporter`, { server, port: blackbox.port, credentials }, opts);
}
