import type { Runtime } from "node-appwrite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppwriteStandIn } from "../../lab/appwrite/server";
import { secretMark } from "./secret-mark";
import { connectionTo, somebody, startStandIn, TriedResource } from "./testing";
import { type VariablesInputs, type VariablesState, variablesKind } from "./variables-provider";

const said = vi.spyOn(console, "info").mockImplementation(() => {});

const secrets = (secret: Record<string, string>) => ({
  secret,
  marks: Object.fromEntries(Object.entries(secret).map(([key, value]) => [key, secretMark("a key", value)])),
});

describe("a function's variables", () => {
  let appwrite: AppwriteStandIn;
  let inputs: VariablesInputs;
  let variables: TriedResource<VariablesInputs, VariablesState>;
  const functionId = "alert-processor";
  const byHand = () => somebody(appwrite).functions;
  const there = async () =>
    Object.fromEntries((await byHand().listVariables({ functionId })).variables.map((one) => [one.key, one]));
  const writes = () => appwrite.log.filter(({ method }) => method !== "GET").map(({ method }) => method);

  beforeEach(async () => {
    said.mockClear();
    appwrite = await startStandIn();
    await byHand().create({ functionId, name: functionId, runtime: "node-22" as Runtime });
    appwrite.log.length = 0;
    const plain = { DATABASE_ID: "monitoring", EMPTY: "" };
    const secret = { TWILIO_AUTH_TOKEN: "t0ken", TO: "+1" };
    inputs = { connection: connectionTo(appwrite), functionId, plain, ...secrets(secret) };
    variables = new TriedResource(variablesKind);
  });

  afterEach(() => appwrite.stop());

  it("are set, the secret ones for the function alone", async () => {
    await variables.up(inputs);
    expect(await there()).toMatchObject({
      DATABASE_ID: { value: "monitoring", secret: false },
      EMPTY: { value: "", secret: false },
      TWILIO_AUTH_TOKEN: { secret: true },
      TO: { secret: true },
    });
    expect(JSON.stringify(await there())).not.toContain("t0ken");
    expect(await variables.refresh()).toBe("same");
    expect(await variables.up(inputs)).toBe("same");
  });

  it("are written only where they differ", async () => {
    await variables.up(inputs);
    appwrite.log.length = 0;
    const others = secrets({ TWILIO_AUTH_TOKEN: "another", TO: "+1" });
    expect(await variables.up({ ...inputs, plain: { DATABASE_ID: "monitoring" }, ...others })).toBe("update");
    expect(writes()).toEqual(["DELETE", "PUT"]);
    expect(Object.keys(await there())).toEqual(["DATABASE_ID", "TWILIO_AUTH_TOKEN", "TO"]);
    expect(await variables.refresh()).toBe("same");
  });

  const idOf = async (key: string) => (await there())[key]?.$id ?? "";

  it.each([
    [
      "a value was changed",
      async () =>
        byHand().updateVariable({
          functionId,
          variableId: await idOf("DATABASE_ID"),
          key: "DATABASE_ID",
          value: "other",
        }),
    ],
    [
      "a secret value was changed",
      async () => byHand().updateVariable({ functionId, variableId: await idOf("TO"), key: "TO", value: "+2" }),
    ],
    ["one was removed", async () => byHand().deleteVariable({ functionId, variableId: await idOf("EMPTY") })],
    ["a secret one was removed", async () => byHand().deleteVariable({ functionId, variableId: await idOf("TO") })],
    ["one was added", () => byHand().createVariable({ functionId, variableId: "unique()", key: "MINE", value: "1" })],
    [
      "one was made secret",
      async () =>
        byHand().updateVariable({
          functionId,
          variableId: await idOf("DATABASE_ID"),
          key: "DATABASE_ID",
          secret: true,
        }),
    ],
  ])("have drifted when %s, and are put right", async (_, change) => {
    await variables.up(inputs);
    // The server's clock has to tick between our writing and theirs.
    await new Promise((resolve) => setTimeout(resolve, 2));
    await change();
    expect(await variables.refresh()).toBe("drift");
    expect(await variables.up(inputs)).toBe("update");
    expect(await variables.refresh()).toBe("same");
    expect(await there()).toMatchObject({ DATABASE_ID: { value: "monitoring", secret: false }, TO: { secret: true } });
    expect(Object.keys(await there())).toHaveLength(4);
  });

  it("are put right, those that somebody changed since too, when nobody has looked before", async () => {
    await variables.up(inputs);
    await new Promise((resolve) => setTimeout(resolve, 2));
    await byHand().updateVariable({ functionId, variableId: await idOf("TO"), key: "TO", value: "+2" });
    appwrite.log.length = 0;
    await variables.up({ ...inputs, plain: { DATABASE_ID: "other", EMPTY: "" } });
    expect(writes()).toEqual(["PUT", "PUT"]);
    expect(await variables.refresh()).toBe("same");
  });

  it("say of a secret one that somebody wrote when that was, and nothing of its value", async () => {
    await variables.up(inputs);
    await new Promise((resolve) => setTimeout(resolve, 2));
    await byHand().updateVariable({ functionId, variableId: await idOf("TO"), key: "TO", value: "+2" });
    await variables.refresh();
    expect(variables.state.secret).toEqual({ TWILIO_AUTH_TOKEN: "t0ken" });
    expect(variables.state.marks).toEqual({
      TWILIO_AUTH_TOKEN: inputs.marks.TWILIO_AUTH_TOKEN,
      TO: expect.stringMatching(/^written by somebody at \d{4}-/),
    });
  });

  it("that are there already under the same keys are taken over, and that is said by name, not by value", async () => {
    await byHand().createVariable({ functionId, variableId: "unique()", key: "TO", value: "+9", secret: true });
    await byHand().createVariable({ functionId, variableId: "unique()", key: "EMPTY", value: "no", secret: true });
    await variables.up(inputs);
    expect(said.mock.lastCall?.[0]).toMatch(/variables of function alert-processor: adopted, set anew: EMPTY, TO$/);
    expect(await there()).toMatchObject({ EMPTY: { value: "", secret: false } });
    expect(await variables.refresh()).toBe("same");
  });

  it("of which others are there already are an error that names them, and nothing is changed", async () => {
    await byHand().createVariable({ functionId, variableId: "unique()", key: "MINE", value: "1", secret: true });
    await expect(variables.up(inputs)).rejects.toThrow(
      /there are others already: MINE. Nothing was changed. Remove them/,
    );
    expect(Object.keys(await there())).toEqual(["MINE"]);
  });

  it("are each made once when answers get lost", async () => {
    appwrite.loseNextAnswer(3, "POST /functions/alert-processor/variables");
    await variables.up(inputs);
    expect(Object.keys(await there())).toHaveLength(4);
    expect(await variables.refresh()).toBe("same");
    expect(said).not.toHaveBeenCalled();
  });

  it("are gone with their function, and leave others alone when they are removed", async () => {
    await variables.up(inputs);
    await byHand().createVariable({ functionId, variableId: "unique()", key: "MINE", value: "1" });
    await variables.destroy();
    expect(Object.keys(await there())).toEqual(["MINE"]);
    await byHand().deleteVariable({ functionId, variableId: await idOf("MINE") });
    await variables.up(inputs);
    await byHand().delete({ functionId });
    expect(await variables.refresh()).toBe("gone");
  });
});
