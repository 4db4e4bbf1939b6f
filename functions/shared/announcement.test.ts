import { describe, expect, it } from "vitest";
import { webhookAlert } from "../testing/alerts";
import { type AlertRow, alertRow } from "./alert-row";
import { announcementOf, pushOf, smsOf } from "./announcement";
import type { Verdict } from "./judge";

const now = Date.parse("2026-11-24T13:30:00Z");
const news: Verdict = { is: "news", slot: "" };
const reminder: Verdict = { is: "reminder", slot: "2026-11-24T13:00:00.000Z" };
const rowOf = (state: Parameters<typeof webhookAlert>[0] = {}) => alertRow(webhookAlert(state), {}, now);

describe("a push", () => {
  it("says what is wrong, where and since when", () => {
    const announcement = announcementOf(rowOf(), news);
    expect(pushOf(announcement, now)).toEqual({
      messageId: announcement.id,
      title: "EMERGENCY: ServerDown on server-82",
      body: "server-82 does not answer\nserver-82 has not answered for a minute.\nSince 2026-11-24 12:00 UTC.",
      topics: ["critical-alerts", "monitoring-alerts"],
      data: { rowId: "a1b2c3d4e5f60718", severity: "emergency", status: "firing" },
      tag: "a1b2c3d4e5f60718",
    });
  });

  it("reminds of what goes on", () => {
    const { title, body } = pushOf(announcementOf(rowOf({ labels: { severity: "critical" } }), reminder), now);
    expect(title).toBe("Still CRITICAL: ServerDown on server-82");
    expect(body).toBe(
      "server-82 does not answer\nEverything on it is away.\nFiring since 2026-11-24 12:00 UTC, for 1 h 30 min.",
    );
  });

  it("says that it is over", () => {
    const push = pushOf(announcementOf(rowOf({ endsAt: "2026-11-24T12:40:00Z" }), news), now);
    expect(push.title).toBe("Resolved: ServerDown on server-82");
    expect(push.body).toBe("server-82 does not answer\nOver at 2026-11-24 12:40 UTC, after 40 min.");
    expect(push.data.status).toBe("resolved");
  });

  it.each([
    ["info", ["monitoring-alerts"]],
    ["warning", ["monitoring-alerts"]],
    ["critical", ["critical-alerts", "monitoring-alerts"]],
    ["emergency", ["critical-alerts", "monitoring-alerts"]],
  ])("of severity %s goes to %s", (severity, topics) => {
    const row = rowOf({ labels: { severity } });
    expect(pushOf(announcementOf(row, news), now).topics).toEqual(topics);
    const over = { ...row, status: "resolved", endsAt: row.startsAt } as AlertRow;
    expect(pushOf(announcementOf(over, news), now).topics).toEqual(topics);
  });

  it("is as large as Apple and Google take it, and one line where it has to be", () => {
    const long = "😀\n".repeat(2000);
    const row = rowOf({
      labels: { alertname: long, instance: long },
      annotations: { summary: long, description: long },
    });
    const push = pushOf(announcementOf(row, news), now);
    expect(Buffer.byteLength(JSON.stringify(push))).toBeLessThan(4_000);
    expect(push.title).not.toContain("\n");
    expect([...push.title].length).toBeLessThanOrEqual(256);
  });
});

describe("a text message", () => {
  it("is for emergencies that begin or go on", () => {
    expect(smsOf(announcementOf(rowOf(), news), now)?.text).toMatch(
      /^EMERGENCY ServerDown on server-82 since 2026-11-24 12:00 UTC: server-82 does not answer \[[0-9a-f]{8}\]$/,
    );
    expect(smsOf(announcementOf(rowOf(), reminder), now)?.text).toMatch(
      /^STILL EMERGENCY ServerDown on server-82 since 2026-11-24 12:00 UTC \(1 h 30 min\): server-82 does not answer \[/,
    );
  });

  it("is for nothing else", () => {
    expect(smsOf(announcementOf(rowOf({ endsAt: "2026-11-24T12:40:00Z" }), news), now)).toBeUndefined();
    expect(smsOf(announcementOf(rowOf({ labels: { severity: "critical" } }), news), now)).toBeUndefined();
  });

  it("is short, and keeps its reference", () => {
    const long = "ü".repeat(999);
    const sms = smsOf(
      announcementOf(rowOf({ labels: { alertname: long }, annotations: { summary: long } }), news),
      now,
    );
    expect([...(sms?.text ?? "")]).toHaveLength(320);
    expect(sms?.text.endsWith(sms.reference)).toBe(true);
  });
});

describe("an announcement's id", () => {
  const idOf = (row: AlertRow, verdict: Verdict = news) => announcementOf(row, verdict).id;

  it("is one that Appwrite takes, and the same for whoever has the same to tell", () => {
    expect(idOf(rowOf())).toMatch(/^[0-9a-f]{32}$/);
    const asAppwriteHasIt = {
      ...rowOf(),
      startsAt: "2026-11-24T12:00:00.123+00:00",
      updatedAt: "2026-11-24T12:00:30.000+00:00",
    };
    expect(idOf(asAppwriteHasIt)).toBe(idOf(rowOf()));
    expect(idOf(rowOf(), { is: "repeat", mayBeUntold: true })).toBe(idOf(rowOf()));
    expect(idOf(rowOf({ fingerprint: "2026-99-99T12:00:00Z" }))).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is another for anything else", () => {
    const over = rowOf({ endsAt: "2026-11-24T12:40:00Z" });
    const ids = [
      idOf(rowOf()),
      idOf(rowOf(), reminder),
      idOf(rowOf(), { is: "reminder", slot: "2026-11-24T13:05:00.000Z" }),
      idOf(rowOf({ fingerprint: "0000000000000000" })),
      idOf(rowOf({ startsAt: "2026-11-24T12:00:01Z" })),
      idOf(over),
      idOf(rowOf({ endsAt: "2026-11-24T12:41:00Z" })),
      idOf(over, { is: "news", slot: "2026-11-24T13:05:00.000Z" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
