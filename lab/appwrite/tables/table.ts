import type { Models } from "node-appwrite";
import type { Stored } from "../documents";
import { AppwriteError } from "../http/errors";
import type { Collection, Store } from "../store";
import { columnAnswer, type StoredColumn } from "./column-types";
import { databasesIn } from "./databases";
import { indexAnswer, type StoredIndex } from "./index-types";

/** A table as it is stored, under `databaseId/tableId`. */
export interface StoredTable extends Stored {
  tableId: string;
  databaseId: string;
  name: string;
  enabled: boolean;
  rowSecurity: boolean;
  permissions: string[];
}

/** A row as it is stored: its values beside what everything has. */
export type StoredRow = Stored & { $permissions: string[] } & Record<string, unknown>;

/** The stored tables, of all databases. */
export const tablesIn = (store: Store): Collection<StoredTable> => store.collection("tables");

/** A table with what belongs to it. */
export class Table {
  readonly columns: Collection<StoredColumn>;
  readonly indexes: Collection<StoredIndex>;
  readonly rows: Collection<StoredRow>;

  private constructor(
    readonly stored: StoredTable,
    private readonly store: Store,
  ) {
    const id = stored.$id;
    this.columns = store.collection(`columns ${id}`);
    this.indexes = store.collection(`indexes ${id}`);
    this.rows = store.collection(`rows ${id}`);
  }

  /** @throws {AppwriteError} 404 `database_not_found`, `table_not_found` */
  static of(store: Store, databaseId: string, tableId: string): Table {
    if (!databasesIn(store).has(databaseId)) throw new AppwriteError("database_not_found");
    const stored = tablesIn(store).get(`${databaseId}/${tableId}`);
    if (!stored) throw new AppwriteError("table_not_found");
    return new Table(stored, store);
  }

  /** Columns that exist in the database itself, and so count for the rows. */
  get usableColumns(): StoredColumn[] {
    return this.columns.all().filter(({ status }) => status === "available" || status === "deleting");
  }

  /** Forgets it, and all that belongs to it. */
  forget(): void {
    tablesIn(this.store).delete(this.stored.$id);
    for (const belonging of [this.columns, this.indexes, this.rows]) {
      for (const { $id } of belonging.all()) belonging.delete($id);
    }
  }

  /** As it is answered. */
  get answer(): TableAnswer {
    const { $createdAt, $updatedAt, tableId, permissions, databaseId, name, enabled, rowSecurity } = this.stored;
    return {
      $id: tableId,
      $createdAt,
      $updatedAt,
      $permissions: permissions,
      databaseId,
      name,
      enabled,
      rowSecurity,
      columns: this.columns.all().map(columnAnswer),
      indexes: this.indexes.all().map(indexAnswer),
    };
  }
}

/** 1.8.1 knows nothing of the bytes that the SDK's model speaks of, and its integers may be too large for it. */
type TableAnswer = Omit<Models.Table, "bytesMax" | "bytesUsed" | "columns" | "indexes"> & {
  columns: object[];
  indexes: object[];
};
