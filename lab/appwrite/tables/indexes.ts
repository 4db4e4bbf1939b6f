import type { Faults, Later } from "../faults";
import { columnKey, integer, key, listOf, nullable, oneOf, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { accepted, noContent, ok, type Route, route } from "../http/router";
import { collated } from "../queries/collation";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import type { Store } from "../store";
import { complaintAbout, indexAnswer, ownColumns, type StoredIndex } from "./index-types";
import { type StoredRow, Table, tablesIn } from "./table";

const inTable = { databaseId: required(uid), tableId: required(uid) };
const inIndex = { ...inTable, key: required(key) };
const reads = ["tables.read", "collections.read"];
const writes = ["tables.write", "collections.write"];
const mostIndexes = 64 - 6;

/** `/tablesdb/:databaseId/tables/:tableId/indexes`. */
export function indexRoutes(store: Store, faults: Faults, later: Later): Route[] {
  const base = "/tablesdb/:databaseId/tables/:tableId/indexes";
  const tableOf = (values: { databaseId: string; tableId: string }) =>
    Table.of(store, values.databaseId, values.tableId);
  return [
    route(
      "POST",
      base,
      writes,
      {
        ...inIndex,
        type: required(oneOf(["key", "fulltext", "unique", "spatial"])),
        columns: required(listOf(columnKey)),
        orders: optional(listOf(oneOf(["ASC", "DESC", "asc", "desc"])), []),
        lengths: optional(listOf(nullable(integer)), []),
      },
      ({ key, type, columns, orders, lengths, ...values }) => {
        const table = tableOf(values);
        if (table.indexes.size >= mostIndexes)
          throw new AppwriteError("column_index_limit_exceeded", "Index limit exceeded");
        const indexed = columns.map((name) => usableColumn(table, name));
        const allLengths = indexed.map(({ array }, at) => (array ? 255 : lengths[at] || null));
        const index = { type, status: "processing", error: "", columns, orders, lengths: allLengths } as const;
        const complaint = complaintAbout(index, key, indexed);
        if (complaint) throw new AppwriteError("column_index_invalid", complaint);
        const taken = table.indexes.all().some(({ $id }) => $id.toLowerCase() === key.toLowerCase());
        if (taken) throw new AppwriteError("column_index_already_exists");
        const created = table.indexes.create(key, index);
        later.after(() => finish(table, created.$id, faults));
        return accepted(indexAnswer(created));
      },
    ),
    route("GET", base, reads, { ...inTable, queries: queriesParameter }, ({ queries, ...values }) => {
      const listed = tableOf(values)
        .indexes.all()
        .map((index) => ({ ...index, key: index.$id }));
      const schema = { ...ofEveryRow, key: "string", type: "string", status: "string", error: "string" } as const;
      const { total, found } = list(listed, queries, schema);
      return ok({ total, indexes: found.map(indexAnswer) });
    }),
    route("GET", `${base}/:key`, reads, inIndex, ({ key, ...values }) =>
      ok(indexAnswer(indexOf(tableOf(values), key))),
    ),
    route("DELETE", `${base}/:key`, writes, inIndex, ({ key, ...values }) => {
      const table = tableOf(values);
      const { $id, status } = indexOf(table, key);
      if (status === "available") table.indexes.update($id, { status: "deleting" });
      later.after(() => table.indexes.delete($id));
      return noContent;
    }),
  ];
}

function usableColumn(table: Table, name: string) {
  const column = ownColumns[name] ?? table.columns.get(name);
  if (!column) {
    const message = `Unknown column: ${name}. Verify the column name or create the column.`;
    throw new AppwriteError("column_unknown", message);
  }
  if (column.status !== "available") throw new AppwriteError("column_not_available", `Column not available: ${name}`);
  return column;
}

function indexOf(table: Table, key: string): StoredIndex {
  const index = table.indexes.get(key);
  if (!index) throw new AppwriteError("column_index_not_found");
  return index;
}

/** Rows that are already the same keep a unique index from being made. */
function finish(table: Table, id: string, faults: Faults): void {
  const index = table.indexes.get(id);
  if (index?.status !== "processing") return;
  const keys = table.rows.all().map((row) => uniqueKey(index, row));
  const repeated = index.type === "unique" && new Set(keys).size < keys.length;
  const error = repeated ? "Document already exists" : faults.failingColumns.shift();
  table.indexes.update(id, error === undefined ? { status: "available" } : { status: "failed", error });
}

/** What must differ between two rows under a unique index; a row that has null there is like no other. */
export function uniqueKey({ columns, lengths }: StoredIndex, row: StoredRow): string | symbol {
  const values = columns.map((name) => row[name] ?? null);
  if (values.includes(null)) return Symbol("null");
  const compared = values.map((value, at) => {
    return typeof value === "string" ? collated(value.slice(0, lengths[at] ?? undefined)) : value;
  });
  return JSON.stringify(compared);
}

/** Goes on with what was under way when the process ended. */
export function resumeIndexes(store: Store, faults: Faults, later: Later): void {
  for (const { databaseId, tableId } of tablesIn(store).all()) {
    const table = Table.of(store, databaseId, tableId);
    for (const { $id, status } of table.indexes.all()) {
      if (status === "processing") later.after(() => finish(table, $id, faults));
      if (status === "deleting") later.after(() => table.indexes.delete($id));
    }
  }
}
