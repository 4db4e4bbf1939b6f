import { describe, expect, it } from "vitest";
import { webhookAlert } from "../testing/alerts";
import { type AlertRow, alertRow, BadAlert, columnSizes, rowIdOf } from "./alert-row";

const now = Date.parse("2026-11-24T12:05:00Z");
const context = { externalURL: "http://10.0.0.84:9093", groupKey: '{}:{alertname="ServerDown"}' };
const rowOf = (alert: unknown) => alertRow(alert, context, now);

it("a firing alert fills every column", () => {
  const alert = webhookAlert({ labels: { job: "node-exporter" } });
  expect(rowOf(alert)).toEqual({
    alertname: "ServerDown",
    instance: "server-82",
    severity: "emergency",
    category: "infrastructure",
    service: "node-exporter",
    status: "firing",
    startsAt: "2026-11-24T12:00:00.123Z",
    endsAt: null,
    summary: "server-82 does not answer",
    description: "server-82 has not answered for a minute.",
    runbook: "https://docs.example.org/runbooks/ServerDown",
    impact: "Everything on it is away.",
    fingerprint: "a1b2c3d4e5f60718",
    groupKey: '{}:{alertname="ServerDown"}',
    externalURL: "http://10.0.0.84:9093",
    rawAlert: JSON.stringify(alert),
    createdAt: "2026-11-24T12:05:00.000Z",
    updatedAt: "2026-11-24T12:05:00.000Z",
  } satisfies AlertRow);
});

it("a resolved one has its end, whatever zone and precision it is written in", () => {
  const { status, startsAt, endsAt } = rowOf(
    webhookAlert({ startsAt: "2026-11-24T13:00:00.123456789+01:00", endsAt: "2026-11-24T12:01:00Z" }),
  );
  expect({ status, startsAt, endsAt }).toEqual({
    status: "resolved",
    startsAt: "2026-11-24T12:00:00.123Z",
    endsAt: "2026-11-24T12:01:00.000Z",
  });
  expect(rowOf({ ...webhookAlert(), status: "resolved" }).endsAt).toBe("2026-11-24T12:05:00.000Z");
});

it("the guide's own example is an alert", () => {
  const row = alertRow(
    {
      status: "firing",
      labels: { alertname: "TestAlert", instance: "test-server", severity: "warning", category: "test" },
      annotations: { summary: "Test alert", description: "Testing alert processor" },
      startsAt: "2024-01-15T10:00:00Z",
      fingerprint: "test123",
    },
    { groupKey: "test", externalURL: "http://alertmanager:9093" },
    now,
  );
  expect(row).toMatchObject({ alertname: "TestAlert", service: null, runbook: null, impact: null, groupKey: "test" });
});

it("texts are cut to their columns, at a character", () => {
  const long = "😀".repeat(3000);
  const alert = webhookAlert({
    labels: { alertname: long, instance: long, category: long, service: long },
    annotations: { summary: long, description: long, impact: long },
  });
  const row = alertRow(alert, { groupKey: long }, now);
  for (const column of [
    "alertname",
    "instance",
    "category",
    "service",
    "summary",
    "description",
    "impact",
    "groupKey",
  ] as const) {
    expect(row[column]).toBe("😀".repeat(columnSizes[column]));
  }
});

it("links that are none are left out", () => {
  const alert = webhookAlert({ annotations: { runbook_url: "see the wiki" } });
  expect(alertRow(alert, { externalURL: "http://alert_manager:9093" }, now)).toMatchObject({
    runbook: null,
    externalURL: null,
  });
});

describe("an alert without what a row needs says what is missing", () => {
  const without = (name: string) => {
    const alert = webhookAlert();
    delete alert.labels[name];
    return alert;
  };
  it.each([
    ["alertname", without("alertname"), 'the label "alertname" is missing'],
    ["severity", without("severity"), 'the label "severity" is missing (one of info, warning, critical, emergency)'],
    ["category", without("category"), 'the label "category" is missing'],
    ["another severity", webhookAlert({ labels: { severity: "page" } }), 'the label "severity" is none of info, '],
    ["labels", { ...webhookAlert(), labels: undefined }, 'the label "alertname" is missing'],
    ["labels that are a list", { ...webhookAlert(), labels: ["alertname"] }, 'the label "alertname" is missing'],
    ["status", { ...webhookAlert(), status: "maybe" }, 'its status is neither "firing" nor "resolved"'],
    ["start", { ...webhookAlert(), startsAt: undefined }, '"startsAt" is missing, or no time'],
    [
      "a start that is none",
      { ...webhookAlert(), startsAt: "0001-01-01T00:00:00Z" },
      '"startsAt" is missing, or no time',
    ],
    ["a far start", { ...webhookAlert(), startsAt: "+012026-01-01T00:00:00Z" }, '"startsAt" is missing, or no time'],
    ["anything", "ServerDown", "it is no object"],
    ["anything", null, "it is no object"],
  ])("%s", (_, alert, message) => {
    expect(() => rowOf(alert)).toThrow(BadAlert);
    expect(() => rowOf(alert)).toThrow(message);
  });

  it("but a server is an instance", () => {
    expect(rowOf(without("instance")).instance).toBe("server-82");
  });
});

it("a fingerprint that is missing comes from the labels, whatever their order", () => {
  const { fingerprint, ...alert } = webhookAlert();
  const reversed = { ...alert, labels: Object.fromEntries(Object.entries(alert.labels).reverse()) };
  expect(rowOf(alert).fingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(rowOf(reversed).fingerprint).toBe(rowOf(alert).fingerprint);
  expect(rowOf({ ...alert, labels: { ...alert.labels, mountpoint: "/" } }).fingerprint).not.toBe(
    rowOf(alert).fingerprint,
  );
});

it("a row's id is the fingerprint, or stands for it", () => {
  expect(rowIdOf("a1b2c3d4e5f60718")).toBe("a1b2c3d4e5f60718");
  expect(rowIdOf("test123")).toBe("test123");
  const strange = ["", "unique()", ".a", "_a", "a b", "ä", "x".repeat(37), "x".repeat(38), "../alerts"];
  const ids = strange.map(rowIdOf);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]{32}$/);
  expect(new Set(ids).size).toBe(strange.length);
});
