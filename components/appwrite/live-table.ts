import { type Models, type OrderBy, Query, type TablesDBIndexType } from "node-appwrite";
import { type Column, type ColumnChange, type SeenColumn, seenColumn } from "./columns";
import { type Index, type SeenIndex, seenIndex } from "./indexes";
import type { AppwriteServer } from "./server";

/** Which table. */
export interface TableAddress {
  databaseId: string;
  tableId: string;
}

/** A table on the server, in the terms of its declaration. */
export interface SeenTable {
  name: string;
  enabled: boolean;
  permissions: string[];
  rowSecurity: boolean;
  columns: Record<string, SeenColumn>;
  indexes: Record<string, SeenIndex>;
}

/** A part of a table that the server makes or removes in its own time. */
interface Part {
  key: string;
  status: string;
  error: string;
}

/** States of a part that is not yet what it will be. */
const unsettled = ["processing", "deleting"];

/** One table on the server: changes are asked for here, and waited for. */
export class LiveTable {
  private readonly what: string;

  constructor(
    private readonly server: AppwriteServer,
    private readonly at: TableAddress,
  ) {
    this.what = `table ${at.databaseId}/${at.tableId}`;
  }

  /** The table as it is; nothing when it, or its database, is not there. */
  async read(): Promise<SeenTable | undefined> {
    const table = await this.server.find(this.what, () => this.get());
    return table && seenTable(table);
  }

  /** The table once nothing in it is being made or removed any more. */
  settle(): Promise<SeenTable> {
    return this.server.waitFor(this.what, this.server.patience.column, async (report) => {
      const table = await this.server.ask(this.what, () => this.get());
      const busy = partsOf(table).filter(({ status }) => unsettled.includes(status));
      report(busy.map(({ key, status }) => `${key} (${status})`).join(", "));
      return busy.length === 0 ? seenTable(table) : undefined;
    });
  }

  /** How many rows it holds; Appwrite counts up to 5,000. */
  async rows(): Promise<number> {
    const queries = [Query.limit(1)];
    const list = await this.server.find(`${this.what}: its rows`, () =>
      this.server.tables.listRows({ ...this.at, queries }),
    );
    return list?.total ?? 0;
  }

  async createColumn(key: string, column: Column): Promise<void> {
    await this.server.make(
      `${this.what}: column ${key}`,
      () => this.server.tables.getColumn({ ...this.at, key }),
      () => this.requestColumn(key, column),
      { absent: true },
    );
  }

  async updateColumn(key: string, column: Column): Promise<void> {
    await this.server.ask(`${this.what}: column ${key}`, () => this.requestColumnUpdate(key, column));
  }

  async deleteColumns(keys: string[]): Promise<void> {
    for (const key of keys) {
      const what = `${this.what}: column ${key}`;
      await this.server.remove(what, () => this.server.tables.deleteColumn({ ...this.at, key }));
    }
    await this.gone(keys, (table) => table.columns);
  }

  async createIndex(key: string, { type, columns, orders }: Index): Promise<void> {
    await this.server.make(
      `${this.what}: index ${key}`,
      () => this.server.tables.getIndex({ ...this.at, key }),
      () =>
        this.server.tables.createIndex({
          ...this.at,
          key,
          type: type as TablesDBIndexType,
          columns: [...columns],
          orders: [...orders] as OrderBy[],
        }),
      { absent: true },
    );
  }

  async deleteIndexes(keys: string[]): Promise<void> {
    for (const key of keys) {
      const what = `${this.what}: index ${key}`;
      await this.server.remove(what, () => this.server.tables.deleteIndex({ ...this.at, key }));
    }
    await this.gone(keys, (table) => table.indexes);
  }

  /** Waits until columns and indexes of these keys are there. @throws {AppwriteError} with the server's own reason */
  async available(part: "column" | "index", keys: string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.server.waitFor(this.what, this.server.patience.column, async (report) => {
      const table = await this.server.ask(this.what, () => this.get());
      const parts: Part[] = part === "column" ? table.columns : table.indexes;
      const asked = parts.filter(({ key }) => keys.includes(key));
      const failed = asked.find(({ status }) => status === "failed" || status === "stuck");
      if (failed) {
        throw this.server.error(
          `${this.what}: ${part} ${failed.key}`,
          `Appwrite could not make it (${failed.status}): ${failed.error || "it does not say why"}`,
        );
      }
      const missing = keys.filter((key) => !asked.some((one) => one.key === key && one.status === "available"));
      report(`making ${part} ${missing.join(", ")}`);
      return missing.length === 0 ? true : undefined;
    });
  }

  private async gone(keys: string[], parts: (table: Models.Table) => Part[]): Promise<void> {
    if (keys.length === 0) return;
    await this.server.waitFor(this.what, this.server.patience.column, async (report) => {
      const table = await this.server.ask(this.what, () => this.get());
      const left = parts(table).filter(({ key }) => keys.includes(key));
      const stuck = left.find(({ status, error }) => status === "stuck" && error);
      if (stuck) throw this.server.error(`${this.what}: ${stuck.key}`, `cannot be removed: ${stuck.error}`);
      report(`removing ${left.map(({ key }) => key).join(", ")}`);
      return left.length === 0 ? true : undefined;
    });
  }

  private get(): Promise<Models.Table> {
    return this.server.tables.getTable(this.at);
  }

  private requestColumn(key: string, column: Column): Promise<unknown> {
    const { tables } = this.server;
    const common = { ...this.at, key, required: column.required };
    switch (column.type) {
      case "string":
        return tables.createStringColumn({ ...common, size: column.size });
      case "enum":
        return tables.createEnumColumn({ ...common, elements: [...column.elements] });
      case "datetime":
        return tables.createDatetimeColumn(common);
      case "url":
        return tables.createUrlColumn(common);
    }
  }

  private requestColumnUpdate(key: string, column: Column): Promise<unknown> {
    const { tables } = this.server;
    // The server insists on a default, and null is none; the SDK's type does not know that.
    const common = { ...this.at, key, required: column.required, xdefault: null as unknown as string };
    switch (column.type) {
      case "string":
        return tables.updateStringColumn({ ...common, size: column.size });
      case "enum":
        return tables.updateEnumColumn({ ...common, elements: [...column.elements] });
      case "datetime":
        return tables.updateDatetimeColumn(common);
      case "url":
        return tables.updateUrlColumn(common);
    }
  }
}

/** Keys of the columns to be changed in one of these ways. */
export function keysOf(changes: ColumnChange[], ...ways: ColumnChange["how"][]): string[] {
  return changes.filter(({ how }) => ways.includes(how)).map(({ key }) => key);
}

function partsOf({ columns, indexes }: Models.Table): Part[] {
  return [...columns, ...indexes];
}

function seenTable(table: Models.Table): SeenTable {
  const { name, enabled, $permissions, rowSecurity, columns, indexes } = table;
  return {
    name,
    enabled,
    permissions: $permissions,
    rowSecurity,
    columns: Object.fromEntries(columns.map((column) => [column.key, seenColumn(column)])),
    indexes: Object.fromEntries(indexes.map((index) => [index.key, seenIndex(index)])),
  };
}
