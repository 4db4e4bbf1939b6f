import { expect, it } from "vitest";
import { alerts, makeTable, refusal, servicesOf, startStandIn, until, untilAvailable } from "../testing";

async function withTable() {
  const standIn = await startStandIn();
  const services = servicesOf(standIn);
  await makeTable(services);
  return { standIn, services, ...services };
}

it("makes each kind of column, and answers with what is its own", async () => {
  const { tables, services } = await withTable();
  const optional = { ...alerts, required: false };
  await tables.createStringColumn({ ...optional, key: "string", size: 100, xdefault: "none" });
  await tables.createIntegerColumn({ ...optional, key: "integer", min: 1, max: 10, xdefault: 5 });
  await tables.createFloatColumn({ ...optional, key: "float", min: 0.5 });
  await tables.createBooleanColumn({ ...optional, key: "boolean", xdefault: true });
  await tables.createDatetimeColumn({ ...optional, key: "datetime" });
  await tables.createEmailColumn({ ...optional, key: "email" });
  await tables.createEnumColumn({ ...alerts, key: "enum", elements: ["a", "b"], required: true });
  await tables.createIpColumn({ ...optional, key: "ip" });
  await tables.createUrlColumn({ ...optional, key: "url", array: true });
  await untilAvailable(services);
  const { total, columns } = await tables.listColumns(alerts);
  const common = { status: "available", error: "", required: false, array: false, default: null };
  expect(total).toBe(9);
  expect(columns.map(({ $createdAt, $updatedAt, ...column }) => ({ ...column }))).toEqual([
    { ...common, key: "string", type: "string", size: 100, encrypt: false, default: "none" },
    { ...common, key: "integer", type: "integer", min: 1, max: 10, default: 5 },
    { ...common, key: "float", type: "double", min: 0.5, max: Number.MAX_VALUE },
    { ...common, key: "boolean", type: "boolean", default: true },
    { ...common, key: "datetime", type: "datetime", format: "" },
    { ...common, key: "email", type: "string", format: "email" },
    { ...common, key: "enum", type: "string", format: "enum", elements: ["a", "b"], required: true },
    { ...common, key: "ip", type: "string", format: "ip" },
    { ...common, key: "url", type: "string", format: "url", array: true },
  ]);
});

it("is processed for a while: 202, then available", async () => {
  const { standIn, tables } = await withTable();
  standIn.delayStates(50);
  const made = await tables.createStringColumn({ ...alerts, key: "a", size: 10, required: true });
  expect(made.status).toBe("processing");
  expect(standIn.log.at(-1)?.status).toBe(202);
  expect((await tables.getColumn({ ...alerts, key: "a" })).status).toBe("processing");
  await until(async () => (await tables.getColumn({ ...alerts, key: "a" })).status === "available");
});

it("fails with a message, and keeps the key until it is deleted", async () => {
  const { standIn, tables } = await withTable();
  standIn.failNextColumn("no room on the disk");
  const column = { ...alerts, key: "a", size: 10, required: true };
  await tables.createStringColumn(column);
  await until(async () => (await tables.getColumn(column)).status === "failed");
  expect((await tables.getColumn(column)).error).toBe("no room on the disk");
  expect(await refusal(tables.createStringColumn(column))).toBe("409 column_already_exists");
  await tables.deleteColumn(column);
  await until(async () => (await refusal(tables.getColumn(column))) === "404 column_not_found");
  await tables.createStringColumn(column);
});

it("is deleting for a while, and the key stays taken until it is gone", async () => {
  const { standIn, tables, services } = await withTable();
  const column = { ...alerts, key: "a", size: 10, required: true };
  await tables.createStringColumn(column);
  await untilAvailable(services);
  standIn.delayStates(50);
  await tables.deleteColumn(column);
  expect(standIn.log.at(-1)?.status).toBe(204);
  expect((await tables.getColumn(column)).status).toBe("deleting");
  expect(await refusal(tables.createStringColumn(column))).toBe("409 column_already_exists");
  await until(async () => (await refusal(tables.getColumn(column))) === "404 column_not_found");
});

it("takes no two keys that differ in case alone", async () => {
  const { tables } = await withTable();
  await tables.createBooleanColumn({ ...alerts, key: "firing", required: false });
  expect(await refusal(tables.createBooleanColumn({ ...alerts, key: "Firing", required: false }))).toBe(
    "409 column_already_exists",
  );
});

it("gives a column of whole numbers without bounds those of 64 bits", async () => {
  const { tables } = await withTable();
  const made = await tables.createIntegerColumn({ ...alerts, key: "a", required: false });
  expect([made.min, made.max]).toEqual([-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n]);
});

it("has 65,535 bytes for a row, 1,067 of them used; long text takes 20", async () => {
  const { tables, standIn } = await withTable();
  const text = (key: string, size: number) => tables.createStringColumn({ ...alerts, key, size, required: false });
  const full = "400 column_limit_exceeded";
  // 65,535 - 1,067 - 20 (the long one) leaves 64,448: 16,100 characters and 2 bytes take 64,402, and 45 are too many.
  await text("long", 65_535);
  await text("most", 16_100);
  expect(await refusal(text("rest", 12))).toBe(full);
  await text("rest", 11);
  expect(await refusal(tables.createUrlColumn({ ...alerts, key: "url", required: false }))).toBe(full);
  expect(standIn.log.at(-1)?.message).toContain("maximum number or size of columns");
});

