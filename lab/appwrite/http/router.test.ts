import { expect, it } from "vitest";
import { alerts, makeTable, refusal, servicesOf, startStandIn } from "../testing";
import { match, noContent, route } from "./router";

it("takes the route whose path says most", () => {
  const [general, exact] = [
    route("GET", "/messages/:id", [], {}, () => noContent),
    route("GET", "/messages/push", [], {}, () => noContent),
  ];
  expect(match([general, exact], "GET", "/messages/push").route).toBe(exact);
  expect(match([exact, general], "GET", "/messages/push").route).toBe(exact);
  expect(match([exact, general], "GET", "/messages/a%20b").fromPath).toEqual({ id: "a b" });
});

it("does not know what came after 1.8.1", async () => {
  const services = servicesOf(await startStandIn());
  await makeTable(services);
  const { tables } = services;
  const text = { ...alerts, key: "a", required: false };
  const unknown = "404 general_route_not_found";
  expect(await refusal(tables.createVarcharColumn({ ...text, size: 10 }))).toBe(unknown);
  expect(await refusal(tables.createTextColumn(text))).toBe(unknown);
  expect(await refusal(tables.createMediumtextColumn(text))).toBe(unknown);
  expect(await refusal(tables.createLongtextColumn(text))).toBe(unknown);
  expect(await refusal(tables.createBigIntColumn({ ...alerts, key: "a", required: false }))).toBe(unknown);
});

it.each([
  ["that is missing", { databaseId: "monitoring" }, 'Param "name" is not optional.'],
  [
    "that is empty",
    { databaseId: "monitoring", name: "" },
    "Invalid `name` param: Value must be a valid string and at least 1 chars and no longer than 128 chars",
  ],
  ["that is too long", { databaseId: "monitoring", name: "x".repeat(129) }, "Invalid `name` param"],
  [
    "of another type",
    { databaseId: "monitoring", name: "M", enabled: "true" },
    "Invalid `enabled` param: Value must be a valid boolean",
  ],
  ["that is no id", { databaseId: "-monitoring", name: "M" }, "Invalid `databaseId` param"],
  ["that is too long for an id", { databaseId: "a".repeat(37), name: "M" }, "Invalid `databaseId` param"],
])("refuses a parameter %s, and says which", async (_, sent, message) => {
  const { url } = await startStandIn();
  const headers = { "x-appwrite-project": "lab", "x-appwrite-key": "admin", "content-type": "application/json" };
  const answer = await fetch(`${url}/tablesdb`, { method: "POST", headers, body: JSON.stringify(sent) });
  const error = (await answer.json()) as { type: string; message: string };
  expect([answer.status, error.type]).toEqual([400, "general_argument_invalid"]);
  expect(error.message).toContain(message);
});

it("ignores what it does not know", async () => {
  const { url } = await startStandIn();
  const headers = { "x-appwrite-project": "lab", "x-appwrite-key": "admin", "content-type": "application/json" };
  const body = JSON.stringify({ databaseId: "monitoring", name: "M", replicas: 3 });
  const answer = await fetch(`${url}/tablesdb`, { method: "POST", headers, body });
  expect([answer.status, Object.keys((await answer.json()) as object)]).toEqual([
    201,
    ["$id", "name", "$createdAt", "$updatedAt", "enabled", "type"],
  ]);
});

it("takes JSON with half a character in it for no JSON at all, as PHP does", async () => {
  const { url } = await startStandIn();
  const headers = { "x-appwrite-project": "lab", "x-appwrite-key": "admin", "content-type": "application/json" };
  const create = (name: string) => {
    const body = JSON.stringify({ databaseId: "monitoring", name });
    return fetch(`${url}/tablesdb`, { method: "POST", headers, body });
  };
  const cut = "🔥".slice(0, 1);
  const answer = await create(`fire ${cut}`);
  expect(((await answer.json()) as { message: string }).message).toBe('Param "databaseId" is not optional.');
  expect((await create("fire 🔥")).status).toBe(201);
});
