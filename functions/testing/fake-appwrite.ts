import { AppwriteException } from "node-appwrite";
import { type AlertRow, columnSizes, type StoredRow } from "../shared/alert-row";
import type { AppwriteCalls, Push } from "../shared/appwrite-calls";
import { serviceError } from "../shared/service-error";
import { looksLikeOperator } from "../shared/text";

type CallName = keyof AppwriteCalls;

/** What happens to a call: it never arrives, its answer gets lost, or the server answers so. */
export type Mishap = "lost call" | "lost answer" | { code: number; type: string; message?: string };

export interface FakeOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Awaited before each effect: here a test decides who goes on. */
  step?: () => Promise<void>;
  /** Whether an update finds its rows at one step and writes them at another, as Appwrite does. */
  splitsUpdates?: boolean;
  /** Asked at every call, which is the so manieth of its name (from 1). */
  mishap?: (name: CallName, count: number, call: unknown) => Mishap | undefined;
}

/**
 * Appwrite's table, messages and errors, as far as the functions use them, in memory. Each {@link FakeAppwrite.calls} is
 * one caller; all see the same table.
 */
export class FakeAppwrite {
  readonly rows = new Map<string, StoredRow>();
  readonly pushes: Push[] = [];
  /** Call name → how often. */
  readonly counts: Partial<Record<CallName, number>> = {};
  private version = 0;

  constructor(private readonly options: FakeOptions = {}) {}

  /** The row of that fingerprint. */
  row(fingerprint: string): StoredRow | undefined {
    return [...this.rows.values()].find((row) => row.fingerprint === fingerprint);
  }

  /** Pushes to that topic. */
  pushesTo(topic: string): Push[] {
    return this.pushes.filter(({ topics }) => topics.includes(topic));
  }

  /** @param step as in the options, for this caller alone */
  calls(step = this.options.step): AppwriteCalls {
    const made = <Call, Answer>(name: CallName, effect: (call: Call) => Answer | Promise<Answer>) => {
      return async (call: Call): Promise<Answer> => {
        const count = (this.counts[name] ?? 0) + 1;
        this.counts[name] = count;
        const mishap = this.options.mishap?.(name, count, call);
        await step?.();
        try {
          if (mishap === "lost call") throw new TypeError("fetch failed");
          if (typeof mishap === "object") throw new AppwriteException(mishap.message ?? "", mishap.code, mishap.type);
          const answer = await effect(call);
          if (mishap === "lost answer") throw new TypeError("terminated");
          return answer;
        } catch (error) {
          throw serviceError("Appwrite", error);
        }
      };
    };
    return {
      listRows: made("listRows", ({ queries }) => ({ rows: this.matching(queries).map((row) => ({ ...row })) })),
      createRow: made("createRow", ({ rowId, data }) => this.createRow(rowId, data)),
      updateRows: made("updateRows", async ({ queries, data }) => {
        const found = this.matching(queries);
        if (this.options.splitsUpdates) await step?.();
        return this.updateRows(found, data);
      }),
      createPush: made("createPush", (push) => this.createPush(push)),
      getMessage: made("getMessage", ({ messageId }) => {
        const push = this.pushes.find((one) => one.messageId === messageId);
        if (!push) throw new AppwriteException("Message not found.", 404, "message_not_found");
        return push;
      }),
    };
  }

  private createRow(rowId: string, data: AlertRow): StoredRow {
    checkStructure(data);
    if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,35}$/.test(rowId)) {
      throw new AppwriteException("Invalid `rowId` param", 400, "general_argument_invalid");
    }
    if (this.rows.has(rowId) || this.row(data.fingerprint)) {
      throw new AppwriteException("Row with the requested ID already exists.", 409, "row_already_exists");
    }
    const row = { ...stored(data), $id: rowId, $updatedAt: this.nextVersion() };
    this.rows.set(rowId, row);
    return row;
  }

  private updateRows(found: StoredRow[], data: Partial<AlertRow>): { total: number } {
    for (const [column, value] of Object.entries(data)) {
      if (typeof value !== "string" || !looksLikeOperator(value)) continue;
      throw new AppwriteException(`Invalid operator for attribute "${column}"`, 400, "general_bad_request");
    }
    for (const row of found) {
      const changed = { ...row, ...stored(data), $updatedAt: this.nextVersion() };
      checkStructure(changed);
      this.rows.set(row.$id, changed);
    }
    return { total: found.length };
  }

  private createPush(push: Push): Push {
    if (!push.title) throw new AppwriteException("Invalid title", 400, "general_argument_invalid");
    if (push.topics.length === 0) throw new AppwriteException("No target", 400, "message_missing_target");
    if (this.pushes.some(({ messageId }) => messageId === push.messageId)) {
      throw new AppwriteException("Server Error", 500, "general_unknown");
    }
    this.pushes.push(push);
    return push;
  }

  private matching(queries: string[]): StoredRow[] {
    let rows = [...this.rows.values()];
    for (const query of queries) {
      if (query.length > 4096) throw new AppwriteException("Query too long", 400, "general_argument_invalid");
      const {
        method,
        attribute,
        values = [],
      } = JSON.parse(query) as {
        method: string;
        attribute: keyof StoredRow;
        values?: unknown[];
      };
      if (method === "equal") rows = rows.filter((row) => values.includes(row[attribute]));
      else if (method === "limit") rows = rows.slice(0, Number(values[0]));
      else if (method === "orderDesc") rows.sort((a, b) => (String(a[attribute]) < String(b[attribute]) ? 1 : -1));
      else throw new AppwriteException(`Invalid query method: ${method}`, 400, "general_query_invalid");
    }
    return rows;
  }

  /** Times of writes, a millisecond apart at least. */
  private nextVersion(): string {
    this.version = Math.max(this.version + 1, this.options.now?.() ?? 0);
    return new Date(this.version).toISOString().replace("Z", "+00:00");
  }
}

/** As Appwrite returns it: times with an offset. */
function stored<Row extends Partial<AlertRow>>(data: Row): Row {
  return Object.fromEntries(
    Object.entries(data).map(([column, value]) => {
      const isTime = ["startsAt", "endsAt", "createdAt", "updatedAt"].includes(column);
      return [column, isTime && typeof value === "string" ? value.replace("Z", "+00:00") : value];
    }),
  ) as Row;
}

function checkStructure(row: AlertRow): void {
  const refuse = (column: string) => {
    throw new AppwriteException(`Invalid document structure: ${column}`, 400, "row_invalid_structure");
  };
  for (const [column, size] of Object.entries(columnSizes)) {
    const value = row[column as keyof typeof columnSizes];
    if (value !== null && [...value].length > size) refuse(column);
  }
  for (const column of ["alertname", "instance", "category", "fingerprint", "rawAlert"] as const) {
    if (!row[column]) refuse(column);
  }
  for (const column of ["startsAt", "createdAt", "updatedAt"] as const) {
    if (!/^\d{4}-\d\d-\d\dT/.test(row[column])) refuse(column);
  }
  for (const column of ["runbook", "externalURL"] as const) {
    const host = /^https?:\/\/([^/:?#]+)/.exec(row[column] ?? "http://a")?.[1];
    if (!host || host.includes("_")) refuse(column);
  }
  // MySQL's TEXT counts bytes.
  if (Buffer.byteLength(row.rawAlert) > 65_535) throw new AppwriteException("Server Error", 500, "general_unknown");
}