it.each([
  ["url", 8002],
  ["enum", 1021],
] as const)("a column of kind %s takes %i bytes", async (kind, bytes) => {
  const { tables } = await withTable();
  // A row must stay below its limit: full but for the column, which then fits to the byte.
  const rest = 65_534 - 1067 - bytes;
  const size = Math.floor((rest - 2) / 4);
  await tables.createStringColumn({ ...alerts, key: "filler", size, required: false });
  const left = rest - (size * 4 + 2);
  for (let at = 0; at < left; at++) await tables.createBooleanColumn({ ...alerts, key: `byte${at}`, required: false });
  const make = (key: string) =>
    kind === "url"
      ? tables.createUrlColumn({ ...alerts, key, required: false })
      : tables.createEnumColumn({ ...alerts, key, elements: ["a"], required: false });
  await make("fits");
  expect(await refusal(tables.createBooleanColumn({ ...alerts, key: "full", required: false }))).toBe(
    "400 column_limit_exceeded",
  );
});

it.each([
  ["a default of a required column", { required: true, xdefault: "a" }, "400 column_default_unsupported"],
  ["a default of a list", { required: false, array: true, xdefault: "a" }, "400 column_default_unsupported"],
  ["a default that is too long", { required: false, size: 1, xdefault: "aa" }, "400 column_value_invalid"],
  ["no size", { required: false, size: 0 }, "400 general_argument_invalid"],
])("refuses %s", async (_, given, wanted) => {
  const { tables } = await withTable();
  expect(await refusal(tables.createStringColumn({ ...alerts, key: "a", size: 10, ...given }))).toBe(wanted);
});

it("refuses an enum without elements, and a default that is none of them", async () => {
  const { tables } = await withTable();
  const column = { ...alerts, key: "a", required: false };
  expect(await refusal(tables.createEnumColumn({ ...column, elements: [] }))).toBe("400 column_value_invalid");
  expect(await refusal(tables.createEnumColumn({ ...column, elements: ["a"], xdefault: "b" }))).toBe(
    "400 column_value_invalid",
  );
});

it("widens a column in place; its default must be said, even null", async () => {
  const { tables, services, standIn } = await withTable();
  await tables.createStringColumn({ ...alerts, key: "a", size: 10, required: false, xdefault: "x" });
  await untilAvailable(services);
  const updated = await tables.updateStringColumn({
    ...alerts,
    key: "a",
    size: 20,
    required: false,
    xdefault: null as never,
  });
  expect(updated).toMatchObject({ size: 20, default: null, status: "available" });
  const headers = { "x-appwrite-project": "lab", "x-appwrite-key": "admin", "content-type": "application/json" };
  const url = `${standIn.url}/tablesdb/monitoring/tables/alerts/columns/string/a`;
  const answer = await fetch(url, { method: "PATCH", headers, body: JSON.stringify({ required: false, size: 30 }) });
  expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([
    400,
    'Param "default" is not optional.',
  ]);
});

it("is not changed before it is available, nor beyond the row, nor below what is stored", async () => {
  const { tables, services, standIn } = await withTable();
  const resize = (size: number) =>
    tables.updateStringColumn({ ...alerts, key: "a", size, required: false, xdefault: null as never });
  standIn.delayStates(50);
  await tables.createStringColumn({ ...alerts, key: "a", size: 10, required: false });
  expect(await refusal(resize(20))).toBe("400 column_not_available");
  await untilAvailable(services);
  expect(await refusal(resize(16_381))).toBe("400 column_limit_exceeded");
  await tables.createRow({ ...alerts, rowId: "one", data: { a: "12345" } });
  expect(await refusal(resize(4))).toBe("400 column_invalid_resize");
  expect((await resize(5)).key).toBe("a");
});

it("renames a column with its values and in its indexes", async () => {
  const { tables, services, standIn } = await withTable();
  await tables.createStringColumn({ ...alerts, key: "a", size: 10, required: false });
  await untilAvailable(services);
  await tables.createIndex({ ...alerts, key: "a", type: "key" as never, columns: ["a"] });
  await tables.createRow({ ...alerts, rowId: "one", data: { a: "x" } });
  await tables.updateStringColumn({ ...alerts, key: "a", newKey: "b", required: false, xdefault: null as never });
  expect(standIn.rows("monitoring", "alerts")[0]).toMatchObject({ b: "x" });
  expect((await tables.getIndex({ ...alerts, key: "a" })).columns).toEqual(["b"]);
  expect(await refusal(tables.getColumn({ ...alerts, key: "a" }))).toBe("404 column_not_found");
});

it("goes out of its indexes when it is deleted, and an index of nothing goes too", async () => {
  const { tables, services } = await withTable();
  await tables.createStringColumn({ ...alerts, key: "a", size: 10, required: false });
  await tables.createStringColumn({ ...alerts, key: "b", size: 10, required: false });
  await untilAvailable(services);
  const orders = ["ASC", "DESC"] as never[];
  await tables.createIndex({ ...alerts, key: "both", type: "key" as never, columns: ["a", "b"], orders });
  await tables.createIndex({ ...alerts, key: "only", type: "key" as never, columns: ["a"] });
  await untilAvailable(services);
  await tables.deleteColumn({ ...alerts, key: "a" });
  await until(async () => (await tables.listIndexes(alerts)).total === 1);
  expect(await tables.getIndex({ ...alerts, key: "both" })).toMatchObject({ columns: ["b"], orders: ["DESC"] });
});
