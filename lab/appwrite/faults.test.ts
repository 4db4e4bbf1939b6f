import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { allScopes } from "./scopes";
import { AppwriteStandIn } from "./server";
import { alerts, deploy, makeTable, refusal, servicesOf, startStandIn, until, untilAvailable } from "./testing";

it("drops every connection while it is away", async () => {
  const standIn = await startStandIn();
  const { tables } = servicesOf(standIn);
  await tables.list();
  standIn.away = true;
  const lost = () => refusal(tables.create({ databaseId: "monitoring", name: "Monitoring" }));
  expect([await lost(), await lost()]).toEqual(["fetch failed", "fetch failed"]);
  standIn.away = false;
  // Nothing was done meanwhile.
  expect((await tables.list()).total).toBe(0);
});

it("loses the next answers: the work is done, and nobody is told", async () => {
  const standIn = await startStandIn();
  const { tables } = servicesOf(standIn);
  standIn.loseNextAnswer();
  const database = { databaseId: "monitoring", name: "Monitoring" };
  expect(await refusal(tables.create(database))).toBe("fetch failed");
  expect(standIn.log.map(({ status, lost }) => [status, lost])).toEqual([[201, true]]);
  expect(await refusal(tables.create(database))).toBe("409 database_already_exists");
});

it("loses the answers of some requests alone", async () => {
  const standIn = await startStandIn();
  const { tables } = servicesOf(standIn);
  standIn.loseNextAnswer(2, "POST /tablesdb");
  expect((await tables.list()).total).toBe(0);
  expect(await refusal(tables.create({ databaseId: "a", name: "A" }))).toBe("fetch failed");
  expect(await refusal(tables.create({ databaseId: "b", name: "B" }))).toBe("fetch failed");
  await tables.create({ databaseId: "c", name: "C" });
  expect((await tables.list()).total).toBe(3);
});

it("fails an index as it fails a column", async () => {
  const standIn = await startStandIn();
  const services = servicesOf(standIn);
  await makeTable(services);
  await services.tables.createStringColumn({ ...alerts, key: "a", size: 10, required: false });
  await untilAvailable(services);
  standIn.failNextColumn("no room");
  await services.tables.createIndex({ ...alerts, key: "a", type: "key" as never, columns: ["a"] });
  await until(async () => (await services.tables.getIndex({ ...alerts, key: "a" })).status === "failed");
  expect((await services.tables.getIndex({ ...alerts, key: "a" })).error).toBe("no room");
});

it("a folder keeps everything over a restart: rows, unique values, functions, keys of functions", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "appwrite-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const first = await startStandIn({ folder });
  const before = servicesOf(first);
  await makeTable(before);
  await before.tables.createStringColumn({ ...alerts, key: "fingerprint", size: 10, required: true });
  await untilAvailable(before);
  await before.tables.createIndex({ ...alerts, key: "a", type: "unique" as never, columns: ["fingerprint"] });
  await untilAvailable(before);
  await before.tables.createRow({ ...alerts, rowId: "one", data: { fingerprint: "a" } });
  await before.tables.createRow({ ...alerts, rowId: "gone", data: { fingerprint: "b" } });
  await before.tables.deleteRow({ ...alerts, rowId: "gone" });
  await deploy(before, "module.exports = ({ req, res }) => res.text(req.headers['x-appwrite-key'])");
  const { responseBody: key } = await before.functions.createExecution({ functionId: "tried" });
  // What is under way when it ends goes on afterwards.
  first.delayStates(10_000);
  await before.tables.createBooleanColumn({ ...alerts, key: "late", required: false });
  await first.stop();

  const second = await startStandIn({ folder });
  const after = servicesOf(second);
  await untilAvailable(after);
  expect(second.rows("monitoring", "alerts").map(({ $id }) => $id)).toEqual(["one"]);
  const again = after.tables.createRow({ ...alerts, rowId: "two", data: { fingerprint: "a" } });
  expect(await refusal(again)).toBe("409 row_already_exists");
  expect((await after.functions.createExecution({ functionId: "tried" })).status).toBe("completed");
  expect(await refusal(servicesOf(second, key).messaging.listTopics())).toBe("401 general_unauthorized_scope");
  expect(second.executions).toHaveLength(2);
});

it("forgets everything without a folder", async () => {
  const standIn = await AppwriteStandIn.start({ projectId: "lab", keys: { admin: allScopes } });
  await makeTable(servicesOf(standIn));
  await standIn.stop();
  const { tables } = servicesOf(await startStandIn());
  expect((await tables.list()).total).toBe(0);
});
