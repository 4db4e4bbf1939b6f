import { expect, it } from "vitest";
import { refusal, servicesOf, startStandIn } from "./testing";

type Services = ReturnType<typeof servicesOf>;

const database = { databaseId: "none" };
const table = { ...database, tableId: "none" };
const own = { functionId: "none" };

/** A call → a scope that is enough for it, and what is said when it is there: 404, for there is nothing. */
const calls: [string, (services: Services) => Promise<unknown>, string[]][] = [
  ["get a database", ({ tables }) => tables.get(database), ["databases.read"]],
  ["delete a database", ({ tables }) => tables.delete(database), ["databases.write"]],
  ["get a table", ({ tables }) => tables.getTable(table), ["tables.read", "collections.read"]],
  ["delete a table", ({ tables }) => tables.deleteTable(table), ["tables.write", "collections.write"]],
  ["get a column", ({ tables }) => tables.getColumn({ ...table, key: "a" }), ["tables.read", "collections.read"]],
  [
    "delete a column",
    ({ tables }) => tables.deleteColumn({ ...table, key: "a" }),
    ["tables.write", "collections.write"],
  ],
  ["get an index", ({ tables }) => tables.getIndex({ ...table, key: "a" }), ["tables.read", "collections.read"]],
  [
    "delete an index",
    ({ tables }) => tables.deleteIndex({ ...table, key: "a" }),
    ["tables.write", "collections.write"],
  ],
  ["list rows", ({ tables }) => tables.listRows(table), ["rows.read", "documents.read"]],
  ["delete a row", ({ tables }) => tables.deleteRow({ ...table, rowId: "a" }), ["rows.write", "documents.write"]],
  ["get a function", ({ functions }) => functions.get(own), ["functions.read"]],
  ["delete a function", ({ functions }) => functions.delete(own), ["functions.write"]],
  ["list deployments", ({ functions }) => functions.listDeployments(own), ["functions.read"]],
  [
    "activate",
    ({ functions }) => functions.updateFunctionDeployment({ ...own, deploymentId: "a" }),
    ["functions.write"],
  ],
  ["list variables", ({ functions }) => functions.listVariables(own), ["functions.read"]],
  [
    "make a variable",
    ({ functions }) => functions.createVariable({ ...own, variableId: "a", key: "a", value: "" }),
    ["functions.write"],
  ],
  ["list executions", ({ functions }) => functions.listExecutions(own), ["execution.read"]],
  ["execute", ({ functions }) => functions.createExecution(own), ["execution.write"]],
  ["get a topic", ({ messaging }) => messaging.getTopic({ topicId: "a" }), ["topics.read"]],
  ["delete a topic", ({ messaging }) => messaging.deleteTopic({ topicId: "a" }), ["topics.write"]],
  ["get a message", ({ messaging }) => messaging.getMessage({ messageId: "a" }), ["messages.read"]],
  ["list subscribers", ({ messaging }) => messaging.listSubscribers({ topicId: "a" }), ["subscribers.read"]],
];

it.each(calls)("to %s one of the route's scopes is enough, and without it nothing goes", async (_, call, scopes) => {
  const keys = { none: [], ...Object.fromEntries(scopes.map((scope) => [scope, [scope]])) };
  const standIn = await startStandIn({ keys });
  expect(await refusal(call(servicesOf(standIn, "none")))).toBe("401 general_unauthorized_scope");
  for (const scope of scopes) expect(await refusal(call(servicesOf(standIn, scope)))).toMatch(/^404 /);
});

it("no route asks for the scopes of columns and indexes, nor for executions in the plural", async () => {
  const scopes = ["columns.read", "indexes.read", "attributes.read", "executions.write", "functions.execute"];
  const standIn = await startStandIn({ keys: { little: scopes } });
  const { tables, functions } = servicesOf(standIn, "little");
  const refused = "401 general_unauthorized_scope";
  expect(await refusal(tables.getColumn({ ...table, key: "a" }))).toBe(refused);
  expect(await refusal(tables.getIndex({ ...table, key: "a" }))).toBe(refused);
  expect(await refusal(functions.createExecution(own))).toBe(refused);
});

it("names the scopes that are missing", async () => {
  const { tables } = servicesOf(await startStandIn({ keys: { none: [] } }), "none");
  await expect(tables.getTable(table)).rejects.toThrow(
    'app.lab@service.127.0.0.1 (role: applications) missing scopes (["tables.read","collections.read"])',
  );
});

it.each([
  ["a key that it does not know", "unknown", "lab", "401 user_unauthorized"],
  ["a key that has expired", "expired", "lab", "401 project_key_expired"],
  ["a key that is called like what every object has", "constructor", "lab", "401 user_unauthorized"],
  ["a key of no kind, whose caller is a guest", "some_key", "lab", "401 general_unauthorized_scope"],
  ["a project that it does not know", "admin", "other", "404 project_not_found"],
  ["no key", "", "lab", "401 general_unauthorized_scope"],
])("refuses %s", async (_, key, project, wanted) => {
  const standIn = await startStandIn({ keys: { admin: ["databases.read"], expired: { scopes: [], expired: true } } });
  expect(await refusal(servicesOf(standIn, key, project).tables.list())).toBe(wanted);
});

it("takes who comes with a bearer token for a guest", async () => {
  const { url } = await startStandIn();
  const headers = { "x-appwrite-project": "lab", authorization: "Bearer admin", "content-type": "application/json" };
  const answer = await fetch(`${url}/functions`, { method: "POST", headers, body: "{}" });
  const { type, message } = (await answer.json()) as { type: string; message: string };
  expect([answer.status, type, message]).toEqual([
    401,
    "general_unauthorized_scope",
    'User (role: guests) missing scopes (["functions.write"])',
  ]);
});

it("looks at project and scope before any parameter", async () => {
  const standIn = await startStandIn({ keys: { none: [], some: ["databases.write"] } });
  const withoutName = { databaseId: "_wrong" } as { databaseId: string; name: string };
  const create = (key: string, project: string) => {
    const body = JSON.stringify(withoutName);
    const headers = { "x-appwrite-project": project, "x-appwrite-key": key, "content-type": "application/json" };
    return fetch(`${standIn.url}/tablesdb`, { method: "POST", headers, body }).then(async (answer) => {
      return `${answer.status} ${((await answer.json()) as { type: string }).type}`;
    });
  };
  expect(await create("some", "other")).toBe("404 project_not_found");
  expect(await create("none", "lab")).toBe("401 general_unauthorized_scope");
  expect(await create("some", "lab")).toBe("400 general_argument_invalid");
});
