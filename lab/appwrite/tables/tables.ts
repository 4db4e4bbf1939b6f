import { idFrom } from "../documents";
import { boolean, customId, listOf, looseBoolean, nullable, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { created, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import type { Store } from "../store";
import { databaseOf } from "./databases";
import { Table, tablesIn } from "./table";

const databaseId = required(uid);
const tableId = required(uid);
const search = optional(text(256, 0), "");
const permissions = optional(nullable(listOf(text(64))), null);
const reads = ["tables.read", "collections.read"];
const writes = ["tables.write", "collections.write"];

/** The tables of a database. @throws {AppwriteError} 404 `database_not_found` */
export function tablesOf(store: Store, id: string): Table[] {
  databaseOf(store, id);
  const own = tablesIn(store)
    .all()
    .filter(({ databaseId }) => databaseId === id);
  return own.map(({ tableId }) => Table.of(store, id, tableId));
}

/** `/tablesdb/:databaseId/tables`. */
export function tableRoutes(store: Store): Route[] {
  return [
    route(
      "POST",
      "/tablesdb/:databaseId/tables",
      writes,
      {
        databaseId,
        tableId: required(customId),
        name: required(text(128)),
        permissions,
        rowSecurity: optional(looseBoolean, false),
        enabled: optional(boolean, true),
      },
      ({ databaseId, tableId, name, permissions, rowSecurity, enabled }) => {
        databaseOf(store, databaseId);
        const id = idFrom(tableId);
        const storedId = `${databaseId}/${id}`;
        if (tablesIn(store).has(storedId)) throw new AppwriteError("table_already_exists");
        const table = { tableId: id, databaseId, name, permissions: permissions ?? [], rowSecurity, enabled };
        tablesIn(store).create(storedId, table);
        return created(Table.of(store, databaseId, id).answer);
      },
    ),
    route(
      "GET",
      "/tablesdb/:databaseId/tables",
      reads,
      { databaseId, queries: queriesParameter, search },
      ({ databaseId, queries, search }) => {
        const named = tablesOf(store, databaseId).filter(({ stored }) =>
          `${stored.tableId} ${stored.name}`.includes(search),
        );
        const listed = named.map((table) => ({ ...table.stored, $id: table.stored.tableId, table }));
        const schema = { ...ofEveryRow, name: "string", enabled: "boolean", rowSecurity: "boolean" } as const;
        const { total, found } = list(listed, queries, schema);
        return ok({ total, tables: found.map(({ table }) => table.answer) });
      },
    ),
    route("GET", "/tablesdb/:databaseId/tables/:tableId", reads, { databaseId, tableId }, ({ databaseId, tableId }) =>
      ok(Table.of(store, databaseId, tableId).answer),
    ),
    route(
      "PUT",
      "/tablesdb/:databaseId/tables/:tableId",
      writes,
      {
        databaseId,
        tableId,
        name: required(text(128)),
        permissions,
        rowSecurity: optional(looseBoolean, false),
        enabled: optional(boolean, true),
      },
      ({ databaseId, tableId, name, permissions, rowSecurity, enabled }) => {
        const { stored } = Table.of(store, databaseId, tableId);
        const change = { name, rowSecurity, enabled, permissions: permissions ?? stored.permissions };
        tablesIn(store).update(stored.$id, change);
        return ok(Table.of(store, databaseId, tableId).answer);
      },
    ),
    route(
      "DELETE",
      "/tablesdb/:databaseId/tables/:tableId",
      writes,
      { databaseId, tableId },
      ({ databaseId, tableId }) => {
        Table.of(store, databaseId, tableId).forget();
        return noContent;
      },
    ),
  ];
}
