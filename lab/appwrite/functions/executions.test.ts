import { ExecutionMethod, type Models, Query } from "node-appwrite";
import { expect, it } from "vitest";
import { allScopes } from "../scopes";
import { bundle, deploy, refusal, servicesOf, startStandIn, until } from "../testing";

const functionId = "tried";
/** Answers with what it got. */
const echo = `module.exports = async ({ req, res, log, error }) => {
  log("seen", req.method); error("one");
  const { method, path, query, headers, bodyText, body, url } = req;
  return res.json({ method, path, query, headers, bodyText, body, url, env: process.env }, 200, { "x-own": "1" });
};`;

async function withFunction(
  main: string,
  settings: Parameters<typeof deploy>[2] = {},
  options: Parameters<typeof startStandIn>[0] = {},
) {
  const standIn = await startStandIn(options);
  const services = servicesOf(standIn);
  await deploy(services, main, settings);
  return { standIn, services, functions: services.functions };
}

const headerOf = ({ responseHeaders }: Models.Execution, wanted: string) =>
  responseHeaders.find(({ name }) => name === wanted)?.value;

it("runs the bundle and answers with what it says: 201", async () => {
  const { functions, standIn } = await withFunction(echo);
  const execution = await functions.createExecution({
    functionId,
    body: JSON.stringify({ a: 1 }),
    xpath: "/hook?x=1&y=a=b",
    method: ExecutionMethod.PUT,
    headers: { "Content-Type": "application/json", "x-mine": "2" },
  });
  expect(standIn.log.at(-1)?.status).toBe(201);
  expect(execution).toMatchObject({
    functionId,
    trigger: "http",
    status: "completed",
    requestMethod: "PUT",
    requestPath: "/hook?x=1&y=a=b",
    responseStatusCode: 200,
    logs: "seen PUT",
    errors: "one",
  });
  expect(execution.duration).toBeGreaterThan(0);
  expect(headerOf(execution, "content-type")).toBe("application/json; charset=utf-8");
  expect([headerOf(execution, "x-own"), headerOf(execution, "x-appwrite-execution-id")]).toEqual(["1", execution.$id]);
  const seen = JSON.parse(execution.responseBody);
  expect(seen).toMatchObject({
    method: "PUT",
    path: "/hook",
    query: { x: "1", y: "a=b" },
    bodyText: '{"a":1}',
    body: { a: 1 },
    headers: {
      "content-type": "application/json",
      "x-mine": "2",
      "x-appwrite-trigger": "http",
      "x-appwrite-execution-id": execution.$id,
    },
  });
});

it("gives a function its variables and Appwrite's own, and nothing of the server's environment", async () => {
  const { functions, standIn } = await withFunction(echo);
  await functions.createVariable({ functionId, variableId: "any", key: "MINE", value: "a secret" });
  process.env.OF_THE_SERVER = "1";
  const { env } = JSON.parse((await functions.createExecution({ functionId })).responseBody);
  delete process.env.OF_THE_SERVER;
  expect(env).toMatchObject({
    MINE: "a secret",
    APPWRITE_FUNCTION_API_ENDPOINT: standIn.url,
    APPWRITE_FUNCTION_PROJECT_ID: "lab",
    APPWRITE_FUNCTION_ID: functionId,
    APPWRITE_FUNCTION_RUNTIME_VERSION: "22",
    APPWRITE_VERSION: "1.8.1",
  });
  expect(env).not.toHaveProperty("OF_THE_SERVER");
});

it("has no user's header where a key calls, as empty headers never arrive", async () => {
  const { functions } = await withFunction(echo);
  const { headers } = JSON.parse((await functions.createExecution({ functionId })).responseBody);
  expect(headers["x-appwrite-key"]).toMatch(/^dynamic_/);
  expect(headers).not.toHaveProperty("x-appwrite-user-id");
  expect(headers).not.toHaveProperty("x-appwrite-user-jwt");
});

it("takes no headers that look like Appwrite's", async () => {
  const { functions } = await withFunction(echo);
  const forged = functions.createExecution({ functionId, headers: { "x-appwrite-trigger": "schedule" } });
  expect(await refusal(forged)).toBe("400 general_argument_invalid");
});

it("gives a function a key with the function's scopes alone", async () => {
  const { functions, standIn } = await withFunction(echo, { scopes: ["topics.read"] as never[] });
  const { headers } = JSON.parse((await functions.createExecution({ functionId })).responseBody);
  const own = servicesOf(standIn, headers["x-appwrite-key"]);
  expect((await own.messaging.listTopics()).total).toBe(0);
  expect(await refusal(own.tables.list())).toBe("401 general_unauthorized_scope");
  const other = await startStandIn();
  // A key of another server is taken for one that has expired.
  expect(await refusal(servicesOf(other, headers["x-appwrite-key"]).messaging.listTopics())).toBe(
    "401 project_key_expired",
  );
});

