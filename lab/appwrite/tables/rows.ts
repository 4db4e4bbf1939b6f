import { idFrom } from "../documents";
import type { Caller } from "../http/caller";
import { customId, type Json, json, listOf, nullable, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { type Call, created, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter, selected } from "../queries/list";
import type { Schema } from "../queries/query";
import type { Store } from "../store";
import { columnTypes } from "./column-types";
import { allOrNone, createRow, updateRow, upsertRow } from "./row-changes";
import { type StoredRow, Table } from "./table";
import { remove } from "./unique";

const inTable = { databaseId: required(uid), tableId: required(uid) };
const ofRow = { ...inTable, rowId: required(uid) };
const permissions = optional(nullable(listOf(text(64))), null);
const reads = ["rows.read", "documents.read"];
const writes = ["rows.write", "documents.write"];
/** Rows in one call. */
const batchSize = 100;

/** `/tablesdb/:databaseId/tables/:tableId/rows`. */
export function rowRoutes(store: Store): Route[] {
  const base = "/tablesdb/:databaseId/tables/:tableId/rows";
  /** The table, for those that may see it: here that is whoever has a key. */
  const tableFor = (values: { databaseId: string; tableId: string }, { caller }: Call) => {
    const table = Table.of(store, values.databaseId, values.tableId);
    mustHaveKey(caller);
    return table;
  };
  return [
    route(
      "POST",
      base,
      writes,
      {
        ...inTable,
        rowId: optional(customId, ""),
        data: optional(json, {}),
        permissions,
        rows: optional(listOf(json, batchSize), []),
      },
      ({ rowId, data, permissions, rows, ...values }, call) => {
        const single = Object.keys(data).length > 0;
        if (!single && rows.length === 0) throw new AppwriteError("row_missing_data");
        if (single && rows.length > 0) {
          const message = "You can only send one of the following parameters: data, rows";
          throw new AppwriteError("general_bad_request", message);
        }
        if (single && rowId === "") {
          throw new AppwriteError("row_missing_data", "Row ID is required when creating a single row.");
        }
        const table = tableFor(values, call);
        if (single) return created(rowAnswer(table, createRow(table, idFrom(rowId), data, permissions)));
        const all = allOrNone(table, rows, (row) => createRow(table, rowIdOf(row), row, permissionsOf(row)));
        return created({ total: all.length, rows: all.map((row) => rowAnswer(table, row)) });
      },
    ),
    route("GET", base, reads, { ...inTable, queries: queriesParameter }, ({ queries, ...values }, call) => {
      const table = tableFor(values, call);
      const schema = schemaOf(table);
      const { total, found } = list(table.rows.all(), queries, schema);
      const names = selected(queries, schema);
      return ok({ total, rows: found.map((row) => rowAnswer(table, row, names)) });
    }),
    route("GET", `${base}/:rowId`, reads, { ...ofRow, queries: queriesParameter }, (values, { caller }) => {
      const table = Table.of(store, values.databaseId, values.tableId);
      const row = table.rows.get(values.rowId);
      if (!row || caller.role === "guests") throw new AppwriteError("row_not_found");
      return ok(rowAnswer(table, row, selected(values.queries, schemaOf(table))));
    }),
    route(
      "PATCH",
      `${base}/:rowId`,
      writes,
      { ...ofRow, data: optional(json, {}), permissions },
      ({ rowId, data, permissions, ...values }, call) => {
        if (Object.keys(data).length === 0 && permissions === null) throw new AppwriteError("row_missing_payload");
        const table = tableFor(values, call);
        const row = table.rows.get(rowId);
        if (!row) throw new AppwriteError("row_not_found");
        return ok(rowAnswer(table, updateRow(table, row, data, permissions)));
      },
    ),
    route(
      "PATCH",
      base,
      writes,
      { ...inTable, data: optional(json, {}), queries: queriesParameter },
      ({ data, queries, ...values }, call) => {
        if (Object.keys(data).length === 0) throw new AppwriteError("row_missing_payload");
        const table = tableFor(values, call);
        const { found } = list(table.rows.all(), withoutLimit(queries), schemaOf(table));
        const all = allOrNone(table, found, (row) => updateRow(table, row, data, null));
        return ok({ total: all.length, rows: all.map((row) => rowAnswer(table, row)) });
      },
    ),
    route(
      "PUT",
      `${base}/:rowId`,
      writes,
      { ...ofRow, data: optional(json, {}), permissions },
      ({ rowId, data, permissions, ...values }, call) => {
        if (Object.keys(data).length === 0 && permissions === null) throw new AppwriteError("row_missing_payload");
        const table = tableFor(values, call);
        return ok(rowAnswer(table, upsertRow(table, idFrom(rowId), data, permissions)));
      },
    ),
    route("DELETE", `${base}/:rowId`, writes, ofRow, ({ rowId, ...values }, call) => {
      const table = tableFor(values, call);
      const row = table.rows.get(rowId);
      if (!row) throw new AppwriteError("row_not_found");
      remove(table, row);
      return noContent;
    }),
    route("PUT", base, writes, { ...inTable, rows: required(listOf(json, batchSize)) }, ({ rows, ...values }, call) => {
      const table = tableFor(values, call);
      const all = allOrNone(table, rows, (row) => upsertRow(table, rowIdOf(row), row, permissionsOf(row)));
      return ok({ total: all.length, rows: all.map((row) => rowAnswer(table, row)) });
    }),
    route("DELETE", base, writes, { ...inTable, queries: queriesParameter }, ({ queries, ...values }, call) => {
      const table = tableFor(values, call);
      const { found } = list(table.rows.all(), withoutLimit(queries), schemaOf(table));
      for (const row of found) remove(table, row);
      return ok({ total: found.length, rows: found.map((row) => rowAnswer(table, row)) });
    }),
  ];
}

function mustHaveKey(caller: Caller): void {
  if (caller.role === "guests") throw new AppwriteError("user_unauthorized");
}

/** A change of many takes all that match, not the first 25. */
function withoutLimit(queries: string[]): string[] {
  const limited = queries.some((query) => query.includes('"method":"limit"'));
  return limited ? queries : [...queries, JSON.stringify({ method: "limit", values: [Number.MAX_SAFE_INTEGER] })];
}

function schemaOf(table: Table): Schema {
  const own = table.usableColumns.map(({ $id, kind, array }) => [$id, array ? "list" : columnTypes[kind].type]);
  return { ...ofEveryRow, ...(Object.fromEntries(own) as Schema) };
}

function rowIdOf(row: Json): string {
  return idFrom(typeof row.$id === "string" ? row.$id : "unique()");
}

function permissionsOf(row: Json): string[] | null {
  return Array.isArray(row.$permissions) ? (row.$permissions as string[]) : null;
}

/** A row as it is answered; rows from before a column have nothing in it. @param names those that were asked for */
function rowAnswer({ stored: { tableId, databaseId }, usableColumns }: Table, row: StoredRow, names?: string[]): Json {
  const { $id, $sequence, $createdAt, $updatedAt, $permissions } = row;
  const own = { $id, $sequence, $createdAt, $updatedAt, $permissions, $databaseId: databaseId, $tableId: tableId };
  const wanted = usableColumns.filter((column) => !names || names.includes(column.$id));
  const values = wanted.map(({ $id: name, array }) => [name, row[name] ?? (array ? [] : null)]);
  return { ...own, ...Object.fromEntries(values) };
}
