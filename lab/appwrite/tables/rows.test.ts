import { ID, type Models, Query, TablesDBIndexType } from "node-appwrite";
import { expect, it } from "vitest";
import { alerts, makeTable, refusal, servicesOf, startStandIn, untilAvailable } from "../testing";

/** A table of the kind that alerts are kept in: required text, an enum, a time, a url, and a unique fingerprint. */
async function withTable() {
  const standIn = await startStandIn();
  const services = servicesOf(standIn);
  const { tables } = services;
  await makeTable(services);
  await tables.createStringColumn({ ...alerts, key: "fingerprint", size: 20, required: true });
  await tables.createEnumColumn({ ...alerts, key: "status", elements: ["firing", "resolved"], required: true });
  await tables.createDatetimeColumn({ ...alerts, key: "endsAt", required: false });
  await tables.createUrlColumn({ ...alerts, key: "runbook", required: false });
  await tables.createIntegerColumn({ ...alerts, key: "count", required: false, min: 0, xdefault: 1 });
  await tables.createStringColumn({ ...alerts, key: "labels", size: 10, required: false, array: true });
  await untilAvailable(services);
  await tables.createIndex({ ...alerts, key: "fingerprint", type: TablesDBIndexType.Unique, columns: ["fingerprint"] });
  await untilAvailable(services);
  const create = (rowId: string, data: object) => tables.createRow({ ...alerts, rowId, data: { ...alert, ...data } });
  return { standIn, services, tables, create };
}

/** A row of that table, for the SDK's types. */
interface AlertRow extends Models.Row {
  fingerprint: string;
  status: string;
  count: number;
  instance: string;
  endsAt: string | null;
}

const alert = { fingerprint: "a", status: "firing" };

it("keeps a row with defaults, nulls and times in UTC", async () => {
  const { create, tables } = await withTable();
  const made = await create("one", {
    endsAt: "2026-01-01T02:00:00.123456789+02:00",
    runbook: "https://docs.example.org/a",
  });
  const { $createdAt, $updatedAt, ...rest } = made;
  expect({ ...rest }).toEqual({
    $id: "one",
    $sequence: 1,
    $tableId: "alerts",
    $databaseId: "monitoring",
    $permissions: [],
    ...alert,
    endsAt: "2026-01-01T00:00:00.123+00:00",
    runbook: "https://docs.example.org/a",
    count: 1,
    labels: [],
  });
  expect($createdAt).toBe($updatedAt);
  expect(await tables.getRow({ ...alerts, rowId: "one" })).toEqual(made);
  expect(await refusal(tables.getRow({ ...alerts, rowId: "none" }))).toBe("404 row_not_found");
});

it.each([
  ["what is required and missing", { status: null }, 'Missing required attribute "status"'],
  ["what is no column", { other: 1 }, 'Unknown attribute: "other"'],
  ["text that is too long", { fingerprint: "x".repeat(21) }, "no longer than 20 chars"],
  ["text that is a number", { fingerprint: 1 }, 'Attribute "fingerprint" has invalid type'],
  [
    "what the enum does not have",
    { status: "silenced" },
    'Attribute "status" has invalid format. Value must be one of (firing, resolved)',
  ],
  ["what is no url", { runbook: "docs" }, 'Attribute "runbook" has invalid format. Value must be a valid URL'],
  ["a url with an underscore in its host", { runbook: "http://a_b/" }, "Value must be a valid URL"],
  ["an empty url", { runbook: "" }, "Value must be a valid URL"],
  ["what is no time", { endsAt: "soon" }, 'Attribute "endsAt" has invalid type. Value must be valid date'],
  ["a time before the year 1000", { endsAt: "0001-01-01T00:00:00Z" }, "between 1000-01-01 00:00:00"],
  ["a number below the column's", { count: -1 }, 'Attribute "count" has invalid format'],
  ["part of a number", { count: 1.5 }, 'Attribute "count" has invalid format'],
  ["what is no list", { labels: "a" }, 'Attribute "labels" must be an array'],
  ["what is wrong in a list", { labels: ["a", 1] }, "Attribute \"labels['1']\" has invalid type"],
])("refuses %s", async (_, data, message) => {
  const { create, standIn } = await withTable();
  expect(await refusal(create("one", data))).toBe("400 row_invalid_structure");
  expect(standIn.log.at(-1)?.message).toContain(message);
  expect(standIn.rows("monitoring", "alerts")).toEqual([]);
});

