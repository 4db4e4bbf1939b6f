import { Client, Messaging, TablesDB } from "node-appwrite";
import type { AlertRow, StoredRow } from "./alert-row";
import { answerWithin } from "./service-error";
import type { Settings } from "./settings";

/** A push message. Empty texts and a message without topic are refused by Appwrite. */
export interface Push {
  messageId: string;
  title: string;
  body: string;
  topics: string[];
  data: Record<string, string>;
  /** On Android a message replaces an earlier one of the same tag. */
  tag: string;
}

/** The calls of Appwrite's API that the functions make, as `node-appwrite` makes them. */
export interface AppwriteCalls {
  listRows: (call: { queries: string[] }) => Promise<{ rows: StoredRow[] }>;
  createRow: (call: { rowId: string; data: AlertRow }) => Promise<unknown>;
  /** Updates all rows that match; `total` is how many. */
  updateRows: (call: { queries: string[]; data: Partial<AlertRow> }) => Promise<{ total: number }>;
  createPush: (push: Push) => Promise<unknown>;
  getMessage: (call: { messageId: string }) => Promise<unknown>;
}

/** How long a call may take. */
const patience = 4_000;

/** @returns the calls, each of which throws a {@link ServiceError} when it fails */
export function appwriteCalls({ endpoint, project, key, database, table }: Settings): AppwriteCalls {
  const client = new Client().setEndpoint(endpoint).setProject(project).setKey(key);
  // The format of the oldest server that is supported: newer ones know it, and 1.8 does not warn at every call.
  client.headers["X-Appwrite-Response-Format"] = "1.8.0";
  const tables = new TablesDB(client);
  const messaging = new Messaging(client);
  const where = { databaseId: database, tableId: table };
  const call = <Answer>(answer: Promise<Answer>) => answerWithin("Appwrite", patience, answer);
  return {
    listRows: (query) => call(tables.listRows({ ...where, ...query }) as unknown as Promise<{ rows: StoredRow[] }>),
    createRow: (row) => call(tables.createRow({ ...where, ...row })),
    updateRows: (update) => call(tables.updateRows({ ...where, ...update })),
    createPush: (push) => call(messaging.createPush(push)),
    getMessage: (message) => call(messaging.getMessage(message)),
  };
}
