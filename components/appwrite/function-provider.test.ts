import type { Runtime } from "node-appwrite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppwriteStandIn } from "../../lab/appwrite/server";
import { type FunctionInputs, functionKind } from "./function-provider";
import { functionShapes } from "./schema";
import { connectionTo, somebody, startStandIn, TriedResource } from "./testing";

const said = vi.spyOn(console, "info").mockImplementation(() => {});

describe("a function", () => {
  let appwrite: AppwriteStandIn;
  let inputs: FunctionInputs;
  let own: TriedResource<FunctionInputs, FunctionInputs>;
  const functionId = "heartbeat-check";
  const byHand = () => somebody(appwrite).functions;
  const created = () => appwrite.log.filter(({ method, status }) => method === "POST" && status === 201).length;
  const handMade = (runtime: string) =>
    byHand().create({ functionId, name: "By hand", runtime: runtime as Runtime, execute: ["any"] });

  beforeEach(async () => {
    said.mockClear();
    appwrite = await startStandIn();
    const shape = functionShapes[functionId];
    const open = { execute: [], events: [], commands: "", enabled: true, logging: true };
    const code = { name: functionId, runtime: "node-22", entrypoint: "main.js" };
    inputs = { connection: connectionTo(appwrite), functionId, ...code, ...shape, scopes: [...shape.scopes], ...open };
    own = new TriedResource(functionKind);
  });

  afterEach(() => appwrite.stop());

  it("is made with its runtime, schedule, timeout and scopes, for nobody without an API key", async () => {
    expect(await own.up(inputs)).toBe("create");
    const { connection: _, functionId: __, ...settings } = inputs;
    expect(await byHand().get({ functionId })).toMatchObject(settings);
    expect(await byHand().get({ functionId })).toMatchObject({
      execute: [],
      schedule: "*/5 * * * *",
      runtime: "node-22",
    });
    expect(await own.refresh()).toBe("same");
    expect(await own.up(inputs)).toBe("same");
  });

  it.each([
    ["runtime", { runtime: "node-20.0" as Runtime }],
    ["schedule", { schedule: "0 * * * *" }],
    ["timeout", { timeout: 5 }],
    ["scopes", { scopes: [] }],
    ["execute", { execute: ["any"] }],
    ["events", { events: ["users.*.create"] }],
    ["enabled", { enabled: false }],
    ["logging", { logging: false }],
    ["entrypoint", { entrypoint: "other.js" }],
    ["commands", { commands: "npm install" }],
    ["name", { name: "Other" }],
  ] as const)("of which somebody changed %s has drifted, and is put right in place", async (setting, change) => {
    await own.up(inputs);
    const { connection: _, ...settings } = inputs;
    // The SDK's enums are its own; the server takes their texts.
    await byHand().update({ ...settings, ...change } as never);
    expect(await own.refresh()).toBe("drift");
    expect(own.state[setting]).toEqual(change[setting as keyof typeof change]);
    expect(await own.up(inputs)).toBe("update");
    expect(await own.refresh()).toBe("same");
    expect(created()).toBe(1);
  });

  it("made by hand with an older runtime of the same language is adopted, and closed", async () => {
    await handMade("node-18.0");
    await own.up(inputs);
    expect(await byHand().get({ functionId })).toMatchObject({ runtime: "node-22", execute: [] });
    expect(said.mock.lastCall?.[0]).toMatch(/function heartbeat-check: adopted, set anew: name, runtime, .*execute/);
  });

  it("in another language, or from a Git repository, does not fit, and is left alone", async () => {
    await handMade("node-18.0");
    await expect(own.up({ ...inputs, runtime: "python-3.12" })).rejects.toThrow(
      /is there already and does not fit: it is written for node-18.0, .* for python-3.12. .* Nothing of it was changed/,
    );
    const found = { ...(await byHand().get({ functionId })), providerRepositoryId: "123" };
    const server = somebody(appwrite);
    vi.spyOn(server.functions, "get").mockResolvedValue(found);
    await expect(functionKind.apply(server, inputs)).rejects.toThrow(/its code comes from a Git repository/);
    expect(await byHand().get({ functionId })).toMatchObject({ name: "By hand", execute: ["any"] });
  });

  it("is made once when answers get lost", async () => {
    appwrite.loseNextAnswer(2, "POST /functions");
    await own.up(inputs);
    expect(created()).toBe(1);
    expect(said).not.toHaveBeenCalled();
  });

  it("with a runtime that the server does not have is an error that says so", async () => {
    await expect(own.up({ ...inputs, runtime: "node-99" })).rejects.toThrow(
      /function heartbeat-check: .*runtime.* \(400 general_argument_invalid\)/,
    );
  });

  it("that was deleted is gone; removing it then is no failure", async () => {
    await own.up(inputs);
    await byHand().delete({ functionId });
    expect(await own.refresh()).toBe("gone");
    await own.up(inputs);
    await byHand().delete({ functionId });
    await own.destroy();
  });
});
