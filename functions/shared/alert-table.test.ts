import { describe, expect, it } from "vitest";
import { webhookAlert } from "../testing/alerts";
import { FakeAppwrite, type FakeOptions } from "../testing/fake-appwrite";
import { alertRow } from "./alert-row";
import { AlertTable } from "./alert-table";
import { Retries } from "./retries";

const now = Date.parse("2026-11-24T12:00:00Z");
const rowOf = (fingerprint: string) => alertRow(webhookAlert({ fingerprint }), {}, now);

function tableOf(options: FakeOptions = {}) {
  const appwrite = new FakeAppwrite(options);
  let time = now;
  const sleep = async (milliseconds: number) => {
    time += milliseconds;
  };
  const retries = new Retries({ now: () => time, sleep, random: () => 0.5 }, now + 8_000);
  const calls = appwrite.calls();
  const queries: string[][] = [];
  const listRows: typeof calls.listRows = (call) => {
    queries.push(call.queries);
    return calls.listRows(call);
  };
  return { appwrite, queries, table: new AlertTable({ ...calls, listRows }, retries) };
}

describe("a row is changed", () => {
  it("only as it was read", async () => {
    const { appwrite, table } = tableOf();
    await table.create(rowOf("a"));
    const [first, second] = [(await table.find(["a"])).get("a"), (await table.find(["a"])).get("a")];
    if (!first || !second) throw new Error("no row");
    expect(await table.replace(first, { summary: "first" })).toEqual({ done: true, isUncertain: false });
    expect(await table.replace(second, { summary: "second" })).toEqual({ done: false, isUncertain: false });
    expect(appwrite.row("a")?.summary).toBe("first");
  });

  it("and no other with it", async () => {
    const { appwrite, table } = tableOf();
    for (const fingerprint of ["a", "b"]) await table.create(rowOf(fingerprint));
    const stored = (await table.find(["a"])).get("a");
    if (!stored) throw new Error("no row");
    for (const row of appwrite.rows.values()) row.$updatedAt = stored.$updatedAt;
    await table.replace(stored, { summary: "changed" });
    expect(appwrite.row("b")?.summary).toBe("server-82 does not answer");
  });
});

it("a row is created once; of a lost answer it is said that it may have been", async () => {
  const { table } = tableOf({
    mishap: (name, count) => (name === "createRow" && count === 2 ? "lost answer" : undefined),
  });
  expect(await table.create(rowOf("a"))).toEqual({ done: true, isUncertain: false });
  expect(await table.create(rowOf("b"))).toEqual({ done: false, isUncertain: true });
  expect(await table.create(rowOf("a"))).toEqual({ done: false, isUncertain: false });
});

describe("rows are found by fingerprint", () => {
  it("a hundred at a time", async () => {
    const { table, queries } = tableOf();
    const fingerprints = Array.from({ length: 250 }, (_, index) => index.toString(16).padStart(16, "0"));
    for (const fingerprint of fingerprints) await table.create(rowOf(fingerprint));
    const found = await table.find([...fingerprints, ...fingerprints, "none"]);
    expect([...found.keys()]).toEqual(fingerprints);
    expect(queries).toHaveLength(3);
  });

  it("fewer when they are long: a query has to fit, and the address it is part of", async () => {
    const { table, queries } = tableOf();
    await table.find(Array.from({ length: 100 }, (_, index) => `${index}${'😀"'.repeat(100)}`));
    expect(queries.length).toBeGreaterThan(10);
    for (const [query = ""] of queries) {
      expect(query.length).toBeLessThan(4_096);
      expect(encodeURIComponent(query).length).toBeLessThan(6_000);
    }
    expect(new Set(queries.flatMap(([query = ""]) => JSON.parse(query).values)).size).toBe(100);
  });

  it("none at no cost", async () => {
    const { table, queries } = tableOf();
    expect((await table.find([])).size).toBe(0);
    expect(queries).toEqual([]);
  });
});
