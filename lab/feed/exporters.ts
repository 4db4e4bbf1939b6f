import path from "node:path";
import { blackboxExporterFiles } from "../../components/exporters/blackbox-configuration";
import {
  postgresExporterArguments,
  postgresExporterEnvironment,
  postgresExporterFiles,
  postgresExporterMountPath,
} from "../../components/exporters/postgres-configuration";
import {
  redisExporterArguments,
  redisExporterFiles,
  redisExporterMountPath,
} from "../../components/exporters/redis-configuration";
import { programsOf } from "../../ops/toolchain/built-images";
import type { Server } from "../../stacks/inventory";
import { basicAuth, feedCredentials } from "./passwords";
import type { Programs } from "./programs";
import { record, replay } from "./recording";
import { writeFiles } from "./service-files";

/** The released exporter of PostgreSQL, where there is one: a file of ours. */
export const postgresExporterProgram = process.env.POSTGRES_EXPORTER;

/** The exporters of PostgreSQL, Redis and probed services, on every server that has one, as the stack would start them. */
export async function startExporters(programs: Programs, servers: Server[]): Promise<void> {
  await Promise.all(
    servers.flatMap((server) => [
      startPostgresExporter(programs, server),
      startRedisExporter(programs, server),
      startBlackboxExporter(programs, server),
    ]),
  );
}

/**
 * The released one, or what it showed when it was recorded: its module is in no registry, and Debian's is years older and
 * shows other metrics.
 */
async function startPostgresExporter(programs: Programs, server: Server): Promise<void> {
  const { postgres } = server.exporters;
  if (!postgres) return;
  if (!postgresExporterProgram) return replay(`postgres-${server.name}`, server.address, postgres.port);
  const name = `postgres-exporter-${server.name}`;
  const folder = writeFiles(programs, name, postgresExporterFiles(feedCredentials, { postgresPassword: "any" }));
  const at = (text: string) => text.replaceAll(postgresExporterMountPath, folder);
  const environment = Object.entries(postgresExporterEnvironment(server)).map(([key, value]) => [key, at(value)]);
  const listen = `${server.address}:${postgres.port}`;
  const program = programs.start(
    name,
    postgresExporterProgram,
    [...postgresExporterArguments().map(at), `--web.listen-address=${listen}`],
    { env: Object.fromEntries(environment) },
  );
  await programs.answers(program, `http://${listen}/metrics`, basicAuth("exporters"));
}

async function startRedisExporter(programs: Programs, server: Server): Promise<void> {
  const { redis } = server.exporters;
  if (!redis) return;
  const name = `redis-exporter-${server.name}`;
  const folder = writeFiles(programs, name, redisExporterFiles(server, {}));
  const listen = `${server.address}:${redis.port}`;
  const program = programs.start(name, path.join(programsOf("redis-exporter"), "redis_exporter"), [
    ...redisExporterArguments(server).map((argument) => argument.replaceAll(redisExporterMountPath, folder)),
    `--web.listen-address=${listen}`,
  ]);
  await programs.answers(program, `http://${listen}/metrics`);
}

async function startBlackboxExporter(programs: Programs, server: Server): Promise<void> {
  const { blackbox } = server.exporters;
  if (!blackbox) return;
  const folder = writeFiles(programs, "blackbox-exporter", blackboxExporterFiles(feedCredentials));
  const listen = `${server.address}:${blackbox.port}`;
  const program = programs.start("blackbox-exporter", path.join(programsOf("blackbox-exporter"), "blackbox_exporter"), [
    ...[
      `--config.file=${folder}/blackbox.yml`,
      `--web.config.file=${folder}/web.yml`,
      `--web.listen-address=${listen}`,
    ],
  ]);
  await programs.answers(program, `http://${listen}/metrics`, basicAuth("exporters"));
}

/** Records what the released exporter of PostgreSQL shows in four minutes, for where there is none. */
export async function recordPostgres(servers: Server[]): Promise<void> {
  await Promise.all(
    servers.map(async ({ name, address, exporters }) => {
      if (!exporters.postgres) return;
      const url = `http://${address}:${exporters.postgres.port}/metrics`;
      await record(
        `postgres-${name}`,
        async () => (await fetch(url, { headers: basicAuth("exporters") })).text(),
        48,
        5,
      );
    }),
  );
}
