import { expect, it } from "vitest";
import type { EngineRow } from "./engine-rows";
import { driftPage } from "./page";
import { driftReport } from "./report";
import type { DriftReport } from "./row";

const container = { urn: "urn:loki", server: "server-84", type: "container", resource: "loki" };
const memory = { setting: "memory limit", declared: "1024 MiB", found: "700 MiB" };
const fromEngine: EngineRow = {
  ...{ ...container, what: "was changed (memory)", repaired: true },
  differences: [
    { setting: "memory", declared: "1024", found: "700" },
    { setting: "shm size", declared: "64", found: "128" },
  ],
};
const none = { drifted: [], undeployed: [] };
const looked = ["server-84"];

it("a container that both looks see is one row: our words, the engine's repair, and what only the engine knows", () => {
  const rows = [{ ...container, what: "has other settings (memory limit)", differences: [memory] }];
  const { drifted } = driftReport("prod", { ...none, drifted: [fromEngine] }, { rows, looked }, []);
  expect(drifted).toEqual([
    {
      ...{ server: "server-84", type: "container", resource: "loki", what: "has other settings (memory limit)" },
      differences: [memory, { setting: "shm size", declared: "64", found: "128" }],
      repaired: true,
    },
  ]);
});

it("what the engine does not see, a deployment does not put right", () => {
  const rows = [{ ...container, what: "is paused", differences: [] }];
  expect(driftReport("prod", none, { rows, looked }, []).drifted).toMatchObject([{ repaired: false }]);
});

it("a paused container is put right when the engine knows that it runs", () => {
  const rows = [{ ...container, what: "is paused", differences: [] }];
  const running = { ...fromEngine, urn: "urn:loki-running", type: "running container", differences: [] };
  const { drifted } = driftReport("prod", { ...none, drifted: [running] }, { rows, looked }, []);
  expect(drifted).toMatchObject([{ type: "container", what: "is paused", repaired: true }]);
});

it("what a failed deployment has taken over into the state is said once, and can be put right", () => {
  const rows = [{ ...container, what: "is stopped", differences: [] }];
  const { drifted, undeployed } = driftReport("prod", { ...none, undeployed: [fromEngine] }, { rows, looked }, []);
  expect(drifted).toMatchObject([{ what: "is stopped", repaired: true }]);
  expect(undeployed).toEqual([]);
});

it("a container of others is not put right, though the engine means to make a new one", () => {
  const rows = [{ ...container, what: "was made anew by hand", differences: [], isForeign: true }];
  const { drifted } = driftReport("prod", { ...none, drifted: [fromEngine] }, { rows, looked }, []);
  expect(drifted).toMatchObject([{ repaired: false }]);
});

it("where our look could not look, the engine's row stands", () => {
  const { drifted } = driftReport("prod", { ...none, drifted: [fromEngine] }, { rows: [], looked: [] }, []);
  expect(drifted).toMatchObject([{ what: "was changed (memory)" }]);
});

const clean: DriftReport = { stack: "prod", drifted: [], undeployed: [], unreachable: [] };

it("says what it comes to", () => {
  expect(driftPage(clean, "npm run up")).toBe("Nothing has drifted: prod is as it was deployed");
  const away = { server: "server-81", why: "server-81 (10.0.0.81): no answer on SSH port 22" };
  expect(driftPage({ ...clean, unreachable: [away] }, "npm run up")).toBe(
    "Could not be looked at:\n  server-81 (10.0.0.81): no answer on SSH port 22\n\nNothing else has drifted; 1 could not be looked at",
  );
  const { urn: _, ...row } = fromEngine;
  const other = { ...row, resource: "cadvisor", what: "is paused", differences: [], repaired: false };
  expect(driftPage({ ...clean, drifted: [row, other] }, "npm run up")).toBe(
    [
      "server-84",
      "  container loki was changed (memory)",
      "      memory: declared 1024, found 700",
      "      shm size: declared 64, found 128",
      "  container cadvisor is paused",
      "      A deployment does not put this right.",
      "",
      "2 things have drifted",
      "To put it right, all but 1: npm run up",
    ].join("\n"),
  );
});

it("what a deployment would refuse says why, in the report and on the page", () => {
  const refused = "table monitoring/alerts: the string column note is not declared, and it holds 2 rows.";
  const row: EngineRow = {
    ...{ urn: "urn:table", server: "appwrite", type: "table", resource: "monitoring/alerts" },
    ...{ what: "was changed (columns › note)", differences: [], repaired: false, refused },
  };
  const report = driftReport("prod", { ...none, drifted: [row] }, { rows: [], looked }, []);
  expect(report.drifted).toMatchObject([{ repaired: false, refused }]);
  expect(driftPage(report, "npm run up")).toContain(`      A deployment refuses to put this right: ${refused}\n`);
});
