import { OrderBy, TablesDBIndexType } from "node-appwrite";
import { expect, it } from "vitest";
import { alerts, makeTable, refusal, servicesOf, startStandIn, until, untilAvailable } from "../testing";

const { Key, Unique, Fulltext } = TablesDBIndexType;

async function withColumns() {
  const standIn = await startStandIn();
  const services = servicesOf(standIn);
  const { tables } = services;
  await makeTable(services);
  await tables.createStringColumn({ ...alerts, key: "fingerprint", size: 255, required: false });
  await tables.createStringColumn({ ...alerts, key: "summary", size: 500, required: false });
  await tables.createStringColumn({ ...alerts, key: "long", size: 5000, required: false });
  await tables.createDatetimeColumn({ ...alerts, key: "startsAt", required: false });
  await tables.createUrlColumn({ ...alerts, key: "runbook", required: false });
  await tables.createStringColumn({ ...alerts, key: "labels", size: 100, required: false, array: true });
  await untilAvailable(services);
  return { standIn, services, tables };
}

it("makes an index: 202, processing, available", async () => {
  const { tables, standIn } = await withColumns();
  standIn.delayStates(50);
  const made = await tables.createIndex({
    ...alerts,
    key: "newest",
    type: Key,
    columns: ["startsAt"],
    orders: [OrderBy.Desc],
  });
  expect(made).toMatchObject({ key: "newest", type: "key", status: "processing", error: "", columns: ["startsAt"] });
  // An order comes back as it was said, which the SDK does in small letters.
  expect([made.orders, made.lengths]).toEqual([["desc"], [null]]);
  expect(standIn.log.at(-1)?.status).toBe(202);
  await until(async () => (await tables.getIndex({ ...alerts, key: "newest" })).status === "available");
  // Deleting takes as long, and the key stays taken meanwhile.
  await tables.deleteIndex({ ...alerts, key: "newest" });
  expect((await tables.getIndex({ ...alerts, key: "newest" })).status).toBe("deleting");
  const again = () => tables.createIndex({ ...alerts, key: "newest", type: Key, columns: ["startsAt"] });
  expect(await refusal(again())).toBe("409 column_index_already_exists");
  await until(async () => (await tables.listIndexes(alerts)).total === 0);
  await again();
});

it("needs its columns to be available", async () => {
  const { tables, standIn } = await withColumns();
  standIn.delayStates(50);
  await tables.createBooleanColumn({ ...alerts, key: "new", required: false });
  const index = { ...alerts, key: "a", type: Key };
  expect(await refusal(tables.createIndex({ ...index, columns: ["new"] }))).toBe("400 column_not_available");
  expect(await refusal(tables.createIndex({ ...index, columns: ["none"] }))).toBe("400 column_unknown");
  await tables.createIndex({ ...index, columns: ["$createdAt"] });
});

it.each([
  [
    "more than 768 characters",
    { columns: ["summary", "fingerprint", "long"], lengths: [500, 255, 14] },
    "longer than the maximum: 768",
  ],
  ["a url without a length", { columns: ["runbook"], lengths: [] }, "longer than the maximum: 768"],
  ["the same column twice", { columns: ["summary", "summary"], lengths: [1, 1] }, "Duplicate attributes"],
  ["a length of a time", { columns: ["startsAt"], lengths: [1] }, 'Cannot set a length on "datetime" attributes'],
  ["a length beyond the column", { columns: ["fingerprint"], lengths: [256] }, "larger than the size"],
  [
    "an order of a list",
    { columns: ["labels"], lengths: [], orders: [OrderBy.Asc] },
    'Invalid index order "asc" on array',
  ],
])("refuses %s", async (_, given, message) => {
  const { tables, standIn } = await withColumns();
  const wrong = tables.createIndex({ ...alerts, key: "a", type: Key, ...given });
  expect(await refusal(wrong)).toBe("400 column_index_invalid");
  expect(standIn.log.at(-1)?.message).toContain(message);
});

it.each([
  ["768 characters", { columns: ["summary", "fingerprint", "long"], lengths: [0, 0, 13] }],
  ["a url with a length", { columns: ["runbook"], lengths: [768] }],
  ["the beginning of long text", { columns: ["long"], lengths: [100] }],
  ["a list", { columns: ["labels"], lengths: [] }],
])("takes %s", async (_, given) => {
  const { tables } = await withColumns();
  expect((await tables.createIndex({ ...alerts, key: "a", type: Key, ...given })).status).toBe("processing");
});

it("a fulltext index may be of any length, and of text alone", async () => {
  const { tables } = await withColumns();
  await tables.createIndex({ ...alerts, key: "text", type: Fulltext, columns: ["long"] });
  expect(await refusal(tables.createIndex({ ...alerts, key: "time", type: Fulltext, columns: ["startsAt"] }))).toBe(
    "400 column_index_invalid",
  );
});

it("a unique index fails over rows that are already the same", async () => {
  const { tables, services, standIn } = await withColumns();
  await tables.createRow({ ...alerts, rowId: "one", data: { fingerprint: "a" } });
  await tables.createRow({ ...alerts, rowId: "two", data: { fingerprint: "A " } });
  await tables.createIndex({ ...alerts, key: "fingerprint", type: Unique, columns: ["fingerprint"] });
  await until(async () => (await tables.getIndex({ ...alerts, key: "fingerprint" })).status === "failed");
  await tables.deleteIndex({ ...alerts, key: "fingerprint" });
  await tables.deleteRow({ ...alerts, rowId: "two" });
  await until(async () => (await tables.listIndexes(alerts)).total === 0);
  await tables.createIndex({ ...alerts, key: "fingerprint", type: Unique, columns: ["fingerprint"] });
  await untilAvailable(services);
  expect(standIn.rows("monitoring", "alerts")).toHaveLength(1);
});
