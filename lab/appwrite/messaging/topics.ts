import type { Models } from "node-appwrite";
import { idFrom, type Stored } from "../documents";
import { customId, listOf, nullable, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { created, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import type { Store } from "../store";

/** A topic as it is stored. */
export interface StoredTopic extends Stored {
  name: string;
  subscribe: string[];
}

/** `/messaging/topics`; who subscribes are users, and the lab has none. */
export function topicRoutes(store: Store): Route[] {
  const topics = store.collection<StoredTopic>("topics");
  const topicId = required(uid);
  const subscribe = listOf(text(64));
  const topicOf = (id: string) => {
    const found = topics.get(id);
    if (!found) throw new AppwriteError("topic_not_found");
    return found;
  };
  return [
    route(
      "POST",
      "/messaging/topics",
      ["topics.write"],
      { topicId: required(customId), name: required(text(128)), subscribe: optional(subscribe, ["users"]) },
      ({ topicId, name, subscribe }) => {
        const id = idFrom(topicId);
        if (topics.has(id)) throw new AppwriteError("topic_already_exists");
        return created(topicAnswer(topics.create(id, { name, subscribe })));
      },
    ),
    route(
      "GET",
      "/messaging/topics",
      ["topics.read"],
      { queries: queriesParameter, search: optional(text(256, 0), "") },
      ({ queries, search }) => {
        const named = topics.all().filter(({ $id, name }) => `${$id} ${name}`.includes(search));
        const { total, found } = list(
          named.map((one) => ({ ...one })),
          queries,
          { ...ofEveryRow, name: "string" },
        );
        return ok({ total, topics: found.map(topicAnswer) });
      },
    ),
    route("GET", "/messaging/topics/:topicId", ["topics.read"], { topicId }, ({ topicId }) =>
      ok(topicAnswer(topicOf(topicId))),
    ),
    route(
      "PATCH",
      "/messaging/topics/:topicId",
      ["topics.write"],
      { topicId, name: optional(nullable(text(128)), null), subscribe: optional(nullable(subscribe), null) },
      ({ topicId, name, subscribe }) => {
        const old = topicOf(topicId);
        const change = { name: name ?? old.name, subscribe: subscribe ?? old.subscribe };
        return ok(topicAnswer(topics.update(topicId, change)));
      },
    ),
    route("DELETE", "/messaging/topics/:topicId", ["topics.write"], { topicId }, ({ topicId }) => {
      topicOf(topicId);
      topics.delete(topicId);
      return noContent;
    }),
    route(
      "GET",
      "/messaging/topics/:topicId/subscribers",
      ["subscribers.read"],
      { topicId, queries: queriesParameter },
      ({ topicId }) => {
        topicOf(topicId);
        return ok({ total: 0, subscribers: [] });
      },
    ),
    route(
      "POST",
      "/messaging/topics/:topicId/subscribers",
      ["subscribers.write"],
      { subscriberId: required(customId), topicId, targetId: required(uid) },
      ({ topicId }) => {
        topicOf(topicId);
        // Targets are of users.
        throw new AppwriteError("user_target_not_found");
      },
    ),
    route("GET", "/messaging/providers", ["providers.read"], {}, () => ok({ total: 0, providers: [] })),
  ];
}

function topicAnswer({ $sequence: _, ...topic }: StoredTopic): Models.Topic {
  return { ...topic, emailTotal: 0, smsTotal: 0, pushTotal: 0 };
}
