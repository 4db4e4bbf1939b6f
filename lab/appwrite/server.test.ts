import { Client, TablesDB } from "node-appwrite";
import { expect, it, vi } from "vitest";
import { AppwriteStandIn } from "./server";
import { servicesOf, startStandIn } from "./testing";

it("warns that the SDK is newer than the server, and the SDK prints it", async () => {
  const { url } = await startStandIn();
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  await new TablesDB(new Client().setEndpoint(url).setProject("lab").setKey("admin")).list();
  expect(warned.mock.calls[0]?.[0]).toContain(
    "built for Appwrite 1.9.5. However, the current Appwrite server version is 1.8.1",
  );
});

it("warns nobody who asks for a format that it knows", async () => {
  const { url } = await startStandIn();
  const headers = { "x-appwrite-project": "lab", "x-appwrite-key": "admin", "x-appwrite-response-format": "1.8.0" };
  const answer = await fetch(`${url}/tablesdb`, { headers });
  expect([answer.status, answer.headers.get("x-appwrite-warning"), answer.headers.get("server")]).toEqual([
    200,
    null,
    "Appwrite",
  ]);
});

it("says its version to callers without a key or a project, and not to those with a key", async () => {
  const { url } = await startStandIn();
  const version = (headers: Record<string, string>) => fetch(`${url}/health/version`, { headers });
  expect(await (await version({})).json()).toEqual({ version: "1.8.1" });
  expect((await version({ "x-appwrite-project": "lab" })).status).toBe(200);
  expect((await version({ "x-appwrite-project": "lab", "x-appwrite-key": "admin" })).status).toBe(401);
});

it("says that it is well to any key of the project", async () => {
  const { url } = await startStandIn({ keys: { little: [] } });
  const health = (headers: Record<string, string>) => fetch(`${url}/health`, { headers });
  const answer = await health({ "x-appwrite-project": "lab", "x-appwrite-key": "little" });
  expect([answer.status, await answer.json()]).toEqual([200, { name: "http", status: "pass", ping: 0 }]);
  expect((await health({ "x-appwrite-project": "lab" })).status).toBe(401);
});

it("answers with an error's message, code, type and version", async () => {
  const { url } = await startStandIn();
  const answer = await fetch(`${url}/tablesdb/none`, {
    headers: { "x-appwrite-project": "lab", "x-appwrite-key": "admin" },
  });
  const error = { message: "Database not found", code: 404, type: "database_not_found", version: "1.8.1" };
  expect([answer.status, await answer.json()]).toEqual([404, error]);
});

it("keeps a log of the requests", async () => {
  const standIn = await startStandIn();
  const { tables } = servicesOf(standIn);
  await tables.create({ databaseId: "monitoring", name: "Monitoring" });
  await tables.get({ databaseId: "none" }).catch(() => {});
  expect(standIn.log.map(({ method, path, status, type }) => [method, path, status, type])).toEqual([
    ["POST", "/tablesdb", 201, undefined],
    ["GET", "/tablesdb/none", 404, "database_not_found"],
  ]);
});

it("says why it cannot start where something else listens", async () => {
  const { port } = await startStandIn();
  await expect(AppwriteStandIn.start({ projectId: "lab", keys: {}, port })).rejects.toThrow(/EADDRINUSE/);
});
