import { listOf, text } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional } from "../http/parameters";
import { comparableValue, filterBy } from "./filters";
import { check, parse, type Query, type Schema } from "./query";

/** What can be asked of everything that is stored. */
export const ofEveryRow: Schema = {
  $id: "string",
  $createdAt: "datetime",
  $updatedAt: "datetime",
  $sequence: "integer",
};

/** The list's queries; at most 100, each of 4,096 characters. */
export const queriesParameter = optional(listOf(text(4096)), []);

/** How many are returned unless told. */
const usualLimit = 25;
/** A list counts no further. */
const countLimit = 5000;

type Listed = Record<string, unknown> & { $id: string; $sequence: number };

/**
 * Filters, orders and cuts a list.
 * @param schema what may be asked for
 * @throws {AppwriteError} 400 `general_query_invalid`, `general_cursor_not_found`, `database_query_order_null`
 */
export function list<T extends Listed>(all: T[], written: string[], schema: Schema): { total: number; found: T[] } {
  const queries = written.map((one) => parse(one));
  for (const query of queries) check(query, schema);
  const tests = queries.map((query) => filterBy(query, schema));
  const matching = all.filter((one) => tests.every((fits) => fits(one)));
  const orders = queries.filter(({ method }) => method.startsWith("order"));
  const ordered = [...matching].sort((a, b) => compareBy(orders, a, b));
  const found = page(ordered, queries, orders, all);
  return { total: Math.min(matching.length, countLimit), found };
}

/** The names that a list's `select` asks for; undefined where all are wanted. */
export function selected(written: string[], schema: Schema): string[] | undefined {
  const queries = written.map((one) => parse(one)).filter(({ method }) => method === "select");
  for (const query of queries) check(query, schema);
  const names = queries.flatMap(({ values }) => values as string[]);
  return names.length === 0 || names.includes("*") ? undefined : names;
}

function compareBy(orders: Query[], a: Listed, b: Listed): number {
  for (const { method, attribute } of orders) {
    const [x, y] = [a[attribute || "$sequence"] ?? null, b[attribute || "$sequence"] ?? null];
    const order = compare(x, y);
    if (order !== 0) return method === "orderDesc" ? -order : order;
  }
  return a.$sequence - b.$sequence;
}

/** Nulls come first, as in MariaDB. */
function compare(x: unknown, y: unknown): number {
  if (x === null || y === null) return Number(y === null) - Number(x === null);
  const [a, b] = [comparableValue(x), comparableValue(y)];
  return a < b ? -1 : Number(a > b);
}

function page<T extends Listed>(ordered: T[], queries: Query[], orders: Query[], all: T[]): T[] {
  const argument = (method: string) => queries.find((query) => query.method === method)?.values[0];
  const limit = (argument("limit") as number | undefined) ?? usualLimit;
  const offset = (argument("offset") as number | undefined) ?? 0;
  const after = argument("cursorAfter");
  const before = argument("cursorBefore");
  const cursor = after ?? before;
  if (cursor === undefined) return ordered.slice(offset, offset + limit);
  const at = all.find(({ $id }) => $id === cursor);
  if (!at) throw new AppwriteError("general_cursor_not_found", `Row '${cursor}' for the 'cursor' value not found.`);
  const withNull = orders.find(({ attribute }) => attribute && (at[attribute] ?? null) === null);
  if (withNull) {
    const message = `The order column '${withNull.attribute}' had a null value. Cursor pagination requires all rows order column values are non-null.`;
    throw new AppwriteError("database_query_order_null", message);
  }
  if (after !== undefined) return ordered.filter((one) => compareBy(orders, one, at) > 0).slice(offset, offset + limit);
  const earlier = ordered.filter((one) => compareBy(orders, one, at) < 0);
  return earlier.slice(Math.max(0, earlier.length - offset - limit), earlier.length - offset);
}
