import { Query } from "node-appwrite";
import { type AlertRow, rowIdOf, type StoredRow } from "./alert-row";
import type { AppwriteCalls } from "./appwrite-calls";
import type { Retries } from "./retries";
import { ServiceError } from "./service-error";

/** What became of a write. */
export interface Written {
  /** Whether it changed the table. */
  done: boolean;
  /** Whether an earlier attempt may have changed it, of which the answer was lost. */
  isUncertain: boolean;
}

/** Appwrite takes a query of 4,096 characters; a list is a GET, whose address proxies keep below 8 KB. */
const longestQuery = 3_000;
const mostRows = 100;

/**
 * The table `alerts`.
 *
 * Reads are lists, and changes are updates of all rows that match, on purpose: both ask the database. Of single rows
 * Appwrite (1.8.1) keeps copies, which can be outdated; its reads of one row, its conflict check by `X-Appwrite-Timestamp`
 * and its transactions all go by those.
 */
export class AlertTable {
  constructor(
    private readonly calls: AppwriteCalls,
    private readonly retries: Retries,
  ) {}

  /** @returns fingerprint → its row, of those that have one */
  async find(fingerprints: string[]): Promise<Map<string, StoredRow>> {
    const found = new Map<string, StoredRow>();
    for (const some of queryable(fingerprints)) {
      const queries = [Query.equal("fingerprint", some), Query.limit(mostRows)];
      for (const row of await this.list(queries)) found.set(row.fingerprint, row);
    }
    return found;
  }

  /** Rows of that name, those last heard of first. */
  async findByName(alertname: string): Promise<StoredRow[]> {
    return this.list([Query.equal("alertname", [alertname]), Query.orderDesc("updatedAt"), Query.limit(mostRows)]);
  }

  /** Creates the row of a fingerprint; not done when there is one already. */
  async create(row: AlertRow): Promise<Written> {
    const rowId = rowIdOf(row.fingerprint);
    return this.write(row, async (data) => {
      try {
        await this.calls.createRow({ rowId, data: { ...row, ...data } });
        return true;
      } catch (error) {
        if (error instanceof ServiceError && error.status === 409) return false;
        throw error;
      }
    });
  }

  /**
   * Changes a row if it still is as it was read. Appwrite looks for rows that match and writes those it found: between
   * the two there is a moment, within one request, in which another write goes unnoticed.
   */
  async replace(stored: StoredRow, changes: Partial<AlertRow>): Promise<Written> {
    const queries = [Query.equal("$id", [stored.$id]), Query.equal("$updatedAt", [stored.$updatedAt])];
    return this.write(changes, async (data) => (await this.calls.updateRows({ queries, data })).total > 0);
  }

  private async list(queries: string[]): Promise<StoredRow[]> {
    return (await this.retries.run(() => this.calls.listRows({ queries }))).rows;
  }

  private async write<Row extends Partial<AlertRow>>(
    row: Row,
    attempt: (row: Row) => Promise<boolean>,
  ): Promise<Written> {
    let data = row;
    return this.retries.run(async (attempts) => {
      try {
        return { done: await attempt(data), isUncertain: attempts > 0 };
      } catch (error) {
        if (!(error instanceof ServiceError) || error.type !== "row_invalid_structure" || data !== row) throw error;
        // An alert with a link that the server does not like is worth more than none.
        data = { ...row, runbook: null, externalURL: null };
        return { done: await attempt(data), isUncertain: attempts > 0 };
      }
    });
  }
}

/** In portions that a query can carry. */
function* queryable(values: string[]): Generator<string[]> {
  let portion: string[] = [];
  let length = 0;
  for (const value of new Set(values)) {
    const size = encodeURIComponent(JSON.stringify(value)).length + 3;
    if (portion.length > 0 && (length + size > longestQuery || portion.length === mostRows)) {
      yield portion;
      [portion, length] = [[], 0];
    }
    portion.push(value);
    length += size;
  }
  if (portion.length > 0) yield portion;
}
