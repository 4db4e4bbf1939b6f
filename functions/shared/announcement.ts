import { type AlertRow, rowIdOf, sha256 } from "./alert-row";
import type { Push } from "./appwrite-calls";
import type { Verdict } from "./judge";
import { cut, cutBytes, durationOf, minuteOf, oneLine } from "./text";

/** Something that people are told, once. */
export interface Announcement {
  row: AlertRow;
  /** `reminds`: it is known, and goes on. */
  what: "fires" | "reminds" | "resolves";
  /** The same for everybody who has the same to tell. Also the id of its push message. */
  id: string;
}

/** Everybody who wants to hear of everything. */
const everything = "monitoring-alerts";
/** Those who have to get up. */
const urgent = "critical-alerts";

/** A push is at most 4 KB in all, as Apple and Google take it. */
const pushBytes = { title: 250, body: 2_000 };
const smsCharacters = 320;

/** What people have to hear of a state, or have to have heard of it. */
export function announcementOf(row: AlertRow, verdict: Verdict): Announcement {
  const slot = "slot" in verdict ? verdict.slot : "";
  const { fingerprint, status, startsAt, endsAt } = row;
  const what = status === "resolved" ? "resolves" : verdict.is === "reminder" ? "reminds" : "fires";
  // Times in milliseconds: the same moment is written in different ways by Alertmanager and by Appwrite.
  const times = [startsAt, endsAt, slot || null].map((time) => (time === null ? null : Date.parse(time)));
  return { row, what, id: sha256(JSON.stringify([fingerprint, status, ...times])).slice(0, 32) };
}

/** One push to all topics that it is for: Appwrite sends it once to a device that listens to several. */
export function pushOf({ row, what, id }: Announcement, now: number): Push {
  const { alertname, instance, severity, status, summary, description, impact } = row;
  const headline = { fires: severityWord(row), reminds: `Still ${severityWord(row)}`, resolves: "Resolved" }[what];
  const lines = [
    summary,
    what === "fires" ? (description ?? impact) : undefined,
    what === "reminds" ? impact : undefined,
    timesOf(row, what, now),
  ].filter((line) => typeof line === "string");
  return {
    messageId: id,
    title: cutBytes(oneLine(`${headline}: ${alertname} on ${instance}`), pushBytes.title),
    body: cutBytes(lines.map(oneLine).join("\n"), pushBytes.body),
    topics: isUrgent(row) ? [urgent, everything] : [everything],
    data: { rowId: rowIdOf(row.fingerprint), severity, status },
    tag: rowIdOf(row.fingerprint),
  };
}

/**
 * The text message, for emergencies while they last; a resolution wakes nobody.
 * @returns also the reference by which it is found again among those sent
 */
export function smsOf({ row, what, id }: Announcement, now: number): { text: string; reference: string } | undefined {
  if (row.severity !== "emergency" || what === "resolves") return undefined;
  const reference = `[${id.slice(0, 8)}]`;
  const since = `since ${minuteOf(row.startsAt)}`;
  const times = what === "reminds" ? `${since} (${durationOf(now - Date.parse(row.startsAt))})` : since;
  const subject = `${what === "reminds" ? "STILL EMERGENCY" : "EMERGENCY"} ${row.alertname} on ${row.instance} ${times}`;
  const text = oneLine(row.summary ? `${subject}: ${row.summary}` : subject);
  return { text: `${cut(text, smsCharacters - reference.length - 1)} ${reference}`, reference };
}

function timesOf({ startsAt, endsAt }: AlertRow, what: Announcement["what"], now: number): string {
  if (what === "fires") return `Since ${minuteOf(startsAt)}.`;
  if (what === "reminds") return `Firing since ${minuteOf(startsAt)}, for ${durationOf(now - Date.parse(startsAt))}.`;
  const end = endsAt ?? startsAt;
  return `Over at ${minuteOf(end)}, after ${durationOf(Date.parse(end) - Date.parse(startsAt))}.`;
}

function severityWord({ severity }: AlertRow): string {
  return severity === "critical" || severity === "emergency"
    ? severity.toUpperCase()
    : severity.replace(/^./, (letter) => letter.toUpperCase());
}

function isUrgent({ severity }: AlertRow): boolean {
  return severity === "critical" || severity === "emergency";
}
