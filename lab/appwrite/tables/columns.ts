import type { Faults, Later } from "../faults";
import { boolean, type Check, key, nullable, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { accepted, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import type { Store } from "../store";
import {
  changeOf,
  columnOf,
  findColumn,
  mustFit,
  mustNotHaveDefault,
  newColumn,
  remove,
  rename,
  withOwnRules,
} from "./column-changes";
import { type ColumnKind, columnAnswer, columnTypes, fitInRow } from "./column-types";
import { Table, tablesIn } from "./table";

const inTable = { databaseId: required(uid), tableId: required(uid) };
const reads = ["tables.read", "collections.read"];
const writes = ["tables.write", "collections.write"];

/** `/tablesdb/:databaseId/tables/:tableId/columns`. */
export function columnRoutes(store: Store, faults: Faults, later: Later): Route[] {
  const base = "/tablesdb/:databaseId/tables/:tableId/columns";
  const kinds = Object.keys(columnTypes) as ColumnKind[];
  const tableOf = (values: { databaseId: string; tableId: string }) =>
    Table.of(store, values.databaseId, values.tableId);
  return [
    ...kinds.flatMap((kind) => [createRoute(kind), updateRoute(kind)]),
    route("GET", base, reads, { ...inTable, queries: queriesParameter }, ({ queries, ...values }) => {
      const listed = tableOf(values)
        .columns.all()
        .map((column) => ({ ...column, key: column.$id, type: columnTypes[column.kind].type }));
      const texts = { key: "string", type: "string", status: "string", error: "string" } as const;
      const schema = { ...ofEveryRow, ...texts, size: "integer", required: "boolean", array: "boolean" } as const;
      const { total, found } = list(listed, queries, schema);
      return ok({ total, columns: found.map(columnAnswer) });
    }),
    route("GET", `${base}/:key`, reads, { ...inTable, key: required(key) }, ({ key, ...values }) =>
      ok(columnAnswer(columnOf(tableOf(values), key))),
    ),
    route("DELETE", `${base}/:key`, writes, { ...inTable, key: required(key) }, ({ key, ...values }) => {
      const table = tableOf(values);
      const column = columnOf(table, key);
      if (column.status === "available") table.columns.update(column.$id, { status: "deleting" });
      later.after(() => remove(table, column.$id));
      return noContent;
    }),
  ];

  function createRoute(kind: ColumnKind): Route {
    const { value, onCreate } = columnTypes[kind];
    const parameters = {
      ...inTable,
      key: required(key),
      ...onCreate,
      required: required(boolean),
      default: optional(nullable(value), null),
      array: optional(boolean, false),
    };
    return route("POST", `${base}/${kind}`, writes, parameters, ({ databaseId, tableId, key, ...values }) => {
      const checked = withOwnRules(kind, newColumn(kind, values));
      const table = Table.of(store, databaseId, tableId);
      mustNotHaveDefault(checked);
      if (!fitInRow([...table.columns.all(), checked])) throw new AppwriteError("column_limit_exceeded");
      if (findColumn(table, key)) throw new AppwriteError("column_already_exists");
      const column = table.columns.create(key, checked);
      later.after(() => finish(table, column.$id));
      return accepted(columnAnswer(column));
    });
  }

  function finish(table: Table, id: string): void {
    // It may have been deleted meanwhile.
    if (table.columns.get(id)?.status !== "processing") return;
    const error = faults.failingColumns.shift();
    table.columns.update(id, error === undefined ? { status: "available" } : { status: "failed", error });
  }

  function updateRoute(kind: ColumnKind): Route {
    const { value, onUpdate } = columnTypes[kind];
    const parameters = {
      ...inTable,
      key: required(key),
      ...onUpdate,
      required: required(boolean),
      // Unlike on creation it must be said, if only that it is null.
      default: required(nullable(value)),
      newKey: optional(nullable(keyCheck), null),
    };
    return route(
      "PATCH",
      `${base}/${kind}/:key`,
      writes,
      parameters,
      ({ databaseId, tableId, key, newKey, ...values }) => {
        const table = Table.of(store, databaseId, tableId);
        const column = columnOf(table, key);
        if (column.status !== "available") throw new AppwriteError("column_not_available");
        const updated = withOwnRules(kind, { ...column, ...changeOf(values, column) });
        mustNotHaveDefault(updated);
        mustFit(table, updated);
        const { $updatedAt: _, ...change } = updated;
        const changed = table.columns.update(column.$id, change);
        return ok(columnAnswer(newKey === null || newKey === column.$id ? changed : rename(table, changed, newKey)));
      },
    );
  }
}

const keyCheck: Check<string> = key;

/** Goes on with what was under way when the process ended. */
export function resumeColumns(store: Store, later: Later): void {
  for (const { databaseId, tableId } of tablesIn(store).all()) {
    const table = Table.of(store, databaseId, tableId);
    for (const { $id, status } of table.columns.all()) {
      if (status === "processing") later.after(() => table.columns.update($id, { status: "available" }));
      if (status === "deleting") later.after(() => remove(table, $id));
    }
  }
}
