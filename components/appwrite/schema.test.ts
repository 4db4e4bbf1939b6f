import { describe, expect, it } from "vitest";
import type { Column } from "./columns";
import {
  alertColumns,
  alertIndexes,
  callerScopes,
  deploymentScopes,
  functionIds,
  functionShapes,
  topicIds,
  variablesOf,
} from "./schema";

/** The guide's table of attributes, but for the sizes of URLs, which Appwrite decides itself. */
const guide = `
  alertname | string | 255 | Yes
  instance | string | 255 | Yes
  severity | enum | [info, warning, critical, emergency] | Yes
  category | string | 100 | Yes
  service | string | 255 | No
  status | enum | [firing, resolved] | Yes
  startsAt | datetime | - | Yes
  endsAt | datetime | - | No
  summary | string | 500 | No
  description | string | 2000 | No
  runbook | url | - | No
  impact | string | 1000 | No
  fingerprint | string | 255 | Yes
  groupKey | string | 255 | No
  externalURL | url | - | No
  rawAlert | string | 65535 | Yes
  createdAt | datetime | - | Yes
  updatedAt | datetime | - | Yes`;

const columns: Record<string, Column> = alertColumns;

function sizeOf(column: Column): string {
  if (column.type === "string") return String(column.size);
  return column.type === "enum" ? `[${column.elements.join(", ")}]` : "-";
}

/** Bytes of a row that a column takes, as the server counts them. */
function widthOf(column: Column): number {
  if (column.type === "string") return column.size > 16_381 ? 20 : column.size * 4 + 2;
  return { url: 8002, enum: 1021, datetime: 7 }[column.type];
}

describe("the table of alerts", () => {
  it("has the guide's attributes", () => {
    const rows = Object.entries(columns).map(
      ([key, column]) => `${key} | ${column.type} | ${sizeOf(column)} | ${column.required ? "Yes" : "No"}`,
    );
    expect(rows).toEqual(guide.trim().split(/\n\s*/));
  });

  it("has the guide's indexes", () => {
    expect(
      Object.fromEntries(Object.entries(alertIndexes).map(([key, { type, orders }]) => [key, [type, ...orders]])),
    ).toEqual({
      fingerprint: ["unique", "asc"],
      status: ["key", "asc"],
      severity: ["key", "asc"],
      instance: ["key", "asc"],
      startsAt: ["key", "desc"],
    });
  });

  it("fits into a row of 65,535 bytes, of which Appwrite takes 1,067 itself", () => {
    const width = Object.values(columns).reduce((sum, column) => sum + widthOf(column), 1067);
    expect(width).toBeLessThan(65_535);
  });

  it("has indexes of no more than 768 characters, over columns that are there", () => {
    for (const index of Object.values(alertIndexes)) {
      const sizes = index.columns.map((key) => {
        const column = columns[key];
        if (!column) throw new Error(`there is no column ${key}`);
        return column.type === "string" ? column.size : 255;
      });
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(768);
    }
  });
});

describe("the functions", () => {
  it("and the topics have the guide's ids", () => {
    expect(functionIds).toEqual(["alert-processor", "heartbeat-check"]);
    expect(topicIds).toEqual(["critical-alerts", "monitoring-alerts"]);
  });

  it("may store rows and send messages, and nothing else", () => {
    for (const { scopes } of Object.values(functionShapes)) {
      expect(scopes).toEqual(["rows.read", "rows.write", "messages.read", "messages.write"]);
    }
  });

  it("run when they are called, and every 5 minutes", () => {
    expect(functionShapes["alert-processor"].schedule).toBe("");
    expect(functionShapes["heartbeat-check"].schedule).toBe("*/5 * * * *");
  });
});

describe("the functions' variables", () => {
  const sources = { endpoint: "https://a/v1", project: "p", databaseId: "monitoring", tableId: "alerts" };
  const sms = { accountSid: "AC1", authToken: "t", from: "+1", to: "+2,+3" };

  it("have the guide's names", () => {
    expect(variablesOf("alert-processor", sources)).toEqual({
      plain: {
        APPWRITE_ENDPOINT: "https://a/v1",
        APPWRITE_PROJECT_ID: "p",
        DATABASE_ID: "monitoring",
        ALERTS_COLLECTION_ID: "alerts",
      },
      secret: {},
    });
  });

  it("are secret where they are about Twilio, those on call, or a URL outside", () => {
    const all = { ...sources, sms, heartbeatUrl: "https://b/token" };
    const twilio = {
      TWILIO_ACCOUNT_SID: "AC1",
      TWILIO_AUTH_TOKEN: "t",
      TWILIO_PHONE_NUMBER: "+1",
      ONCALL_PHONE_NUMBERS: "+2,+3",
    };
    expect(variablesOf("alert-processor", all).secret).toEqual(twilio);
    expect(variablesOf("heartbeat-check", all).secret).toEqual({ ...twilio, HEARTBEAT_URL: "https://b/token" });
  });
});

it("the keys' scopes are none that 1.8 does not know, as the guide's are", () => {
  for (const scope of [...deploymentScopes, ...callerScopes])
    expect(scope).not.toMatch(/functions\.execute|collections/);
  expect(callerScopes).toEqual(["execution.write"]);
});
