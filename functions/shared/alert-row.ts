import { createHash } from "node:crypto";
import { type Severity, severities } from "../../alerts/rule";
import { type Fields, isFields, rawAlertOf } from "./raw-alert";
import { columnText, urlOrNull } from "./text";

export type AlertStatus = "firing" | "resolved";

/** A row of the table `alerts`: its 18 columns. Times are ISO 8601 with milliseconds. */
export interface AlertRow {
  alertname: string;
  instance: string;
  severity: Severity;
  category: string;
  service: string | null;
  status: AlertStatus;
  startsAt: string;
  /** When it ended; null while it fires. */
  endsAt: string | null;
  summary: string | null;
  description: string | null;
  runbook: string | null;
  impact: string | null;
  fingerprint: string;
  groupKey: string | null;
  externalURL: string | null;
  rawAlert: string;
  /** When its fingerprint was first heard of. */
  createdAt: string;
  /** When this state was last heard of, or people were last told of it: repeats soon after it are repeats, no more. */
  updatedAt: string;
}

/** A row as Appwrite returns it. */
export interface StoredRow extends AlertRow {
  $id: string;
  $updatedAt: string;
}

/** What a delivery says of all its alerts. */
export interface DeliveryContext {
  status?: unknown;
  groupKey?: unknown;
  externalURL?: unknown;
}

/** An alert that cannot be stored, and why. */
export class BadAlert extends Error {}

/** Sizes of the text columns in characters; `rawAlert` in bytes: it is stored as MySQL's TEXT, which counts those. */
export const columnSizes = {
  alertname: 255,
  instance: 255,
  category: 100,
  service: 255,
  summary: 500,
  description: 2000,
  runbook: 500,
  impact: 1000,
  fingerprint: 255,
  groupKey: 255,
  externalURL: 2000,
  rawAlert: 65_535,
} as const;

/**
 * The row for one alert of Alertmanager's webhook. Texts are cut to their columns' sizes, nothing in them is interpreted.
 * @param now milliseconds since 1970
 * @throws {BadAlert} when a label or time is missing that a row cannot do without
 * @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
export function alertRow(alert: unknown, context: DeliveryContext, now: number): AlertRow {
  if (!isFields(alert)) throw new BadAlert("it is no object");
  const labels = isFields(alert.labels) ? alert.labels : {};
  const annotations = isFields(alert.annotations) ? alert.annotations : {};
  const status = statusOf(alert.status ?? context.status);
  const text = (value: unknown, column: keyof typeof columnSizes) => optional(value, columnSizes[column]);
  const required = (name: "alertname" | "instance" | "category", value: unknown) => {
    const found = text(value, name);
    if (found === null) throw new BadAlert(`the label "${name}" is missing`);
    return found;
  };
  const row = {
    alertname: required("alertname", labels.alertname),
    instance: required("instance", labels.instance ?? labels.server),
    severity: severityOf(labels.severity),
    category: required("category", labels.category),
    service: text(labels.service ?? labels.job, "service"),
    status,
    startsAt: new Date(timeOf(alert.startsAt) ?? missing("startsAt")).toISOString(),
    endsAt: status === "firing" ? null : new Date(timeOf(alert.endsAt) ?? now).toISOString(),
    summary: text(annotations.summary, "summary"),
    description: text(annotations.description, "description"),
    runbook: urlOrNull(annotations.runbook_url ?? annotations.runbook, columnSizes.runbook),
    impact: text(annotations.impact, "impact"),
    fingerprint: fingerprintOf(alert.fingerprint, labels),
    groupKey: text(context.groupKey, "groupKey"),
    externalURL: urlOrNull(context.externalURL, columnSizes.externalURL),
    rawAlert: rawAlertOf(alert, columnSizes.rawAlert),
  };
  const time = new Date(now).toISOString();
  return { ...row, createdAt: time, updatedAt: time };
}

/**
 * The id of a fingerprint's row: two deliveries at once cannot make two rows. The fingerprint itself where it is a valid
 * id, as Alertmanager's 16 hexadecimal digits are.
 */
export function rowIdOf(fingerprint: string): string {
  return /^[a-z0-9][a-z0-9._-]{0,35}$/i.test(fingerprint) ? fingerprint : sha256(fingerprint).slice(0, 32);
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A time that Appwrite can store, in milliseconds since 1970; Alertmanager's zero time (year 1) is none. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  const year = new Date(time).getUTCFullYear();
  return year >= 1000 && year <= 9999 ? time : undefined;
}

function statusOf(value: unknown): AlertStatus {
  if (value === "firing" || value === "resolved") return value;
  throw new BadAlert(`its status is neither "firing" nor "resolved"`);
}

function severityOf(label: unknown): Severity {
  const severity = severities.find((one) => one === String(label).toLowerCase());
  if (severity) return severity;
  const known = severities.join(", ");
  if (label === undefined || label === "") throw new BadAlert(`the label "severity" is missing (one of ${known})`);
  throw new BadAlert(`the label "severity" is none of ${known}`);
}

/** Alertmanager's own; derived from the labels, as there, where a caller leaves it out. */
function fingerprintOf(fingerprint: unknown, labels: Fields): string {
  if (typeof fingerprint === "string" && fingerprint !== "") {
    const text = columnText(fingerprint, columnSizes.fingerprint);
    return text === fingerprint ? text : sha256(fingerprint);
  }
  return sha256(JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))).slice(0, 16);
}

function optional(value: unknown, characters: number): string | null {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return null;
  return value === "" ? null : columnText(String(value), characters);
}

function missing(name: string): never {
  throw new BadAlert(`"${name}" is missing, or no time`);
}
