import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadInventory } from "../../stacks";
import { defineInventory, type Server } from "../../stacks/inventory";
import { placeholderCredentials } from "../credentials/credentials";
import { celeryExporterScript } from "./celery-configuration";
import { exporterFiles } from "./exporter-files";
import { postgresExporterArguments, postgresExporterEnvironment } from "./postgres-configuration";
import { redisExporterArguments } from "./redis-configuration";

const secrets = { postgresPassword: "pg'word", redisPassword: 'r"d', celeryBrokerPassword: "b@r/k er" };

/** A server with these exporters. */
function serverWith(exporters: Server["exporters"] | object, address = "10.0.0.1"): Server {
  const on = (port: number) => ({ server: "server-1" as const, port });
  const inventory = defineInventory({
    stack: "trial",
    environment: "test",
    servers: { "server-1": { title: "One", address, exporters } },
    services: { prometheus: on(9090), alertmanager: on(9093), loki: on(3100), grafana: on(3000) },
  });
  const [server] = inventory.servers;
  if (!server) throw new Error("no server");
  return server;
}

const filesOf = (server: Server, known: object = secrets) =>
  Object.fromEntries(exporterFiles(server, placeholderCredentials, known));

describe("the exporters' files", () => {
  it("of prod are in folders named like the containers, which are never named like the service itself", async () => {
    const { servers } = await loadInventory("prod");
    const folders = servers.map((server) => Object.keys(filesOf(server)));
    expect(folders[1]).toEqual(["node-exporter", "security-metrics", "postgres-exporter", "redis-exporter"]);
    expect(folders[3]).toEqual(["node-exporter", "security-metrics", "celery-exporter", "blackbox-exporter"]);
  });

  it("hold passwords for the container's user alone", () => {
    const server = serverWith({
      postgres: { port: 9187 },
      redis: { port: 9121 },
      celery: { port: 9808, broker: { port: 6380 } },
    });
    for (const files of Object.values(filesOf(server))) {
      for (const [name, { content, secret = false }] of Object.entries(files)) {
        expect(secret, name).toBe(true);
        if (name === "web.yml") expect(content).not.toContain(placeholderCredentials.exporters.password);
      }
    }
  });
});

describe("postgres_exporter", () => {
  const variables = (entry: object, address?: string) =>
    postgresExporterEnvironment(serverWith({ postgres: { port: 9187, ...entry } }, address));

  it("finds PostgreSQL on its own server, whose traffic stays there", () => {
    expect(variables({ databasePort: 5433 }).DATA_SOURCE_URI).toBe("10.0.0.1:5433/postgres?sslmode=disable");
  });

  it("speaks TLS to another server, unless the entry says otherwise", () => {
    expect(variables({ host: "db.lan", database: "shop" }).DATA_SOURCE_URI).toBe("db.lan:5432/shop?sslmode=require");
    expect(variables({ host: "db.lan", sslmode: "verify-full" }).DATA_SOURCE_URI).toContain("sslmode=verify-full");
  });

  it("reaches a loopback server by its network's gateway", () => {
    expect(variables({}, "127.0.0.1").DATA_SOURCE_URI).toMatch(/^172\.31\.255\.1:5432\//);
  });

  it("has its password in the file that its environment names, as it is", () => {
    const { DATA_SOURCE_PASS_FILE: file = "" } = variables({});
    const files = filesOf(serverWith({ postgres: { port: 9187 } }))["postgres-exporter"] ?? {};
    expect(files[path.posix.relative("/etc/postgres-exporter", file)]?.content).toBe("pg'word");
  });

  it("collects what the rules look at besides", () => {
    for (const collector of ["database_wraparound", "stat_checkpointer", "postmaster", "long_running_transactions"]) {
      expect(postgresExporterArguments()).toContain(`--collector.${collector}`);
    }
  });
});

describe("redis_exporter", () => {
  it.each([
    [{}, "redis://10.0.0.1:6379", "redis://10.0.0.1:6379"],
    [{ host: "cache.lan", redisPort: 6380, user: "ops" }, "redis://cache.lan:6380", "redis://ops@cache.lan:6380"],
  ])("has its password under the address that it looks it up by: %j", (entry, address, key) => {
    const server = serverWith({ redis: { port: 9121, ...entry } });
    expect(redisExporterArguments(server)).toContain(`--redis.addr=${address}`);
    const { content = "" } = filesOf(server)["redis-exporter"]?.["secrets/redis-password"] ?? {};
    expect(JSON.parse(content)).toEqual({ [key]: 'r"d' });
  });

  it("has an empty list where no password is set", () => {
    const files = filesOf(serverWith({ redis: { port: 9121 } }), {})["redis-exporter"];
    expect(files?.["secrets/redis-password"]?.content).toBe("{}");
  });
});

describe("celery-exporter", () => {
  const urlOf = (known?: object) =>
    filesOf(serverWith({ celery: { port: 9808, broker: { port: 6380, database: 2 } } }), known)["celery-exporter"]?.[
      "secrets/broker-url"
    ]?.content;

  it("has the broker's whole URL in its file, with what a URL cannot hold written otherwise", () => {
    expect(urlOf()).toBe("redis://:b%40r%2Fk%20er@10.0.0.1:6380/2");
    expect(urlOf({})).toBe("redis://10.0.0.1:6380/2");
  });

  it("is given that file's content as a variable of its process, and its errors show no variables", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "celery-"));
    try {
      writeFileSync(path.join(folder, "broker-url"), urlOf() ?? "");
      writeFileSync(path.join(folder, "python"), '#!/bin/sh\necho "$CE_BROKER_URL $LOGURU_DIAGNOSE $*"\n');
      chmodSync(path.join(folder, "python"), 0o755);
      const script = celeryExporterScript(9808).replace("/etc/celery-exporter/secrets", folder);
      const env = { PATH: `${folder}:${process.env.PATH}` };
      expect(execFileSync("sh", ["-c", script], { env, encoding: "utf8" })).toBe(
        "redis://:b%40r%2Fk%20er@10.0.0.1:6380/2 NO /app/cli.py --port 9808 --retry-interval 5\n",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it("the blackbox exporter asks in one way, which every probe names", () => {
  const files = filesOf(serverWith({ blackbox: { port: 9115 } }))["blackbox-exporter"];
  const { modules } = parse(files?.["blackbox.yml"]?.content ?? "");
  expect(modules).toEqual({ http_2xx: { prober: "http", http: { method: "GET", preferred_ip_protocol: "ip4" } } });
});
