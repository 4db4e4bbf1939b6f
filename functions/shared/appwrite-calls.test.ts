import { Query } from "node-appwrite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { webhookAlert } from "../testing/alerts";
import { AppwriteServer } from "../testing/appwrite-server";
import { FakeAppwrite } from "../testing/fake-appwrite";
import { variables } from "../testing/run-function";
import { alertRow } from "./alert-row";
import { type AppwriteCalls, appwriteCalls } from "./appwrite-calls";
import { readSettings } from "./settings";

let appwrite: FakeAppwrite;
let server: AppwriteServer;
let calls: AppwriteCalls;

beforeEach(async () => {
  appwrite = new FakeAppwrite();
  server = await AppwriteServer.start(appwrite);
  calls = appwriteCalls(readSettings({ ...variables, APPWRITE_ENDPOINT: server.endpoint }, {}));
});

afterEach(() => server.stop());

const row = alertRow(
  webhookAlert({ annotations: { summary: "ü 😀 \u0000 \"'" } }),
  {},
  Date.parse("2026-11-24T12:00:00Z"),
);
const push = { messageId: "m1", title: "t", body: "b", topics: ["monitoring-alerts"], data: { a: "b" }, tag: "r1" };

it("reach Appwrite as the SDK makes them, with the key, in a format that 1.8 knows", async () => {
  await calls.createRow({ rowId: "r1", data: row });
  const { rows } = await calls.listRows({
    queries: [Query.equal("fingerprint", ["x", row.fingerprint]), Query.limit(100)],
  });
  expect(rows).toEqual([appwrite.row(row.fingerprint)]);
  expect(rows[0]?.summary).toBe(row.summary);
  const queries = [Query.equal("$id", ["r1"]), Query.equal("$updatedAt", [rows[0]?.$updatedAt ?? ""])];
  expect((await calls.updateRows({ queries, data: { status: "resolved" } })).total).toBe(1);
  expect((await calls.updateRows({ queries, data: { status: "firing" } })).total).toBe(0);
  await calls.createPush(push);
  await calls.getMessage({ messageId: "m1" });
  expect(appwrite.pushes).toEqual([push]);
  for (const { headers } of server.requests) {
    expect(headers).toMatchObject({
      "x-appwrite-project": "project",
      "x-appwrite-key": "standard_secret-of-the-function",
      "x-appwrite-response-format": "1.8.0",
    });
  }
});

it("fail with Appwrite's own words", async () => {
  await calls.createRow({ rowId: "r1", data: row });
  await expect(calls.createRow({ rowId: "r2", data: row })).rejects.toMatchObject({
    status: 409,
    type: "row_already_exists",
    isTemporary: false,
  });
  await calls.createPush(push);
  await expect(calls.createPush(push)).rejects.toMatchObject({
    status: 500,
    type: "general_unknown",
    isTemporary: true,
  });
  await expect(calls.getMessage({ messageId: "m2" })).rejects.toMatchObject({ status: 404, type: "message_not_found" });
});

it("fail when there is no answer, and when nobody is there", async () => {
  server.isSilent = true;
  const began = Date.now();
  await expect(calls.listRows({ queries: [] })).rejects.toMatchObject({
    status: 0,
    isTemporary: true,
    message: "Appwrite: no answer: it did not answer within 4 s",
  });
  expect(Date.now() - began).toBeLessThan(6_000);
  const nobody = appwriteCalls(readSettings({ ...variables, APPWRITE_ENDPOINT: "http://127.0.0.1:9/v1" }, {}));
  await expect(nobody.listRows({ queries: [] })).rejects.toMatchObject({ status: 0, isTemporary: true });
});
