import { afterEach, describe, expect, it, vi } from "vitest";
import { lookingOnlyVariable } from "../looking-only";
import { AppwriteError } from "./appwrite-error";
import { keySetting } from "./connection";
import { implementationOf, type Kind, type ManagedInputs } from "./managed";
import type { AppwriteServer } from "./server";
import { quick } from "./testing";

interface Inputs extends ManagedInputs {
  thingId: string;
  value: string;
}

interface State extends Inputs {
  secretOfOurs: string;
}

const connection = { endpoint: "https://a/v1", project: "p", key: "old-key" };
const inputs: Inputs = { connection, thingId: "t", value: "1" };
const state: State = { ...inputs, secretOfOurs: "s" };

function implementation(own: Partial<Kind<Inputs, State>> = {}) {
  const kind: Kind<Inputs, State> = {
    name: ({ thingId }) => `thing ${thingId}`,
    id: ({ thingId }) => thingId,
    fixed: ["thingId"],
    remembered: ["secretOfOurs"],
    apply: async (_, given) => ({ ...given, secretOfOurs: "s" }),
    read: async (_, seen) => seen,
    remove: async () => {},
    ...own,
  };
  return implementationOf(kind, quick);
}

describe("a difference", () => {
  const { diff } = implementation();
  const provider = { __provider: "serialized code" };

  it.each([
    ["nothing", {}, false, []],
    ["the provider's own code", { __provider: "newer code" }, false, []],
    ["a setting", { value: "2" }, true, []],
    ["a setting that is gone", { value: undefined }, true, []],
    ["the id", { thingId: "other" }, true, ["thingId"]],
    ["the key", { connection: { ...connection, key: "new-key" } }, true, []],
    ["the endpoint", { connection: { ...connection, endpoint: "https://b/v1" } }, true, []],
    ["the project", { connection: { ...connection, project: "q" } }, true, []],
  ])("in %s", async (_, change, changes, replaces) => {
    expect(await diff("t", { ...state, ...provider }, { ...inputs, ...provider, ...change })).toEqual({
      changes,
      replaces,
      deleteBeforeReplace: false,
    });
  });
});

describe("a refresh", () => {
  it("gives the inputs without what only the state knows", async () => {
    const { read } = implementation({ read: async (_, seen) => ({ ...seen, value: "2" }) });
    expect(await read("t", state)).toEqual({
      id: "t",
      props: { ...state, value: "2" },
      inputs: { ...inputs, value: "2" },
    });
  });

  it("of something that is gone gives nothing", async () => {
    expect(await implementation({ read: async () => undefined }).read("t", state)).toEqual({});
  });
});

describe("the key", () => {
  const configure = (values: Record<string, string>) =>
    implementation().configure({ config: { get: (name: string) => values[name] } } as never);
  afterEach(() => configure({}));

  it("is the one of the settings, should the state hold an older one", async () => {
    const used: string[] = [];
    const own = implementation({
      read: async ({ connection }: AppwriteServer, seen) => {
        used.push(connection.key);
        return seen;
      },
    });
    await own.read("t", state);
    await configure({ [keySetting]: "new-key" });
    await own.read("t", state);
    await configure({ [keySetting]: "" });
    await own.read("t", state);
    expect(used).toEqual(["old-key", "new-key", "old-key"]);
  });
});

describe("what is refused", () => {
  it("is asked before anything is done, with the state where it is about the same place", async () => {
    const refusals = vi.fn().mockResolvedValue([{ property: "value", reason: "no" }]);
    const { check } = implementation({ refusals });
    expect(await check({}, inputs)).toEqual({ inputs, failures: [{ property: "value", reason: "no" }] });
    await check(state, inputs);
    await check({ ...state, connection: { ...connection, project: "other" } }, inputs);
    expect(refusals.mock.calls.map(([, , previous]) => previous)).toEqual([undefined, state, undefined]);
    // Nothing is refused to who only looks.
    vi.stubEnv(lookingOnlyVariable, "yes");
    expect(await check({}, inputs)).toEqual({ inputs, failures: [] });
    vi.unstubAllEnvs();
  });

  it("is nothing when Appwrite cannot be asked, and an error of our own is no answer", async () => {
    const failing = (error: Error) => implementation({ refusals: () => Promise.reject(error) }).check({}, inputs);
    expect(await failing(new AppwriteError("away"))).toEqual({ inputs, failures: [] });
    await expect(failing(new TypeError("a mistake"))).rejects.toThrow("a mistake");
  });
});

it("a move to another place is told to the kind as something new", async () => {
  const apply = vi.fn().mockResolvedValue(state);
  const { update } = implementation({ apply });
  await update("t", state, inputs);
  await update("t", state, { ...inputs, connection: { ...connection, key: "new-key" } });
  await update("t", state, { ...inputs, connection: { ...connection, endpoint: "https://b/v1" } });
  expect(apply.mock.calls.map(([, , previous]) => previous)).toEqual([state, state, undefined]);
});
