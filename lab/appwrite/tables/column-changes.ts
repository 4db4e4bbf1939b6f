import { type Json, lengthOf } from "../http/checks";
import { AppwriteError } from "../http/errors";
import {
  boundsOf,
  type ColumnDefinition,
  type ColumnKind,
  columnTypes,
  fitInRow,
  type StoredColumn,
} from "./column-types";
import { complaintAbout, type Indexed, ownColumns } from "./index-types";
import type { Table } from "./table";

/** Keys are the same whatever their case. */
export function findColumn(table: Table, key: string): StoredColumn | undefined {
  return table.columns.all().find(({ $id }) => $id.toLowerCase() === key.toLowerCase());
}

/** @throws {AppwriteError} 404 `column_not_found` */
export function columnOf(table: Table, key: string): StoredColumn {
  const column = findColumn(table, key);
  if (!column) throw new AppwriteError("column_not_found");
  return column;
}

/** A column as it is asked for. */
export function newColumn(
  kind: ColumnKind,
  values: { required: boolean; default: ColumnDefinition["default"]; array: boolean } & Json,
): ColumnDefinition {
  const said = values as Partial<ColumnDefinition>;
  return {
    kind,
    status: "processing",
    error: "",
    size: said.size ?? columnTypes[kind].size,
    required: values.required,
    default: values.default,
    array: values.array,
    encrypt: said.encrypt ?? false,
    elements: said.elements ?? [],
    min: said.min ?? null,
    max: said.max ?? null,
  };
}

/** What an update says; what it leaves out stays. */
export function changeOf(values: Json, column: StoredColumn): Partial<StoredColumn> {
  const said = values as Partial<StoredColumn>;
  return {
    required: said.required ?? column.required,
    default: said.default ?? null,
    size: said.size ?? column.size,
    min: said.min ?? column.min,
    max: said.max ?? column.max,
    elements: said.elements ?? column.elements,
  };
}

/** What must be right within one column. @throws {AppwriteError} 400 `column_value_invalid` */
export function withOwnRules<T extends ColumnDefinition>(kind: ColumnKind, column: T): T {
  const { default: otherwise, size, elements, encrypt } = column;
  const wrong = (message: string) => new AppwriteError("column_value_invalid", message);
  if (encrypt && size < 150) {
    const message = "Size too small. Encrypted strings require a minimum size of 150 characters.";
    throw new AppwriteError("general_bad_request", message);
  }
  if (kind === "string" && typeof otherwise === "string" && lengthOf(otherwise) > size) {
    throw wrong(`Value must be a valid string and no longer than ${size} chars`);
  }
  if (kind === "enum") {
    if (elements.length === 0) throw wrong("Enum elements must not be empty");
    if (elements.some((element) => element === "")) throw wrong("Each enum element must not be empty");
    if (otherwise !== null && !elements.includes(String(otherwise))) throw wrong("Default value not found in elements");
  }
  if (kind === "integer" || kind === "float") {
    const { min, max } = boundsOf(column);
    if (min > max) throw wrong("Minimum value must be lesser than maximum value");
    const outside = typeof otherwise === "number" && (otherwise < min || otherwise > max);
    if (outside) throw wrong(`Value must be a valid range between ${min} and ${max}`);
  }
  return column;
}

/** @throws {AppwriteError} 400 `column_default_unsupported` */
export function mustNotHaveDefault({ required, array, default: otherwise }: ColumnDefinition): void {
  if (otherwise === null) return;
  const type = "column_default_unsupported";
  if (required) throw new AppwriteError(type, "Cannot set default value for required column");
  if (array) throw new AppwriteError(type, "Cannot set default value for array columns");
}

/** An update must leave room in the row and in the indexes, and for what is already stored. */
export function mustFit(table: Table, updated: StoredColumn): void {
  const columns = table.columns.all().map((column) => (column.$id === updated.$id ? updated : column));
  if (!fitInRow(columns)) throw new AppwriteError("column_limit_exceeded");
  for (const index of table.indexes.all()) {
    const indexed = index.columns.map((name): Indexed => {
      return ownColumns[name] ?? columns.find(({ $id }) => $id === name) ?? updated;
    });
    const complaint = complaintAbout(index, index.$id, indexed);
    if (complaint) throw new AppwriteError("column_index_invalid", complaint);
  }
  const tooLong = table.rows.all().some((row) => {
    const value = row[updated.$id];
    return typeof value === "string" && updated.size > 0 && lengthOf(value) > updated.size;
  });
  if (tooLong) throw new AppwriteError("column_invalid_resize");
}

/** Gives a column another key, in the rows and indexes too. @throws {AppwriteError} 409 `column_already_exists` */
export function rename(
  table: Table,
  { $sequence: _, $id: old, ...column }: StoredColumn,
  newKey: string,
): StoredColumn {
  if (findColumn(table, newKey)) throw new AppwriteError("column_already_exists");
  table.columns.delete(old);
  for (const index of table.indexes.all()) {
    const columns = index.columns.map((name) => (name === old ? newKey : name));
    table.indexes.update(index.$id, { columns });
  }
  for (const row of table.rows.all()) {
    table.rows.update(row.$id, { [newKey]: row[old] ?? null, [old]: undefined, $updatedAt: row.$updatedAt });
  }
  return table.columns.create(newKey, column);
}

/** It goes out of the rows, and out of the indexes; an index of nothing goes too. */
export function remove(table: Table, id: string): void {
  if (!table.columns.has(id)) return;
  table.columns.delete(id);
  for (const index of table.indexes.all()) {
    const at = index.columns.indexOf(id);
    if (at < 0) continue;
    const without = <T>(values: T[]) => values.filter((_, position) => position !== at);
    const [columns, orders, lengths] = [without(index.columns), without(index.orders), without(index.lengths)];
    if (columns.length === 0) table.indexes.delete(index.$id);
    else table.indexes.update(index.$id, { columns, orders, lengths });
  }
  for (const row of table.rows.all()) {
    if (id in row) table.rows.update(row.$id, { [id]: undefined, $updatedAt: row.$updatedAt });
  }
}
