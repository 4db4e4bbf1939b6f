import { describe, expect, it } from "vitest";
import { webhookAlert } from "../testing/alerts";
import { rawAlertOf } from "./raw-alert";

const rawOf = (alert: object) => rawAlertOf(alert as Record<string, unknown>, 65_535);

describe("the raw alert", () => {
  it("is whole as long as it fits", () => {
    const alert = webhookAlert();
    const filling = 65_535 - 3 - JSON.stringify({ ...alert, filling: "" }).length;
    const largest = { ...alert, filling: "x".repeat(filling) };
    expect(rawOf(largest)).toBe(JSON.stringify(largest));
    expect(JSON.parse(rawOf({ ...alert, filling: "x".repeat(filling + 1) })).truncated).toEqual({
      bytes: 65_533,
      fields: 1,
      names: ["filling"],
    });
  });

  it("loses whole fields, the largest first, and says so", () => {
    const alert = webhookAlert({ annotations: { description: "ü".repeat(40_000), log: "x".repeat(30_000) } });
    const raw = rawOf(alert);
    const { description, ...annotations } = alert.annotations;
    expect(Buffer.byteLength(raw)).toBeLessThanOrEqual(65_535);
    expect(JSON.parse(raw)).toEqual({
      ...alert,
      annotations,
      truncated: { bytes: Buffer.byteLength(JSON.stringify(alert)), fields: 1, names: ["annotations.descript"] },
    });
  });

  it("fits and is JSON whatever was sent", () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`label_${index}`, "v"]));
    const groups = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`group_${index}`, { a: 1 }]));
    const hostile = JSON.parse(`{"__proto__": {"polluted": "${"x".repeat(70_000)}"}, "labels": {"__proto__": "v"}}`);
    for (const alert of [
      { labels: many },
      groups,
      hostile,
      { huge: "\u0000".repeat(20_000) },
      { list: Array(70_000).fill(1) },
    ]) {
      const raw = rawOf(alert);
      expect(Buffer.byteLength(raw)).toBeLessThanOrEqual(65_535);
      expect(JSON.parse(raw).truncated.fields).toBeGreaterThan(0);
    }
    expect(rawOf({ labels: many }).length).toBeGreaterThan(60_000);
    expect(rawOf(hostile)).toContain('"labels":{"__proto__":"v"}');
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it("is never an instruction to Appwrite", () => {
    expect(rawOf({ method: "dateSetNow" })).toBe('\u200b{"method":"dateSetNow"}');
  });
});
