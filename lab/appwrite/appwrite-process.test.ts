import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Client, Messaging } from "node-appwrite";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { AppwriteProcess } from "./appwrite-process";
import { allScopes } from "./scopes";
import { until } from "./testing";

const folder = mkdtempSync(path.join(os.tmpdir(), "appwrite-test-"));
const account = { accountSid: `AC${"0".repeat(32)}`, authToken: "a token" };
const settings = { projectId: "lab", keys: { admin: allScopes }, folder, twilio: account };
let running: AppwriteProcess;

beforeAll(async () => {
  running = await AppwriteProcess.start(settings);
}, 30_000);

afterAll(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

function messaging(): Messaging {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  return new Messaging(new Client().setEndpoint(running.url).setProject("lab").setKey("admin"));
}

it("runs in a process of its own, and says what it takes", async () => {
  await messaging().createPush({ messageId: "one", title: "ServerDown", topics: ["critical-alerts"] });
  await until(() => running.messages.length === 1);
  expect(running.messages).toMatchObject([{ id: "one", topic: "critical-alerts", title: "ServerDown", body: "" }]);
  const authorization = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString("base64")}`;
  const body = new URLSearchParams({ To: "+15551234567", From: "+15557654321", Body: "ServerDown" });
  const url = `${running.twilioUrl}/2010-04-01/Accounts/${account.accountSid}/Messages.json`;
  expect((await fetch(url, { method: "POST", headers: { authorization }, body })).status).toBe(201);
  await until(() => running.sms.length === 1);
});

it("does what it is told", async () => {
  const answers = () =>
    messaging()
      .listTopics()
      .then(
        () => true,
        () => false,
      );
  running.tell({ away: true });
  await until(async () => !(await answers()));
  running.tell({ away: false });
  await until(answers);
});

it("goes on with what its folder keeps when it was killed", async () => {
  await running.kill();
  running = await AppwriteProcess.start(settings);
  expect((await messaging().getMessage({ messageId: "one" })).data).toMatchObject({ title: "ServerDown" });
}, 30_000);
