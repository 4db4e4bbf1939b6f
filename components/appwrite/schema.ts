import type { Columns } from "./columns";
import type { Indexes } from "./indexes";

/** Where alerts are stored: every alert of Alertmanager a row, found again by its fingerprint. */
export const alertColumns = {
  alertname: { type: "string", size: 255, required: true },
  instance: { type: "string", size: 255, required: true },
  severity: { type: "enum", elements: ["info", "warning", "critical", "emergency"], required: true },
  category: { type: "string", size: 100, required: true },
  service: { type: "string", size: 255, required: false },
  status: { type: "enum", elements: ["firing", "resolved"], required: true },
  startsAt: { type: "datetime", required: true },
  endsAt: { type: "datetime", required: false },
  summary: { type: "string", size: 500, required: false },
  description: { type: "string", size: 2000, required: false },
  runbook: { type: "url", required: false },
  impact: { type: "string", size: 1000, required: false },
  fingerprint: { type: "string", size: 255, required: true },
  groupKey: { type: "string", size: 255, required: false },
  externalURL: { type: "url", required: false },
  rawAlert: { type: "string", size: 65535, required: true },
  createdAt: { type: "datetime", required: true },
  updatedAt: { type: "datetime", required: true },
} as const satisfies Columns;

export const alertIndexes = {
  fingerprint: { type: "unique", columns: ["fingerprint"], orders: ["asc"] },
  status: { type: "key", columns: ["status"], orders: ["asc"] },
  severity: { type: "key", columns: ["severity"], orders: ["asc"] },
  instance: { type: "key", columns: ["instance"], orders: ["asc"] },
  startsAt: { type: "key", columns: ["startsAt"], orders: ["desc"] },
} as const satisfies Indexes;

/** Emergencies and what is critical; and everything that fires or resolves. */
export const topicIds = ["critical-alerts", "monitoring-alerts"] as const;

/** The functions, each in the folder `functions/<id>`. */
export const functionIds = ["alert-processor", "heartbeat-check"] as const;
export type FunctionId = (typeof functionIds)[number];

/** What a function is allowed to, and when it runs. */
export interface FunctionShape {
  /** Cron, in UTC; empty: when it is called. */
  schedule: string;
  /** Seconds. A caller who waits for the answer waits for 30. */
  timeout: number;
  /** Of the key that Appwrite hands to every execution. */
  scopes: readonly string[];
}

const scopes = ["rows.read", "rows.write", "messages.read", "messages.write"] as const;

export const functionShapes: Record<FunctionId, FunctionShape> = {
  "alert-processor": { schedule: "", timeout: 60, scopes },
  "heartbeat-check": { schedule: "*/5 * * * *", timeout: 60, scopes },
};

/** By SMS, as Twilio sends it. `T`: a text, or what will be one. */
export interface SmsSettings<T> {
  accountSid: T;
  authToken: T;
  /** Sender, as `+15551234567`. */
  from: T;
  /** Numbers of those on call, separated by commas. */
  to: T;
}

/** What the functions' variables are made of. */
export interface VariableSources<T> {
  endpoint: string;
  project: string;
  databaseId: string;
  tableId: string;
  /** Left out: nobody is told by SMS. */
  sms?: SmsSettings<T> | undefined;
  /** Called while the heartbeat is there. */
  heartbeatUrl?: T | undefined;
}

/** A function's variables, by the guide's names: those that everybody may see, and those for the function alone. */
export function variablesOf<T>(
  id: FunctionId,
  { endpoint, project, databaseId, tableId, sms, heartbeatUrl }: VariableSources<T>,
): { plain: Record<string, string>; secret: Record<string, T> } {
  return {
    plain: {
      APPWRITE_ENDPOINT: endpoint,
      APPWRITE_PROJECT_ID: project,
      DATABASE_ID: databaseId,
      ALERTS_COLLECTION_ID: tableId,
    },
    secret: {
      ...(sms && {
        TWILIO_ACCOUNT_SID: sms.accountSid,
        TWILIO_AUTH_TOKEN: sms.authToken,
        TWILIO_PHONE_NUMBER: sms.from,
        ONCALL_PHONE_NUMBERS: sms.to,
      }),
      ...(heartbeatUrl !== undefined && id === "heartbeat-check" && { HEARTBEAT_URL: heartbeatUrl }),
    },
  };
}

/**
 * What the key that deploys all of this has to be allowed to. Columns and indexes go by the scopes of tables; rows are
 * read to see whether there are any, before something would be lost.
 */
export const deploymentScopes = [
  "databases.read",
  "databases.write",
  "tables.read",
  "tables.write",
  "rows.read",
  "functions.read",
  "functions.write",
  "topics.read",
  "topics.write",
] as const;

/** What the key that Alertmanager calls the function with has to be allowed to: the guide's `functions.execute` is none. */
export const callerScopes = ["execution.write"] as const;

export type Scope = (typeof deploymentScopes | typeof callerScopes)[number];
