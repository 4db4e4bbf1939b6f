import { timeText } from "../documents";
import type { Json } from "../http/checks";
import { mustFitColumns, mustFitStorage, storedValues } from "./row-structure";
import type { StoredRow, Table } from "./table";
import { change, conflicting, insert, remove } from "./unique";

/** What a caller may say of a row beside its columns; the rest that begins with `$` is the server's own. */
function split(data: Json): { values: Json; times: { $createdAt?: string; $updatedAt?: string } } {
  const { $id, $permissions, $sequence, $databaseId, $tableId, $createdAt, $updatedAt, ...values } = data;
  const times = {
    ...(typeof $createdAt === "string" ? { $createdAt } : {}),
    ...(typeof $updatedAt === "string" ? { $updatedAt } : {}),
  };
  return { values, times };
}

/**
 * Makes a row.
 * @throws {AppwriteError} 400 `row_invalid_structure`, 409 `row_already_exists`
 */
export function createRow(table: Table, id: string, data: Json, permissions: string[] | null): StoredRow {
  const { values, times } = split(data);
  const columns = table.usableColumns;
  const stored = storedValues(values, columns);
  mustFitColumns({ ...values, ...stored }, columns);
  mustFitStorage(stored, columns);
  const now = timeText();
  const row = { $createdAt: now, $updatedAt: now, ...times, ...stored, $permissions: permissions ?? [] };
  return insert(table, id, row as Omit<StoredRow, "$id" | "$sequence">);
}

/** Changes what is said; where that is what it was, its time stays too. */
export function updateRow(table: Table, row: StoredRow, data: Json, permissions: string[] | null): StoredRow {
  const { values, times } = split(data);
  const columns = table.usableColumns;
  const said = { ...valuesOf(table, row), ...values };
  // A default is for a new row: here null is null.
  const withoutDefaults = columns.map((column) => ({ ...column, default: null }));
  const stored = storedValues(said, withoutDefaults);
  mustFitColumns({ ...said, ...stored }, columns);
  mustFitStorage(stored, columns);
  const changed: StoredRow = { ...row, ...stored, ...times, $permissions: permissions ?? row.$permissions };
  if (JSON.stringify(changed) === JSON.stringify(row)) return row;
  return change(table, { ...changed, $updatedAt: times.$updatedAt ?? timeText() });
}

function valuesOf(table: Table, row: StoredRow): Json {
  return Object.fromEntries(table.usableColumns.map(({ $id }) => [$id, row[$id] ?? null]));
}

/**
 * An upsert is MariaDB's INSERT … ON DUPLICATE KEY UPDATE: when the id is new and a unique index already knows the
 * values, it is the row that has them which changes, under its own id, and nobody is told.
 */
export function upsertRow(table: Table, id: string, data: Json, permissions: string[] | null): StoredRow {
  const known = table.rows.get(id);
  const { values, times } = split(data);
  const columns = table.usableColumns;
  // What is required must be said each time; the rest stays as it was.
  const kept = columns.filter(({ required }) => !required).map(({ $id }) => [$id, known?.[$id] ?? null]);
  const said: Json = { ...Object.fromEntries(kept), ...values };
  const stored = storedValues(said, columns);
  mustFitColumns({ ...said, ...stored }, columns);
  mustFitStorage(stored, columns);
  const now = timeText();
  if (known) {
    const kept = { $permissions: permissions ?? known.$permissions };
    return change(table, { ...known, ...stored, $updatedAt: now, ...times, ...kept });
  }
  const other = conflicting(table, { ...stored } as StoredRow);
  if (other) return { ...change(table, { ...other, ...stored, $updatedAt: now, ...times }), $id: id, $sequence: 0 };
  const row = { $createdAt: now, $updatedAt: now, ...times, ...stored, $permissions: permissions ?? [] };
  return insert(table, id, row as Omit<StoredRow, "$id" | "$sequence">);
}

/** Several rows in one call are a transaction. */
export function allOrNone<T>(table: Table, each: T[], work: (one: T) => StoredRow): StoredRow[] {
  const before = new Map(table.rows.all().map((row) => [row.$id, row]));
  try {
    return each.map(work);
  } catch (error) {
    for (const row of table.rows.all()) {
      const old = before.get(row.$id);
      if (!old) remove(table, row);
      else if (old !== row) change(table, old);
    }
    throw error;
  }
}