it.each([
  ["emoji, which are one character each", { fingerprint: "🔥".repeat(20) }],
  ["a url of a host without dots", { runbook: "http://alertmanager:9093/#/alerts?a=b" }],
  ["a url of an address", { runbook: "http://10.0.0.84:9090/graph" }],
  ["null for what is optional", { endsAt: null, runbook: null, labels: null }],
])("takes %s", async (_, data) => {
  const { create } = await withTable();
  expect((await create("one", data)).$id).toBe("one");
});

it("says the same of a repeated id and of a repeated unique value: 409 row_already_exists", async () => {
  const { create } = await withTable();
  await create("one", {});
  expect(await refusal(create("one", { fingerprint: "b" }))).toBe("409 row_already_exists");
  expect(await refusal(create("two", {}))).toBe("409 row_already_exists");
  // As MariaDB compares text.
  expect(await refusal(create("two", { fingerprint: "A " }))).toBe("409 row_already_exists");
  await create("two", { fingerprint: "b" });
});

it("lets one of two deliveries at once make the row", async () => {
  const { create, standIn } = await withTable();
  const made = await Promise.all(Array.from({ length: 20 }, () => refusal(create(ID.unique(), {}))));
  expect(made.filter((answer) => answer === "it went well")).toHaveLength(1);
  expect(standIn.rows("monitoring", "alerts")).toHaveLength(1);
});

it("changes what is said of a row, and its time only when something changed", async () => {
  const { create, tables } = await withTable();
  const made = await create("one", { count: 7 });
  const same = await tables.updateRow<AlertRow>({ ...alerts, rowId: "one", data: { status: "firing" } });
  expect(same.$updatedAt).toBe(made.$updatedAt);
  await new Promise((resolve) => setTimeout(resolve, 2));
  const changed = await tables.updateRow<AlertRow>({
    ...alerts,
    rowId: "one",
    data: { status: "resolved", endsAt: "2026-01-01" },
  });
  expect(changed).toMatchObject({ status: "resolved", endsAt: "2026-01-01T00:00:00.000+00:00", count: 7 });
  expect(changed.$updatedAt > made.$updatedAt).toBe(true);
  expect(changed.$createdAt).toBe(made.$createdAt);
  expect(await refusal(tables.updateRow<AlertRow>({ ...alerts, rowId: "none", data: { count: 1 } }))).toBe(
    "404 row_not_found",
  );
  expect(await refusal(tables.updateRow<AlertRow>({ ...alerts, rowId: "one", data: {} }))).toBe(
    "400 row_missing_payload",
  );
});

it("refuses a change that another row's unique value forbids, and leaves the row", async () => {
  const { create, tables, standIn } = await withTable();
  await create("one", {});
  await create("two", { fingerprint: "b" });
  expect(await refusal(tables.updateRow<AlertRow>({ ...alerts, rowId: "two", data: { fingerprint: "a" } }))).toBe(
    "409 row_already_exists",
  );
  expect(standIn.rows("monitoring", "alerts").map(({ fingerprint }) => fingerprint)).toEqual(["a", "b"]);
  // A value that was given up is free again.
  await tables.updateRow<AlertRow>({ ...alerts, rowId: "one", data: { fingerprint: "c" } });
  await tables.updateRow<AlertRow>({ ...alerts, rowId: "two", data: { fingerprint: "a" } });
});

it("an upsert answers 200, whether it makes or changes", async () => {
  const { tables, standIn } = await withTable();
  const upsert = (data: object) => tables.upsertRow({ ...alerts, rowId: "one", data });
  await upsert({ ...alert, count: 7 });
  const changed = await upsert({ ...alert, status: "resolved" });
  expect(changed).toMatchObject({ $id: "one", status: "resolved", count: 7 });
  expect(standIn.log.slice(-2).map(({ status }) => status)).toEqual([200, 200]);
  // What is required must be said each time.
  expect(await refusal(upsert({ status: "firing" }))).toBe("400 row_invalid_structure");
});

it("an upsert under a new id of what a unique index knows changes the row that has it", async () => {
  const { create, tables, standIn } = await withTable();
  await create("one", {});
  const answered = await tables.upsertRow({ ...alerts, rowId: "two", data: { ...alert, status: "resolved" } });
  expect(answered.$id).toBe("two");
  expect(await refusal(tables.getRow({ ...alerts, rowId: "two" }))).toBe("404 row_not_found");
  expect(standIn.rows("monitoring", "alerts").map(({ $id, status }) => [$id, status])).toEqual([["one", "resolved"]]);
});

it("deletes a row, and its unique value is free", async () => {
  const { create, tables } = await withTable();
  await create("one", {});
  await tables.deleteRow({ ...alerts, rowId: "one" });
  expect(await refusal(tables.deleteRow({ ...alerts, rowId: "one" }))).toBe("404 row_not_found");
  await create("one", {});
});