it("has no deployment to execute before the first build is ready: 404", async () => {
  const standIn = await startStandIn();
  const { functions } = servicesOf(standIn);
  const base = { functionId, name: "Tried", runtime: "node-22" as never, entrypoint: "main.js" };
  await functions.create(base);
  expect(await refusal(functions.createExecution({ functionId }))).toBe("404 deployment_not_found");
  standIn.delayStates(60);
  await functions.createDeployment({ functionId, code: await bundle({ "main.js": echo }), activate: true });
  expect(await refusal(functions.createExecution({ functionId }))).toBe("404 deployment_not_found");
});

it("runs asynchronously: 202 waiting, and later completed, without the body of its answer", async () => {
  const { functions, standIn } = await withFunction(echo);
  const { $id, status } = await functions.createExecution({ functionId, async: true });
  expect([status, standIn.log.at(-1)?.status]).toEqual(["waiting", 202]);
  const get = () => functions.getExecution({ functionId, executionId: $id });
  await until(async () => (await get()).status === "completed");
  expect(await get()).toMatchObject({ responseStatusCode: 200, logs: "seen POST", responseBody: "" });
  await functions.deleteExecution({ functionId, executionId: $id });
  expect(await refusal(get())).toBe("404 execution_not_found");
});

it("keeps the body of an answer out of what can be read later", async () => {
  const { functions } = await withFunction(echo);
  const { $id, responseBody } = await functions.createExecution({ functionId });
  expect(responseBody).not.toBe("");
  expect((await functions.getExecution({ functionId, executionId: $id })).responseBody).toBe("");
});

it("a body that is Alertmanager's own is ignored: 201, and the function's body is empty", async () => {
  const { standIn } = await withFunction(echo);
  const headers = { "x-appwrite-project": "lab", "x-appwrite-key": "admin", "content-type": "application/json" };
  const body = JSON.stringify({ receiver: "critical-team", status: "firing", alerts: [], version: "4" });
  const answer = await fetch(`${standIn.url}/functions/tried/executions`, { method: "POST", headers, body });
  const execution = (await answer.json()) as Models.Execution;
  expect([answer.status, JSON.parse(execution.responseBody).bodyText]).toEqual([201, ""]);
});

it("a body that is an object is refused", async () => {
  const { functions } = await withFunction(echo);
  const body = { alerts: [] } as unknown as string;
  expect(await refusal(functions.createExecution({ functionId, body }))).toBe("400 general_argument_invalid");
});

it.each([
  ["throws", "module.exports = () => { throw new Error('broken') }", 500, "Error: broken"],
  ["answers 500", "module.exports = ({ res }) => res.text('no', 500)", 500, ""],
  ["returns nothing", "module.exports = () => {}", 500, "Return statement missing"],
  [
    "cannot be loaded",
    "module.exports = require('none')",
    503,
    "Failed to load module: Error: Cannot find module 'none'",
  ],
  ["is no function", "module.exports = 1", 503, "Function signature invalid"],
  ["ends its process", "module.exports = () => process.exit(3)", 500, "The function's process ended (exit code 3)"],
])("a function that %s has failed, in a 201", async (_, main, status, error) => {
  const { functions } = await withFunction(main);
  const execution = await functions.createExecution({ functionId });
  expect(execution).toMatchObject({ status: "failed", responseStatusCode: status });
  expect(execution.errors).toContain(error);
});

it("a function's own 4xx is a completed execution", async () => {
  const { functions } = await withFunction("module.exports = ({ res }) => res.text('wrong', 422)");
  const execution = await functions.createExecution({ functionId });
  expect(execution).toMatchObject({ status: "completed", responseStatusCode: 422, responseBody: "wrong" });
});

it.each([
  ["text", "res.text('a')", 200, "a", "content-type", "text/plain; charset=utf-8"],
  ["json", "res.json({ a: 1 }, 201)", 201, '{"a":1}', "content-type", "application/json; charset=utf-8"],
  ["empty", "res.empty()", 204, "", "content-type", "text/plain; charset=utf-8"],
  ["send", "res.send('a', 202, { 'X-A': 'b' })", 202, "a", "x-a", "b"],
  ["binary", "res.binary(Buffer.from('a'))", 200, "a", "content-type", "text/plain; charset=utf-8"],
  ["redirect", "res.redirect('https://example.org')", 301, "", "location", "https://example.org"],
])("answers by res.%s", async (_, call, status, body, header, value) => {
  const { functions } = await withFunction(`exports.default = async ({ res }) => ${call}`);
  const execution = await functions.createExecution({ functionId });
  expect(execution).toMatchObject({ responseStatusCode: status, responseBody: body });
  expect(headerOf(execution, header)).toBe(value);
});

