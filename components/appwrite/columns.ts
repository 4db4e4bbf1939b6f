import { isDeepStrictEqual } from "node:util";
import type { Models } from "node-appwrite";

/** A column as it is declared: the kinds that the alerts need, none an array, none with a default. */
export type Column =
  /** `size` in characters. */
  | { type: "string"; size: number; required: boolean }
  | { type: "enum"; elements: readonly string[]; required: boolean }
  | { type: "datetime"; required: boolean }
  /** Appwrite takes URLs of up to 2,000 characters, always. */
  | { type: "url"; required: boolean };

/** Key → column. */
export type Columns = Record<string, Column>;

/** A column as it is on the server, in the same terms; what nobody declares is told apart by its type or more fields. */
export interface SeenColumn {
  type: string;
  size?: number;
  elements?: string[];
  required: boolean;
  default?: unknown;
  /** Absent when it is available. */
  status?: string;
}

/** What has to happen to one column. */
export interface ColumnChange {
  key: string;
  how: "create" | "update" | "delete" | "recreate";
  /** What stored rows may lose by it, in words. */
  loses?: string;
}

/** What the server says of one column. */
export function seenColumn(column: Models.Table["columns"][number]): SeenColumn {
  const { type, required, status, array = false } = column;
  const format = "format" in column ? column.format : "";
  const isEncrypted = "encrypt" in column && column.encrypt === true;
  const value = "default" in column ? column.default : undefined;
  return {
    // Of a string, its format is what it is declared as.
    type: `${isEncrypted ? "encrypted " : ""}${type === "string" && format ? format : type}${array ? "[]" : ""}`,
    ...("size" in column && type === "string" && !format ? { size: column.size } : {}),
    ...("elements" in column ? { elements: column.elements } : {}),
    required,
    // A default of 64 bits comes as a BigInt, which no state can hold.
    ...(value === undefined || value === null ? {} : { default: typeof value === "bigint" ? String(value) : value }),
    ...(status === "available" ? {} : { status }),
  };
}

/** What makes the columns on the server the declared ones, in an order that works. */
export function columnChanges(declared: Columns, seen: Record<string, SeenColumn>): ColumnChange[] {
  const dropped = Object.entries(seen)
    .filter(([key]) => !declared[key])
    .map(([key, { type, status }]): ColumnChange => {
      const loses = holdsNothing(status) ? undefined : `the ${type} column ${key} is not declared`;
      return { key, how: "delete", ...(loses && { loses }) };
    });
  const others = Object.entries(declared).map(([key, column]) => changeOf(key, column, seen[key]));
  return [...dropped, ...others.filter((change) => change !== undefined)];
}

function changeOf(key: string, declared: Column, seen: SeenColumn | undefined): ColumnChange | undefined {
  if (!seen) return { key, how: "create" };
  if (holdsNothing(seen.status)) return { key, how: "recreate" };
  if (seen.status) return { key, how: "recreate", loses: `the column ${key} is ${seen.status}` };
  if (isDeepStrictEqual(seen, { ...declared })) return undefined;
  if (seen.type !== declared.type) {
    return { key, how: "recreate", loses: `the column ${key} is of type ${seen.type}, declared is ${declared.type}` };
  }
  const loses = lossOf(key, declared, seen);
  return { key, how: "update", ...(loses && { loses }) };
}

/** Not yet, not any more, or never; unlike `stuck`, which is a column that could not be removed. */
function holdsNothing(status: string | undefined): boolean {
  return status === "processing" || status === "deleting" || status === "failed";
}

/** What a change within the type may cost. */
function lossOf(key: string, declared: Column, seen: SeenColumn): string | undefined {
  if (declared.type === "string" && seen.size !== undefined && declared.size < seen.size) {
    return `the column ${key} has ${seen.size} characters, declared are ${declared.size}`;
  }
  if (declared.type === "enum") {
    const missing = (seen.elements ?? []).filter((element) => !declared.elements.includes(element));
    if (missing.length > 0) return `the column ${key} may hold ${missing.join(", ")}, which is not declared`;
  }
  return undefined;
}
