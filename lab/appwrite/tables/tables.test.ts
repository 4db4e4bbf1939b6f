import { Query } from "node-appwrite";
import { expect, it } from "vitest";
import { alerts, makeTable, refusal, servicesOf, startStandIn, until } from "../testing";

it("makes, changes, lists and deletes databases", async () => {
  const { tables } = servicesOf(await startStandIn());
  const made = await tables.create({ databaseId: "monitoring", name: "Monitoring" });
  expect(made).toMatchObject({ $id: "monitoring", name: "Monitoring", enabled: true, type: "tablesdb" });
  expect(made.$createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
  expect(await refusal(tables.create({ databaseId: "monitoring", name: "Again" }))).toBe("409 database_already_exists");
  await tables.update({ databaseId: "monitoring", name: "Renamed" });
  expect((await tables.list()).databases.map(({ name }) => name)).toEqual(["Renamed"]);
  await tables.delete({ databaseId: "monitoring" });
  expect(await refusal(tables.get({ databaseId: "monitoring" }))).toBe("404 database_not_found");
});

it("makes an id where it is asked for one", async () => {
  const { tables } = servicesOf(await startStandIn());
  const { $id } = await tables.create({ databaseId: "unique()", name: "Any" });
  expect($id).toMatch(/^[0-9a-f]{20}$/);
});

it("makes, changes, lists and deletes tables", async () => {
  const services = servicesOf(await startStandIn());
  const { tables } = services;
  await makeTable(services);
  const none = { $permissions: [], rowSecurity: false, enabled: true, columns: [], indexes: [] };
  expect(await tables.getTable(alerts)).toMatchObject({
    $id: "alerts",
    name: "Alerts",
    databaseId: "monitoring",
    ...none,
  });
  expect(await refusal(tables.createTable({ ...alerts, name: "Again" }))).toBe("409 table_already_exists");
  await tables.updateTable({ ...alerts, name: "Renamed", permissions: ['read("any")'], rowSecurity: true });
  // What is left out goes back to its default, but for the permissions.
  const updated = await tables.updateTable({ ...alerts, name: "Renamed" });
  expect(updated).toMatchObject({ name: "Renamed", $permissions: ['read("any")'], rowSecurity: false });
  const found = await tables.listTables({ databaseId: "monitoring", queries: [Query.equal("name", "Renamed")] });
  expect([found.total, found.tables[0]?.$id]).toEqual([1, "alerts"]);
  await tables.deleteTable(alerts);
  expect(await refusal(tables.getTable(alerts))).toBe("404 table_not_found");
  expect(await refusal(tables.getTable({ ...alerts, databaseId: "none" }))).toBe("404 database_not_found");
});

it("ignores columns and indexes that are given with a table", async () => {
  const { tables } = servicesOf(await startStandIn());
  await tables.create({ databaseId: "monitoring", name: "Monitoring" });
  const columns = [{ key: "a", type: "string", size: 10, required: true }];
  const indexes = [{ key: "a", type: "key", attributes: ["a"] }];
  const made = await tables.createTable({ ...alerts, name: "Alerts", columns, indexes });
  expect([made.columns, made.indexes]).toEqual([[], []]);
});

it("says nothing of a row's bytes, as newer servers do", async () => {
  const services = servicesOf(await startStandIn());
  await makeTable(services);
  expect(await services.tables.getTable(alerts)).not.toHaveProperty("bytesMax");
});

it("forgets what was in a deleted database or table", async () => {
  const standIn = await startStandIn();
  const services = servicesOf(standIn);
  await makeTable(services);
  await services.tables.createStringColumn({ ...alerts, key: "a", size: 10, required: true });
  await until(async () => (await services.tables.getColumn({ ...alerts, key: "a" })).status === "available");
  await services.tables.createRow({ ...alerts, rowId: "one", data: { a: "x" } });
  await services.tables.delete({ databaseId: "monitoring" });
  await makeTable(services);
  expect((await services.tables.getTable(alerts)).columns).toEqual([]);
  expect(standIn.rows("monitoring", "alerts")).toEqual([]);
});
