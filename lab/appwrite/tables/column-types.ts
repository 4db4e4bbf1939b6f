import type { Stored } from "../documents";
import {
  boolean,
  type Check,
  datetime,
  email,
  float,
  integer,
  ipAddress,
  listOf,
  nullable,
  range,
  text,
  url,
} from "../http/checks";
import { optional, type Parameters, required } from "../http/parameters";

/** What a column's or an index's state can be. */
export type SchemaStatus = "processing" | "available" | "deleting" | "stuck" | "failed";

/** A column as it is stored. */
export interface StoredColumn extends Stored {
  kind: ColumnKind;
  status: SchemaStatus;
  /** Why it failed. */
  error: string;
  /** In characters, of what is text. */
  size: number;
  required: boolean;
  default: string | number | boolean | null;
  array: boolean;
  encrypt: boolean;
  elements: string[];
  /** Null: as far as the type goes. */
  min: number | null;
  max: number | null;
}

/** A column without what everything that is stored has. */
export type ColumnDefinition = Omit<StoredColumn, keyof Stored>;

/** The last part of the path under which such a column is made. */
export type ColumnKind = "string" | "integer" | "float" | "boolean" | "datetime" | "email" | "enum" | "ip" | "url";

/** One kind of column. */
interface ColumnType {
  /** As the API names it. */
  type: "string" | "integer" | "double" | "boolean" | "datetime";
  format: "" | "email" | "enum" | "ip" | "url";
  /** Characters, where it is not the caller who says how many. */
  size: number;
  /** What its default may be. */
  value: Check<string | number | boolean>;
  /** What is said beside key, required, default and array when one is made. */
  onCreate: Parameters;
  onUpdate: Parameters;
}

const longestText = 1_073_741_824;
const bounds = { min: optional(nullable(integer), null), max: optional(nullable(integer), null) };
const floatBounds = { min: optional(nullable(float), null), max: optional(nullable(float), null) };
const none = {};

/** All kinds of 1.8.1 but relationships and geometry; varchar, text and the like came later. */
export const columnTypes: Record<ColumnKind, ColumnType> = {
  string: {
    type: "string",
    format: "",
    size: 0,
    value: text(0, 0),
    onCreate: { size: required(range(1, longestText)), encrypt: optional(boolean, false) },
    onUpdate: { size: optional(nullable(range(1, longestText)), null) },
  },
  integer: { type: "integer", format: "", size: 0, value: integer, onCreate: bounds, onUpdate: bounds },
  float: { type: "double", format: "", size: 0, value: float, onCreate: floatBounds, onUpdate: floatBounds },
  boolean: { type: "boolean", format: "", size: 0, value: boolean, onCreate: none, onUpdate: none },
  datetime: { type: "datetime", format: "", size: 0, value: datetime, onCreate: none, onUpdate: none },
  email: { type: "string", format: "email", size: 254, value: email, onCreate: none, onUpdate: none },
  enum: {
    type: "string",
    format: "enum",
    size: 255,
    value: text(0),
    onCreate: { elements: required(listOf(text(255))) },
    onUpdate: { elements: required(listOf(text(255))) },
  },
  ip: { type: "string", format: "ip", size: 39, value: ipAddress, onCreate: none, onUpdate: none },
  url: { type: "string", format: "url", size: 2000, value: url, onCreate: none, onUpdate: none },
};

const int64 = { min: -9_223_372_036_854_775_808n, max: 9_223_372_036_854_775_807n };

/** The bounds of a column of numbers; without any they are the type's. */
export function boundsOf({ kind, min, max }: Pick<StoredColumn, "kind" | "min" | "max">): {
  min: number | bigint;
  max: number | bigint;
} {
  if (kind === "integer") return { min: min ?? int64.min, max: max ?? int64.max };
  return { min: min ?? -Number.MAX_VALUE, max: max ?? Number.MAX_VALUE };
}

/** A column as it is answered; each kind has values of its own. */
export function columnAnswer(column: StoredColumn): object {
  const { $id, $createdAt, $updatedAt, kind, status, error, size, required, array, encrypt, elements } = column;
  const { type, format } = columnTypes[kind];
  const answer = { key: $id, type, status, error, required, array, $createdAt, $updatedAt };
  const own: Record<ColumnKind, object> = {
    string: { size, encrypt },
    integer: boundsOf(column),
    float: boundsOf(column),
    boolean: {},
    datetime: { format },
    email: { format },
    enum: { elements, format },
    ip: { format },
    url: { format },
  };
  return { ...answer, ...own[kind], default: column.default };
}

/** Bytes of a row that are used before its first column, and that there may be. */
const rowWidth = { used: 1067, limit: 65_535 };
/** Characters; longer text is kept beside the row. */
export const longestInRow = 16_381;
/** Columns that every row has: id, times, permissions and the like. */
const ownColumns = 7;
const mostColumns = 1017;

/** Whether MariaDB has room for a row of these columns. */
export function fitInRow(columns: readonly ColumnDefinition[]): boolean {
  const width = columns.reduce((total, column) => total + widthOf(column), rowWidth.used);
  return width < rowWidth.limit && columns.length + ownColumns <= mostColumns;
}

/** Bytes of the row that a column takes. */
function widthOf({ kind, array, size, max }: ColumnDefinition): number {
  if (array) return 20;
  switch (columnTypes[kind].type) {
    case "string":
      if (size > longestInRow) return 20;
      return size * 4 + (size > 255 ? 2 : 1);
    case "integer":
      return max === null || max > 2_147_483_647 ? 8 : 4;
    case "double":
      return 8;
    case "boolean":
      return 1;
    case "datetime":
      return 7;
  }
}
