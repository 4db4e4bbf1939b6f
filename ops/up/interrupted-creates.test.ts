import { expect, it } from "vitest";
import { forgetInterruptedCreates } from "./interrupted-creates";

const root = "urn:pulumi:prod::monitoring::pulumi:pulumi:Stack::monitoring-prod";
const exported = (resources: string[], pending?: string[]) =>
  JSON.stringify({
    version: 3,
    deployment: {
      resources: resources.map((urn) => ({ urn })),
      ...(pending ? { pending_operations: pending.map((type) => ({ type })) } : {}),
    },
  });

it("what was being created when a deployment was killed is forgotten, looking at the stack alone", () => {
  expect(forgetInterruptedCreates(exported([root], ["updating", "creating"]), "prod")).toEqual([
    "refresh",
    "--stack",
    "prod",
    "--yes",
    "--skip-preview",
    "--clear-pending-creates",
    "--target",
    root,
  ]);
});

it("also when there was nothing yet", () => {
  expect(forgetInterruptedCreates(exported([], ["creating"]), "prod")).not.toContain("--target");
});

it("what was being changed the engine forgets by itself, and nothing is nothing", () => {
  expect(forgetInterruptedCreates(exported([root], ["updating", "deleting"]), "prod")).toBeUndefined();
  expect(forgetInterruptedCreates(exported([root]), "prod")).toBeUndefined();
  expect(forgetInterruptedCreates('{"version": 3, "deployment": null}', "prod")).toBeUndefined();
});