it("takes up to 100 rows in one call, all or none", async () => {
  const { create, tables, standIn } = await withTable();
  const rows = (names: string[]) => names.map((name) => ({ ...alert, $id: name, fingerprint: name }));
  const many = Array.from({ length: 101 }, (_, at) => `row${at}`);
  expect((await tables.createRows({ ...alerts, rows: rows(many.slice(0, 100)) })).total).toBe(100);
  expect(await refusal(tables.createRows({ ...alerts, rows: rows(many) }))).toBe("400 general_argument_invalid");
  await create("one", { fingerprint: "one" });
  expect(await refusal(tables.createRows({ ...alerts, rows: rows(["two", "one"]) }))).toBe("409 row_already_exists");
  expect(standIn.rows("monitoring", "alerts")).toHaveLength(101);
  await create("two", { fingerprint: "two" });
});

it("lets the times of a row be said by who has a key", async () => {
  const { create } = await withTable();
  const made = await create("one", { $createdAt: "2020-01-01T00:00:00.000+00:00" });
  expect(made.$createdAt).toBe("2020-01-01T00:00:00.000+00:00");
});

it("has no rows for guests", async () => {
  const { create, standIn } = await withTable();
  await create("one", {});
  const { tables } = servicesOf(standIn, "");
  expect(await refusal(tables.listRows(alerts))).toBe("401 user_unauthorized");
  expect(await refusal(tables.getRow({ ...alerts, rowId: "one" }))).toBe("404 row_not_found");
  expect(await refusal(tables.createRow({ ...alerts, rowId: "two", data: alert }))).toBe("401 user_unauthorized");
});

it("enforces a new required column on old rows too, once they are changed", async () => {
  const { create, tables, services } = await withTable();
  await create("one", {});
  await tables.createStringColumn({ ...alerts, key: "instance", size: 10, required: true });
  await untilAvailable(services);
  expect((await tables.getRow({ ...alerts, rowId: "one" })).instance).toBeNull();
  expect(await refusal(tables.updateRow<AlertRow>({ ...alerts, rowId: "one", data: { count: 2 } }))).toBe(
    "400 row_invalid_structure",
  );
});

it("long text has as many characters as its column says, but only 65,535 bytes: beyond, a 500 that nobody expects", async () => {
  const { create, tables, services } = await withTable();
  await tables.createStringColumn({ ...alerts, key: "raw", size: 65_535, required: false });
  await untilAvailable(services);
  await create("ascii", { raw: "x".repeat(65_535) });
  expect(await refusal(create("more", { fingerprint: "b", raw: "x".repeat(65_536) }))).toBe(
    "400 row_invalid_structure",
  );
  const accented = { fingerprint: "c", raw: "é".repeat(32_768) };
  expect(await refusal(create("accented", accented))).toBe("500 general_unknown");
  await create("accented", { ...accented, raw: "é".repeat(32_767) });
});

it("changes all rows that are asked for in one call, if they are still as they were read", async () => {
  const { create, tables } = await withTable();
  const one = await create("one", {});
  await create("two", { fingerprint: "b" });
  const asRead = [Query.equal("$id", "one"), Query.equal("$updatedAt", one.$updatedAt)];
  const change = (queries: string[], count: number) => tables.updateRows({ ...alerts, queries, data: { count } });
  expect(await change(asRead, 5)).toMatchObject({ total: 1, rows: [{ $id: "one", count: 5 }] });
  expect((await tables.getRow<AlertRow>({ ...alerts, rowId: "two" })).count).not.toBe(5);
  expect((await change(asRead, 6)).total).toBe(0);
  expect((await change([], 7)).total).toBe(2);
  expect(await refusal(tables.updateRows({ ...alerts, queries: [], data: {} }))).toBe("400 row_missing_payload");
});

it("changes or deletes many rows in one call, more than a list returns", async () => {
  const { tables, standIn } = await withTable();
  const rows = Array.from({ length: 30 }, (_, at) => ({ ...alert, $id: `row${at}`, fingerprint: `row${at}` }));
  expect((await tables.upsertRows({ ...alerts, rows })).total).toBe(30);
  await tables.upsertRows({ ...alerts, rows: rows.slice(0, 2).map((row) => ({ ...row, status: "resolved" })) });
  expect(standIn.rows("monitoring", "alerts")).toHaveLength(30);
  const firing = [Query.equal("status", "firing")];
  expect((await tables.deleteRows({ ...alerts, queries: firing })).total).toBe(28);
  expect(standIn.rows("monitoring", "alerts").map(({ $id }) => $id)).toEqual(["row0", "row1"]);
});
