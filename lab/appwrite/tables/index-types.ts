import type { Models } from "node-appwrite";
import type { Stored } from "../documents";
import { columnTypes, type SchemaStatus, type StoredColumn } from "./column-types";

export type IndexType = "key" | "unique" | "fulltext" | "spatial";

/** An index as it is stored, under its key. */
export interface StoredIndex extends Stored {
  type: IndexType;
  status: SchemaStatus;
  error: string;
  columns: string[];
  orders: string[];
  /** Characters of each column that are indexed; null for all. */
  lengths: (number | null)[];
}

/** Characters that the columns of an index may have together. */
const longestIndex = 768;
const longestInArray = 255;
/** Names of indexes that every table has. */
const reservedKeys = ["primary", "_created_at", "_updated_at", "_tenant_id"];

/** Columns that every row has, as far as an index cares. */
export const ownColumns: Record<string, Pick<StoredColumn, "kind" | "size" | "array" | "status">> = {
  $id: { kind: "string", size: 255, array: false, status: "available" },
  $createdAt: { kind: "datetime", size: 0, array: false, status: "available" },
  $updatedAt: { kind: "datetime", size: 0, array: false, status: "available" },
};

export type Indexed = Pick<StoredColumn, "kind" | "size" | "array">;

/**
 * Why an index cannot be.
 * @param columns those of the index, in its order
 * @returns undefined when it can
 */
export function complaintAbout(
  index: Omit<StoredIndex, keyof Stored>,
  key: string,
  columns: Indexed[],
): string | undefined {
  const names = index.columns.map((name) => name.toLowerCase());
  if (names.length === 0) return "No attributes provided for index";
  if (new Set(names).size < names.length) return "Duplicate attributes provided";
  for (const [at, column] of columns.entries()) {
    const complaint = complaintAboutColumn(index, column, at);
    if (complaint) return complaint;
  }
  if (columns.filter(({ array }) => array).length > 1) return "An index may only contain one array attribute";
  if (index.type === "spatial")
    return "Spatial index can only be created on spatial attributes (point, linestring, polygon).";
  const tooLong = complaintAboutLengths(index, columns);
  if (tooLong) return tooLong;
  return reservedKeys.includes(key.toLowerCase()) ? "Index key name is reserved" : undefined;
}

function complaintAboutColumn(
  { type, columns, orders, lengths }: Omit<StoredIndex, keyof Stored>,
  column: Indexed,
  at: number,
) {
  const { type: columnType } = columnTypes[column.kind];
  const name = columns[at];
  if (type === "fulltext" && columnType !== "string") {
    return `Attribute "${name}" cannot be part of a fulltext index, must be of type string`;
  }
  if (column.array) {
    if (type !== "key")
      return `"${type.charAt(0).toUpperCase()}${type.slice(1)}" index is forbidden on array attributes`;
    if (orders[at]) return `Invalid index order "${orders[at]}" on array attribute "${name}"`;
    return undefined;
  }
  return columnType !== "string" && lengths[at] ? `Cannot set a length on "${columnType}" attributes` : undefined;
}

function complaintAboutLengths(
  { type, columns, lengths }: Omit<StoredIndex, keyof Stored>,
  of: Indexed[],
): string | undefined {
  if (type === "fulltext") return undefined;
  if (lengths.length > columns.length) {
    return "Invalid index lengths. Count of lengths must be equal or less than the number of attributes.";
  }
  let total = 0;
  for (const [at, { kind, size, array }] of of.entries()) {
    const { type: columnType } = columnTypes[kind];
    const numberSize = columnType === "double" ? 2 : 1;
    const whole = array ? longestInArray : columnType === "string" ? size : numberSize;
    const length = array ? longestInArray : lengths[at] || whole;
    if (length < 0) return `Negative index length provided for ${columns[at]}`;
    if (length > whole) return `Index length ${length} is larger than the size for ${columns[at]}: ${whole}"`;
    total += length;
  }
  return total > longestIndex ? `Index length is longer than the maximum: ${longestIndex}` : undefined;
}

/** An index as it is answered; its id is an internal one. */
export function indexAnswer(index: StoredIndex): IndexAnswer {
  const { $id, $createdAt, $updatedAt, type, status, error, columns, lengths, orders } = index;
  return { $id: `1_1_${$id}`, $createdAt, $updatedAt, key: $id, type, status, error, columns, lengths, orders };
}

type IndexAnswer = Omit<Models.ColumnIndex, "lengths"> & { lengths: (number | null)[] };
