import { expect, it } from "vitest";
import { Store } from "../store";
import { Clock } from "./clock";
import { functionsIn } from "./functions";

it("runs the functions whose schedule names the minute, if they are enabled and deployed", () => {
  const store = new Store(undefined);
  const add = (id: string, settings: object) => {
    const base = { schedule: "*/5 * * * *", enabled: true, deploymentId: "any" };
    functionsIn(store).create(id, { ...base, ...settings } as never);
  };
  add("due", {});
  add("later", { schedule: "3 * * * *" });
  add("without a schedule", { schedule: "" });
  add("disabled", { enabled: false });
  add("not deployed", { deploymentId: "" });
  const run: string[] = [];
  new Clock(store, async (id) => run.push(id)).runDue(new Date("2026-01-01T00:05:00Z"));
  expect(run).toEqual(["due"]);
});
