import { isDeepStrictEqual } from "node:util";
import type { Models } from "node-appwrite";

/** An index over the values of one or several columns. */
export interface Index {
  /** `unique`: no two rows with the same values. */
  type: "key" | "unique";
  columns: readonly string[];
  /** One for each column. */
  orders: readonly ("asc" | "desc")[];
}

/** Key → index. */
export type Indexes = Record<string, Index>;

/** An index as it is on the server, in the same terms. */
export interface SeenIndex {
  type: string;
  columns: string[];
  orders: string[];
  /** Absent when all of each value is indexed. */
  lengths?: number[];
  /** Absent when it is available. */
  status?: string;
}

/** What the server says of one index. An order that nobody gave is ascending. */
export function seenIndex({ type, columns, orders, lengths, status }: Models.ColumnIndex): SeenIndex {
  return {
    type,
    columns,
    orders: columns.map((_, position) => orders?.[position]?.toLowerCase() || "asc"),
    ...(lengths?.some(Boolean) ? { lengths } : {}),
    ...(status === "available" ? {} : { status }),
  };
}

/** Keys of the indexes to remove and then of those to make; nothing stored is lost by either. */
export function indexChanges(
  declared: Indexes,
  seen: Record<string, SeenIndex>,
): { remove: string[]; create: string[] } {
  const stays = (key: string) => isDeepStrictEqual(seen[key], declared[key]);
  return {
    remove: Object.keys(seen).filter((key) => !stays(key)),
    create: Object.keys(declared).filter((key) => !stays(key)),
  };
}
