import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppwriteStandIn } from "../../lab/appwrite/server";
import { type DatabaseInputs, databaseKind } from "./database-provider";
import { connectionTo, somebody, startStandIn, TriedResource } from "./testing";

const said = vi.spyOn(console, "info").mockImplementation(() => {});

describe("a database", () => {
  let appwrite: AppwriteStandIn;
  let inputs: DatabaseInputs;
  let database: TriedResource<DatabaseInputs, DatabaseInputs>;
  const byHand = () => somebody(appwrite).tables;
  const databaseId = "monitoring";

  beforeEach(async () => {
    said.mockClear();
    appwrite = await startStandIn();
    inputs = { connection: connectionTo(appwrite), databaseId, name: databaseId, enabled: true };
    database = new TriedResource(databaseKind);
  });

  afterEach(() => appwrite.stop());

  it("is made, found unchanged, and removed", async () => {
    await database.up(inputs);
    expect(await byHand().get({ databaseId })).toMatchObject({ name: databaseId, enabled: true });
    expect(await database.refresh()).toBe("same");
    await database.destroy();
    await expect(byHand().get({ databaseId })).rejects.toThrow(/not found/);
  });

  it("that is there already is adopted with what is in it", async () => {
    await byHand().create({ databaseId, name: "By hand" });
    await byHand().createTable({ databaseId, tableId: "theirs", name: "Theirs" });
    await database.up(inputs);
    expect(said.mock.lastCall?.[0]).toContain("database monitoring: adopted, enabled and named anew");
    expect((await byHand().listTables({ databaseId })).total).toBe(1);
  });

  it.each([
    ["renamed", { name: "Renamed" }],
    ["disabled", { name: databaseId, enabled: false }],
  ])("that was %s is drift, and put right", async (_, change) => {
    await database.up(inputs);
    await byHand().update({ databaseId, ...change });
    expect(await database.refresh()).toBe("drift");
    expect(await database.up(inputs)).toBe("update");
    expect(await database.refresh()).toBe("same");
  });

  it("that was deleted is gone", async () => {
    await database.up(inputs);
    await byHand().delete({ databaseId });
    expect(await database.refresh()).toBe("gone");
  });

  it("stays when somebody else has a table in it, and says so", async () => {
    await database.up(inputs);
    await byHand().createTable({ databaseId, tableId: "theirs", name: "Theirs" });
    await database.destroy();
    expect(await byHand().getTable({ databaseId, tableId: "theirs" })).toMatchObject({ name: "Theirs" });
    expect(said.mock.lastCall?.[0]).toMatch(/database monitoring: stays, because of the tables in it: theirs$/);
  });
});
