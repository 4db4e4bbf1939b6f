import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertmanagerFiles } from "../components/alertmanager/configuration";
import { placeholderCredentials } from "../components/credentials/credentials";
import { attempt } from "../ops/process";
import { toolPath } from "../ops/toolchain/tools";
import { loadInventory } from "../stacks";
import { placeholderSecrets } from "../stacks/channels";
import { InventoryError } from "../stacks/inventory";
import { type ReceiverName, receiversOf } from "./receivers";
import { routesOf } from "./routing";
import { categories, severities } from "./rule";
import { rules } from "./rules";

const folder = mkdtempSync(path.join(os.tmpdir(), "routing-"));

beforeAll(async () => {
  const files = alertmanagerFiles(await loadInventory("prod"), placeholderCredentials, placeholderSecrets);
  for (const [name, { content }] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Who is told of an alert with these labels, by the real amtool. */
async function toldOf(labels: Record<string, string>): Promise<string> {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const args = ["config", "routes", "test", "--config.file=alertmanager.yml", ...words];
  const { code, stdout, stderr } = await attempt(toolPath("amtool"), args, { cwd: folder });
  expect(code, stdout + stderr).toBe(0);
  return stdout.trim();
}

/** Severity and category → who is told, as it is written down for people. */
const table: Record<string, Record<string, string>> = {
  info: {
    "infrastructure performance resource storage network system containers monitoring": "alert-store",
    security: "security-team",
    database: "dba-team",
    mlops: "mlops-team",
  },
  warning: {
    "infrastructure performance resource storage network system containers monitoring": "warning-team",
    security: "security-team",
    database: "dba-team",
    mlops: "mlops-team",
  },
  critical: {
    "infrastructure performance resource storage network system containers monitoring": "critical-team",
    security: "critical-team,security-team",
    database: "critical-team,dba-team",
    mlops: "critical-team,mlops-team",
  },
  emergency: {
    "infrastructure performance resource storage network system containers monitoring": "critical-team",
    security: "critical-team,security-team",
    database: "critical-team,dba-team",
    mlops: "critical-team,mlops-team",
  },
};
const rows = Object.entries(table).flatMap(([severity, byCategory]) =>
  Object.entries(byCategory).flatMap(([names, told]) => names.split(" ").map((category) => [severity, category, told])),
);

describe("who is told of what", () => {
  it("has a row for every severity and category", () => {
    expect(rows).toHaveLength(severities.length * categories.length);
  });

  it.each(rows)("%s, %s → %s", async (severity = "", category = "", told) => {
    expect(await toldOf({ alertname: "Anything", server: "server-80", severity, category })).toBe(told);
  });

  it.each([
    ["the heartbeat", { alertname: "Watchdog", severity: "info", category: "monitoring" }, "heartbeat"],
    [
      "the heartbeat, whatever else it says",
      { alertname: "Watchdog", severity: "critical", category: "security" },
      "heartbeat",
    ],
    ["an alert of nobody's category", { alertname: "Odd", severity: "warning", category: "custom" }, "warning-team"],
    [
      "an alert of nobody's category that wakes",
      { alertname: "Odd", severity: "critical", category: "custom" },
      "critical-team",
    ],
    ["an alert without a category", { alertname: "Odd", severity: "emergency" }, "critical-team"],
    ["an alert of a team without a severity", { alertname: "Odd", category: "database" }, "dba-team"],
    ["an alert without anything", { alertname: "Odd" }, "alert-store"],
    [
      "a name that only contains that of the heartbeat",
      { alertname: "WatchdogBarks", severity: "warning" },
      "warning-team",
    ],
  ] as const)("%s", async (_, labels, told) => {
    expect(await toldOf(labels)).toBe(told);
  });

  it.each(rules.map(({ name, severity, category }) => [name, severity, category]))(
    "%s reaches somebody",
    async (alertname = "", severity = "", category = "") => {
      const expected =
        alertname === "Watchdog" ? "heartbeat" : rows.find((row) => row[0] === severity && row[1] === category)?.[2];
      expect(await toldOf({ alertname, severity, category, server: "server-84" })).toBe(expected);
      const rule = rules.find(({ name }) => name === alertname);
      expect(
        rule &&
          routesOf(rule)
            .map(({ receiver }) => receiver)
            .join(","),
      ).toBe(expected);
    },
  );
});

describe("what a receiver does", () => {
  const names = (channels: object) => ({ ...base, channels: { ...channels } });
  const base = { stack: "trial" } as Parameters<typeof receiversOf>[0];
  const appwrite = { endpoint: "http://127.0.0.1/v1", project: "p", function: "alert-processor" };
  const to = { "critical-team": ["a@example.org"], "warning-team": ["b@example.org"] };
  const email = { smarthost: "mail:25", from: "m@example.org", tls: "required" as const, to };

  it("by the stack's channels", () => {
    const told = Object.fromEntries(
      receiversOf(names({ appwrite, email, slack: {} })).map(({ name, channels }) => [name, [...channels].sort()]),
    );
    expect(told).toEqual({
      "critical-team": ["appwrite", "email", "slack"],
      "warning-team": ["appwrite", "email"],
      "security-team": ["appwrite"],
      "dba-team": ["appwrite"],
      "mlops-team": ["appwrite"],
      "alert-store": ["appwrite"],
      heartbeat: ["appwrite"],
    } satisfies Record<ReceiverName, string[]>);
  });

  it("nothing at all, in a stack without channels", () => {
    expect(receiversOf(names({})).flatMap(({ channels }) => channels)).toEqual([]);
  });

  it("must be something in a stack that has channels", () => {
    let problems: string[] = [];
    try {
      receiversOf(names({ email }));
    } catch (error) {
      if (error instanceof InventoryError) problems = error.problems;
    }
    expect(problems).toEqual([
      'channels: the receiver security-team has nothing to do; it can be told by channels.appwrite or channels.email.to["security-team"]',
      'channels: the receiver dba-team has nothing to do; it can be told by channels.appwrite or channels.email.to["dba-team"]',
      'channels: the receiver mlops-team has nothing to do; it can be told by channels.appwrite or channels.email.to["mlops-team"]',
      "channels: the receiver alert-store has nothing to do; it can be told by channels.appwrite",
      "channels: the receiver heartbeat has nothing to do; it can be told by channels.appwrite",
    ]);
  });
});
