import type { Models } from "node-appwrite";
import { idFrom, type Stored } from "../documents";
import { boolean, customId, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { created, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import type { Collection, Store } from "../store";

/** A database as it is stored. */
export interface StoredDatabase extends Stored {
  name: string;
  enabled: boolean;
}

/** The stored databases. */
export const databasesIn = (store: Store): Collection<StoredDatabase> => store.collection("databases");

const databaseId = required(uid);

/** `/tablesdb`. @param onDelete told before a database goes */
export function databaseRoutes(store: Store, onDelete: (databaseId: string) => void): Route[] {
  const databases = databasesIn(store);
  return [
    route(
      "POST",
      "/tablesdb",
      ["databases.write"],
      { databaseId: required(customId), name: required(text(128)), enabled: optional(boolean, true) },
      ({ databaseId, name, enabled }) => {
        const id = idFrom(databaseId);
        if (databases.has(id)) throw new AppwriteError("database_already_exists");
        return created(databaseAnswer(databases.create(id, { name, enabled })));
      },
    ),
    route(
      "GET",
      "/tablesdb",
      ["databases.read"],
      { queries: queriesParameter, search: optional(text(256, 0), "") },
      ({ queries, search }) => {
        const named = databases.all().filter(({ $id, name }) => `${$id} ${name}`.includes(search));
        const schema = { ...ofEveryRow, name: "string", enabled: "boolean" } as const;
        const { total, found } = list(
          named.map((one) => ({ ...one })),
          queries,
          schema,
        );
        return ok({ total, databases: found.map(databaseAnswer) });
      },
    ),
    route("GET", "/tablesdb/:databaseId", ["databases.read"], { databaseId }, ({ databaseId }) =>
      ok(databaseAnswer(databaseOf(store, databaseId))),
    ),
    route(
      "PUT",
      "/tablesdb/:databaseId",
      ["databases.write"],
      { databaseId, name: required(text(128)), enabled: optional(boolean, true) },
      ({ databaseId, name, enabled }) => {
        databaseOf(store, databaseId);
        return ok(databaseAnswer(databases.update(databaseId, { name, enabled })));
      },
    ),
    route("DELETE", "/tablesdb/:databaseId", ["databases.write"], { databaseId }, ({ databaseId }) => {
      databaseOf(store, databaseId);
      onDelete(databaseId);
      databases.delete(databaseId);
      return noContent;
    }),
  ];
}

/** @throws {AppwriteError} 404 `database_not_found` */
export function databaseOf(store: Store, id: string): StoredDatabase {
  const found = databasesIn(store).get(id);
  if (!found) throw new AppwriteError("database_not_found");
  return found;
}

function databaseAnswer({ $id, name, $createdAt, $updatedAt, enabled }: StoredDatabase): DatabaseAnswer {
  return { $id, name, $createdAt, $updatedAt, enabled, type: "tablesdb" };
}

type DatabaseAnswer = Omit<Models.Database, "type" | "policies" | "archives"> & { type: "tablesdb" };
