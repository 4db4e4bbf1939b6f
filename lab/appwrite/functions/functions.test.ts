import { Query, Runtime } from "node-appwrite";
import { expect, it } from "vitest";
import { refusal, servicesOf, startStandIn } from "../testing";

const tried = { functionId: "tried", name: "Tried", runtime: Runtime.Node22 };

async function withFunction() {
  const standIn = await startStandIn();
  const { functions } = servicesOf(standIn);
  await functions.create({ ...tried, entrypoint: "main.js", timeout: 60, schedule: "*/5 * * * *" });
  return { standIn, functions };
}

it("makes a function, with its defaults, and answers without what newer servers have", async () => {
  const { functions } = servicesOf(await startStandIn());
  const made = await functions.create(tried);
  expect(made).toMatchObject({
    $id: "tried",
    runtime: "node-22",
    execute: [],
    scopes: [],
    timeout: 15,
    enabled: true,
    logging: true,
    live: true,
    schedule: "",
    deploymentId: "",
    latestDeploymentStatus: "",
    vars: [],
    version: "v5",
    specification: "s-1vcpu-512mb",
  });
  for (const later of ["buildSpecification", "runtimeSpecification", "deploymentRetention"]) {
    expect(made).not.toHaveProperty(later);
  }
  expect(await refusal(functions.create(tried))).toBe("409 function_already_exists");
});

it("ignores specifications of a newer kind", async () => {
  const { functions } = servicesOf(await startStandIn());
  const made = await functions.create({ ...tried, buildSpecification: "s-2vcpu-4gb", runtimeSpecification: "none" });
  expect(made).toMatchObject({ specification: "s-1vcpu-512mb" });
});

it.each([
  ["a runtime that it does not have", { runtime: "node-18" }],
  ["a scope that there is not", { scopes: ["functions.execute"] }],
  ["a schedule that is none", { schedule: "every five minutes" }],
  ["a timeout above 900 s", { timeout: 901 }],
])("refuses %s", async (_, given) => {
  const { functions } = servicesOf(await startStandIn());
  const wrong = functions.create({ ...tried, ...given } as typeof tried);
  expect(await refusal(wrong)).toBe("400 general_argument_invalid");
});

it("sets all anew on a change, but for the runtime and the entrypoint that it leaves out", async () => {
  const { functions } = await withFunction();
  const changed = await functions.update({ functionId: "tried", name: "Renamed" });
  expect(changed).toMatchObject({
    name: "Renamed",
    runtime: "node-22",
    entrypoint: "main.js",
    timeout: 15,
    schedule: "",
  });
  expect(changed.live).toBe(false);
  expect(await refusal(functions.update({ functionId: "none", name: "a" }))).toBe("404 function_not_found");
});

it("lists and deletes functions", async () => {
  const { functions } = await withFunction();
  const { total } = await functions.list({ queries: [Query.equal("name", "Tried")] });
  expect(total).toBe(1);
  expect((await functions.list({ search: "none" })).functions).toEqual([]);
  await functions.delete({ functionId: "tried" });
  expect(await refusal(functions.get({ functionId: "tried" }))).toBe("404 function_not_found");
});

it("makes a variable's id itself, and shows the function's variables with it", async () => {
  const { functions } = await withFunction();
  const made = await functions.createVariable({
    functionId: "tried",
    variableId: "mine",
    key: "A",
    value: "1",
    secret: false,
  });
  expect(made).toMatchObject({ key: "A", value: "1", secret: false, resourceType: "function", resourceId: "tried" });
  expect(made.$id).not.toBe("mine");
  expect((await functions.get({ functionId: "tried" })).vars).toEqual([made]);
  expect(await functions.listVariables({ functionId: "tried" })).toEqual({ total: 1, variables: [made] });
  expect(await functions.getVariable({ functionId: "tried", variableId: made.$id })).toEqual(made);
});

it("never tells a secret variable's value, and never makes it public again", async () => {
  const { functions } = await withFunction();
  const given = { functionId: "tried", variableId: "any", key: "A", value: "hidden" };
  // Secret unless told otherwise.
  const { $id: variableId, value, secret } = await functions.createVariable(given);
  expect([value, secret]).toEqual([null, true]);
  const own = { functionId: "tried", variableId };
  expect((await functions.getVariable(own)).value).toBeNull();
  expect((await functions.get({ functionId: "tried" })).vars[0]?.value).toBeNull();
  expect(await refusal(functions.updateVariable({ ...own, key: "A", secret: false }))).toBe(
    "400 variable_cannot_unset_secret",
  );
});

it("refuses a repeated key, and a change without a key", async () => {
  const { functions, standIn } = await withFunction();
  const create = (key: string) => functions.createVariable({ functionId: "tried", variableId: "any", key, value: "1" });
  await create("A");
  expect(await refusal(create("A"))).toBe("409 variable_already_exists");
  const { $id } = await create("B");
  expect(await refusal(functions.updateVariable({ functionId: "tried", variableId: $id, key: "A" }))).toBe(
    "409 variable_already_exists",
  );
  const headers = { "x-appwrite-project": "lab", "x-appwrite-key": "admin", "content-type": "application/json" };
  const url = `${standIn.url}/functions/tried/variables/${$id}`;
  const answer = await fetch(url, { method: "PUT", headers, body: JSON.stringify({ value: "2" }) });
  expect(((await answer.json()) as { message: string }).message).toBe('Param "key" is not optional.');
});

it("changes a variable, and says that what runs does not know yet", async () => {
  const { functions } = await withFunction();
  const given = { functionId: "tried", variableId: "any", key: "A", value: "1", secret: false };
  const { $id: variableId } = await functions.createVariable(given);
  expect((await functions.get({ functionId: "tried" })).live).toBe(false);
  const changed = await functions.updateVariable({ functionId: "tried", variableId, key: "B" });
  expect(changed).toMatchObject({ key: "B", value: "1" });
  await functions.deleteVariable({ functionId: "tried", variableId });
  expect(await refusal(functions.getVariable({ functionId: "tried", variableId }))).toBe("404 variable_not_found");
});
