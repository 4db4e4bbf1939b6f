import { AppwriteError } from "../http/errors";
import type { StoredIndex } from "./index-types";
import { uniqueKey } from "./indexes";
import type { StoredRow, Table } from "./table";

/** A table's rows by what a unique index makes of them, kept up with the table. */
interface Keys {
  rows: Map<string | symbol, string>;
  /** What the keys were made of, so that a changed index makes new ones. */
  columns: string;
}

const keysOfTables = new WeakMap<object, Map<string, Keys>>();

/** The row, if any, that another index value belongs to. @param except the row itself */
export function conflicting(table: Table, row: StoredRow, except?: string): StoredRow | undefined {
  for (const index of uniqueIndexes(table)) {
    const id = keysOf(table, index).get(uniqueKey(index, row));
    if (id !== undefined && id !== except) return table.rows.get(id);
  }
  return undefined;
}

/** Stores a new row. @throws {AppwriteError} 409 `row_already_exists`, for its id and for a unique index alike */
export function insert(table: Table, id: string, values: Omit<StoredRow, "$id" | "$sequence">): StoredRow {
  const row = { ...values, $id: id, $sequence: 0 } as StoredRow;
  if (table.rows.has(id) || conflicting(table, row)) throw new AppwriteError("row_already_exists");
  const created = table.rows.create(id, values as StoredRow);
  for (const index of uniqueIndexes(table)) keysOf(table, index).set(uniqueKey(index, created), id);
  return created;
}

/** Changes a row. @throws {AppwriteError} 409 `row_already_exists` when another one has its unique values */
export function change(table: Table, row: StoredRow): StoredRow {
  if (conflicting(table, row, row.$id)) throw new AppwriteError("row_already_exists");
  const old = table.rows.get(row.$id);
  for (const index of uniqueIndexes(table)) {
    const keys = keysOf(table, index);
    if (old) keys.delete(uniqueKey(index, old));
    keys.set(uniqueKey(index, row), row.$id);
  }
  return table.rows.update(row.$id, row);
}

/** Deletes a row. */
export function remove(table: Table, row: StoredRow): void {
  for (const index of uniqueIndexes(table)) keysOf(table, index).delete(uniqueKey(index, row));
  table.rows.delete(row.$id);
}

function uniqueIndexes(table: Table): StoredIndex[] {
  const inForce = (status: string) => status === "available" || status === "deleting";
  return table.indexes.all().filter(({ type, status }) => type === "unique" && inForce(status));
}

function keysOf(table: Table, index: StoredIndex): Map<string | symbol, string> {
  const ofTable = keysOfTables.get(table.rows) ?? new Map<string, Keys>();
  keysOfTables.set(table.rows, ofTable);
  const columns = JSON.stringify([index.$sequence, index.columns, index.lengths]);
  const known = ofTable.get(index.$id);
  if (known?.columns === columns) return known.rows;
  const rows = new Map(table.rows.all().map((row) => [uniqueKey(index, row), row.$id]));
  ofTable.set(index.$id, { rows, columns });
  return rows;
}
