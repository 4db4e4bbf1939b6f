import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import tar from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Appwrite, type AppwriteArgs } from "./appwrite";
import { alertColumns, functionIds } from "./schema";

interface Registered {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of every kind of resource
  inputs: Record<string, any>;
}

const registered: Registered[] = [];
const key = "standard_key";

/** Answers for the engine: what a resource is given is what it becomes. */
const engine: pulumi.runtime.Mocks = {
  newResource: ({ type, name, inputs }) => {
    registered.push({ type, name, inputs });
    return { id: `${name}-id`, state: inputs };
  },
  call: () => ({}),
};

describe("what is declared in Appwrite", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bundles-"));
  const bundles = Object.fromEntries(functionIds.map((id) => [id, path.join(folder, `${id}.tar.gz`)]));

  beforeAll(async () => {
    for (const file of Object.values(bundles)) {
      const archive = tar.pack();
      archive.entry({ name: "main.js" }, "1");
      archive.finalize();
      writeFileSync(file, gzipSync(await buffer(archive)));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function declare(change: Partial<AppwriteArgs> = {}): Promise<Registered[]> {
    registered.length = 0;
    await pulumi.runtime.setMocks(engine, "monitoring", "prod", false);
    const place = { endpoint: "https://appwrite.example.org/v1/", project: "p" };
    new Appwrite("appwrite", { ...place, key, bundles, ...change });
    await pulumi.runtime.disconnect();
    return [...registered];
  }

  const ofType = (graph: Registered[], type: string) =>
    graph.filter((resource) => resource.type === `pulumi-nodejs:dynamic/appwrite:${type}`);
  /** What is in a secret, which the mocked engine makes of all that has one in it. */
  function secretIn(value: unknown): unknown {
    expect(value).toHaveProperty(pulumi.runtime.specialSigKey, pulumi.runtime.specialSecretSig);
    return (value as { value: unknown }).value;
  }

  it("is the database, the table, two topics and two functions with code and variables", async () => {
    const graph = await declare();
    expect(graph.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).toEqual([
      "Appwrite appwrite",
      "Database alert-database",
      "Deployment alert-processor-code",
      "Deployment heartbeat-check-code",
      "Function alert-processor",
      "Function heartbeat-check",
      "FunctionVariables alert-processor-variables",
      "FunctionVariables heartbeat-check-variables",
      "Table alert-table",
      "Topic critical-alerts",
      "Topic monitoring-alerts",
    ]);
  });

  it("is at the endpoint, with the key as a secret everywhere, though it came as a plain text", async () => {
    const graph = (await declare()).filter(({ type }) => type.startsWith("pulumi-nodejs"));
    expect(graph).toHaveLength(10);
    for (const { inputs } of graph) {
      const connection = { endpoint: "https://appwrite.example.org/v1", project: "p", key };
      expect(secretIn(inputs.connection)).toEqual(connection);
    }
  });

  it("is closed: a table without permissions, topics without subscribers by themselves, functions for keys only", async () => {
    const graph = await declare();
    expect(ofType(graph, "Table")[0]?.inputs).toMatchObject({
      databaseId: "monitoring",
      tableId: "alerts",
      permissions: [],
      rowSecurity: false,
      allowDataLoss: false,
      columns: alertColumns,
    });
    for (const { inputs } of ofType(graph, "Topic")) expect(inputs.subscribe).toEqual([]);
    for (const { inputs } of ofType(graph, "Function"))
      expect(inputs).toMatchObject({ execute: [], runtime: "node-22" });
  });

  it("deploys the bundles' content, for the runtime that the stack names", async () => {
    const graph = await declare({ runtime: "node-20.0" });
    for (const { inputs } of ofType(graph, "Deployment")) {
      expect(inputs).toMatchObject({ runtime: "node-20.0", entrypoint: "main.js" });
      expect(inputs.archive).toBe(bundles[inputs.functionId]);
      expect(inputs.content).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it("keeps Twilio's settings, the numbers on call and the URL outside secret", async () => {
    const sms = { accountSid: "AC1", authToken: "t", from: "+1", to: "+2" };
    const graph = await declare({ sms, heartbeatUrl: "https://outside/token", allowDataLoss: true });
    expect(ofType(graph, "Table")[0]?.inputs.allowDataLoss).toBe(true);
    const [processor, heartbeat] = ofType(graph, "FunctionVariables").map(({ inputs }) => inputs);
    expect(processor?.plain).toMatchObject({ APPWRITE_PROJECT_ID: "p", DATABASE_ID: "monitoring" });
    const twilio = {
      TWILIO_ACCOUNT_SID: "AC1",
      TWILIO_AUTH_TOKEN: "t",
      TWILIO_PHONE_NUMBER: "+1",
      ONCALL_PHONE_NUMBERS: "+2",
    };
    expect(secretIn(processor?.secret)).toEqual(twilio);
    expect(secretIn(heartbeat?.secret)).toEqual({ ...twilio, HEARTBEAT_URL: "https://outside/token" });
  });

  it("cannot be declared without the bundles, and says how to make them", async () => {
    await expect(declare({ bundles: { "alert-processor": "none.tar.gz" } })).rejects.toThrow(
      "none.tar.gz is not there: npm run build makes it.",
    );
  });
});
