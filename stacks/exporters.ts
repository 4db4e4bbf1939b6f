import { z } from "zod";
import { port } from "./port";

/** What an exporter asks, as containers reach it; left out, a service on the exporter's own server. */
const host = z.string().regex(/^[A-Za-z0-9.-]+$/, { error: "a host is written as 10.0.0.81 or db.example.org" });
const userName = z.string().regex(/^[\w.-]+$/, { error: "a user name of letters, digits, _, . and -" });

/**
 * PostgreSQL's exporter, with the password of the setting `postgresPassword`. Its user has to have the role
 * `pg_monitor`, and `pg_hba.conf` has to let it in from the server's `subnet`, where the exporter's container is.
 */
export const postgresExporterSchema = z.strictObject({
  /** Of the exporter, on the server's own address. */
  port,
  /** Where PostgreSQL is. @default the server itself */
  host: host.optional(),
  /** @default 5432 */
  databasePort: port.default(5432),
  /** Who logs in. @default monitoring */
  user: userName.default("monitoring"),
  /** The database to log in to; the metrics are about all of them. @default postgres */
  database: z
    .string()
    .regex(/^[\w-]+$/, { error: "a database's name of letters, digits, _ and -" })
    .default("postgres"),
  /** Encryption of the connection. @default disable on the server itself, require to another one */
  sslmode: z.enum(["disable", "require", "verify-ca", "verify-full"]).optional(),
});

/** Redis' exporter, with the password of the setting `redisPassword` where there is one. */
export const redisExporterSchema = z.strictObject({
  /** Of the exporter, on the server's own address. */
  port,
  /** Where Redis is. @default the server itself */
  host: host.optional(),
  /** @default 6379 */
  redisPort: port.default(6379),
  /** Who logs in, where Redis has users (ACL). @default nobody by name */
  user: userName.optional(),
});

/** Celery's exporter, which listens to the workers' events in their broker; they have to send some (`worker -E`). */
export const celeryExporterSchema = z.strictObject({
  /** Of the exporter, on the server's own address. */
  port,
  /** The Redis that the tasks go through, with the password of the setting `celeryBrokerPassword` where there is one. */
  broker: z.strictObject({
    /** @default the server itself */
    host: host.optional(),
    port,
    /** Number of the Redis database. @default 0 */
    database: z.number().int().min(0).default(0),
  }),
});

/** NVIDIA's exporter (DCGM) of the server's GPUs; the server's Docker needs the NVIDIA container toolkit. */
export const gpuExporterSchema = z.strictObject({ port });

/** Probes of the stack's own making. */
const ownProbes = ["grafana", "appwrite"] as const;
export type OwnProbe = (typeof ownProbes)[number];

/**
 * The exporter that asks services from outside whether they are well: Grafana, and Appwrite where the stack has that
 * channel. A stack has one at most.
 */
export const blackboxExporterSchema = z.strictObject({
  /** Of the exporter, on the server's own address. */
  port,
  /** What else is asked: value of the label `target` → URL that has to answer with success. @default nothing */
  probes: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]*$/, { error: "a probe's name has small letters, digits and -" })
        .refine((name) => !(ownProbes as readonly string[]).includes(name), {
          error: `the stack probes ${ownProbes.join(" and ")} by itself`,
        }),
      z.url({ protocol: /^https?$/, error: "a probe's URL is written as https://shop.example.org/health" }),
    )
    .default({}),
});

/** What exporters log in with; each a setting of the stack. */
export interface ExporterSecrets {
  postgresPassword?: string | undefined;
  redisPassword?: string | undefined;
  celeryBrokerPassword?: string | undefined;
}

export type ExporterSecretName = keyof ExporterSecrets;

/** Exporter → its secret, and whether it can do without. */
export const exporterSecrets = {
  postgres: { secret: "postgresPassword", optional: false },
  redis: { secret: "redisPassword", optional: true },
  celery: { secret: "celeryBrokerPassword", optional: true },
} as const satisfies Record<string, { secret: ExporterSecretName; optional: boolean }>;

/** Stand in where files are written for people to read. */
export const placeholderExporterSecrets: Required<ExporterSecrets> = {
  postgresPassword: "<setting postgresPassword>",
  redisPassword: "<setting redisPassword>",
  celeryBrokerPassword: "<setting celeryBrokerPassword>",
};