it("fails after the function's timeout", async () => {
  const { functions } = await withFunction("module.exports = () => new Promise(() => {})", { timeout: 1 });
  const execution = await functions.createExecution({ functionId });
  expect(execution).toMatchObject({ status: "failed", responseStatusCode: 500, errors: "Execution timed out." });
});

it("answers 408 when a synchronous execution takes too long, and the execution has failed", async () => {
  const main =
    "module.exports = async ({ res }) => { await new Promise((r) => setTimeout(r, 200)); return res.empty(); }";
  const { functions, standIn } = await withFunction(main, {}, { synchronousMs: 50 });
  expect(await refusal(functions.createExecution({ functionId }))).toBe("408 function_synchronous_timeout");
  expect(standIn.executions).toMatchObject([{ status: "failed", responseStatusCode: 500 }]);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(standIn.executions[0]?.status).toBe("failed");
});

it("keeps a function's process, its module and its variables for the next execution", async () => {
  const main = "let calls = 0; module.exports = ({ res }) => res.text(++calls + ' ' + process.env.A)";
  const { functions, standIn } = await withFunction(main);
  const say = async () => (await functions.createExecution({ functionId })).responseBody;
  const { $id: variableId } = await functions.createVariable({ functionId, variableId: "any", key: "A", value: "old" });
  expect([await say(), await say()]).toEqual(["1 old", "2 old"]);
  await functions.updateVariable({ functionId, variableId, key: "A", value: "new" });
  expect(await say()).toBe("3 old");
  standIn.coolDown();
  expect(await say()).toBe("1 new");
});

it("ends a process that had nothing to do for a while", async () => {
  const main = "let calls = 0; module.exports = ({ res }) => res.text(String(++calls))";
  const { functions } = await withFunction(main, {}, { idleMs: 50 });
  const say = async () => (await functions.createExecution({ functionId })).responseBody;
  expect([await say(), await say()]).toEqual(["1", "2"]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await say()).toBe("1");
});

it("runs another deployment's code once that is active", async () => {
  const { functions, services } = await withFunction("module.exports = ({ res }) => res.text('first')");
  const say = async () => (await functions.createExecution({ functionId })).responseBody;
  expect(await say()).toBe("first");
  const code = await bundle({ "main.js": "module.exports = ({ res }) => res.text('second')" });
  await services.functions.createDeployment({ functionId, code, activate: true });
  await until(async () => (await say()) === "second");
});

it("runs several executions at once, and keeps their logs apart", async () => {
  const main = `module.exports = async ({ req, res, log }) => {
    log("begin", req.bodyText); await new Promise((r) => setTimeout(r, 50)); console.log("end", req.bodyText);
    return res.empty();
  }`;
  const { functions } = await withFunction(main);
  await functions.createExecution({ functionId });
  const started = Date.now();
  const bodies = Array.from({ length: 20 }, (_, at) => String(at));
  const all = await Promise.all(bodies.map((body) => functions.createExecution({ functionId, body })));
  expect(Date.now() - started).toBeLessThan(900);
  expect(all.map(({ logs }) => logs)).toEqual(bodies.map((body) => `begin ${body}\nend ${body}`));
});

it("keeps no logs where logging is off", async () => {
  const { functions } = await withFunction(echo, { logging: false });
  expect(await functions.createExecution({ functionId })).toMatchObject({ logs: "", errors: "" });
});

it("runs by schedule, and fails where there is nothing to run", async () => {
  const { standIn, functions, services } = await withFunction(echo, { schedule: "*/5 * * * *" });
  const { trigger, status, responseStatusCode } = await standIn.runSchedule(functionId);
  expect([trigger, status, responseStatusCode]).toEqual(["schedule", "completed", 200]);
  const { total } = await functions.listExecutions({ functionId, queries: [Query.equal("trigger", "schedule")] });
  expect(total).toBe(1);
  const { deploymentId } = await functions.get({ functionId });
  await services.functions.deleteDeployment({ functionId, deploymentId });
  expect(await standIn.runSchedule(functionId)).toMatchObject({ status: "failed", responseStatusCode: 500 });
});

it("is for who has the scope; guests need the function to allow anybody", async () => {
  const keys = { admin: allScopes, caller: ["execution.write"], reader: ["execution.read"] };
  const { standIn, functions } = await withFunction(echo, {}, { keys });
  const execute = (key: string) => refusal(servicesOf(standIn, key).functions.createExecution({ functionId }));
  expect(await execute("caller")).toBe("it went well");
  expect(await execute("reader")).toBe("401 general_unauthorized_scope");
  expect(await execute("")).toBe("401 user_unauthorized");
  await functions.update({ functionId, name: "Tried", execute: ["any"] });
  expect(await execute("")).toBe("it went well");
});
