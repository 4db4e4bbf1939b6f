import { MessageStatus, type Models } from "node-appwrite";
import { idFrom, type Stored } from "../documents";
import type { Later } from "../faults";
import { boolean, customId, integer, json, listOf, nullable, oneOf, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { created, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import type { Store } from "../store";

/** A message as it is stored. */
export interface StoredMessage extends Stored {
  topics: string[];
  users: string[];
  targets: string[];
  data: Record<string, unknown>;
  status: MessageStatus;
  scheduledAt: string | null;
  deliveryErrors: string[];
}

const search = optional(text(256, 0), "");
const ids = optional(listOf(uid), []);
const pushText = optional(text(256), "");

/** A push notification that was taken. */
export interface PushMessage {
  id: string;
  /** The first of the topics. */
  topic: string;
  topics: string[];
  title: string;
  body: string;
  data: unknown;
  /** When it arrived, as milliseconds since 1970. */
  at: number;
}

/** A message as who is to be told would see it. */
export function pushMessage({ $id, topics, data, $createdAt }: StoredMessage): PushMessage {
  const { title = "", body = "" } = data as { title?: string; body?: string };
  return { id: $id, topic: topics[0] ?? "", topics, title, body, data: data.data, at: Date.parse($createdAt) };
}

/** `/messaging/messages`. There is no provider, so none arrives anywhere. @param onMessage told of every one that is taken */
export function messageRoutes(store: Store, later: Later, onMessage: (message: StoredMessage) => void): Route[] {
  const messages = store.collection<StoredMessage>("messages");
  const messageId = required(uid);
  const messageOf = (id: string) => {
    const found = messages.get(id);
    if (!found) throw new AppwriteError("message_not_found");
    return found;
  };
  const deliver = ({ $id }: StoredMessage) => {
    // There are neither subscribers nor a provider.
    const failed = { status: MessageStatus.Failed, deliveryErrors: ["No valid recipients found."] };
    later.after(() => messages.has($id) && messages.update($id, failed));
  };
  return [
    route(
      "POST",
      "/messaging/messages/push",
      ["messages.write"],
      {
        messageId: required(customId),
        title: pushText,
        body: optional(text(64_230), ""),
        topics: ids,
        users: ids,
        targets: ids,
        data: optional(nullable(json), null),
        action: pushText,
        icon: pushText,
        sound: pushText,
        color: pushText,
        tag: pushText,
        badge: optional(integer, -1),
        draft: optional(boolean, false),
        scheduledAt: optional(nullable(text(64)), null),
        contentAvailable: optional(boolean, false),
        critical: optional(boolean, false),
        priority: optional(oneOf(["normal", "high"]), "high"),
      },
      ({ messageId, topics, users, targets, draft, scheduledAt, ...push }) => {
        const nobody = topics.length === 0 && users.length === 0 && targets.length === 0;
        if (!draft && nobody) throw new AppwriteError("message_missing_target");
        // Targets are of users, and the lab has none.
        if (targets.length > 0) throw new AppwriteError("message_target_not_push");
        const id = idFrom(messageId);
        // Nobody catches this in the server either.
        if (messages.has(id)) throw new AppwriteError("general_unknown");
        const soon = scheduledAt === null ? MessageStatus.Processing : MessageStatus.Scheduled;
        const status = draft ? MessageStatus.Draft : soon;
        const data = pushContent(push);
        const message = messages.create(id, { topics, users, targets, data, status, scheduledAt, deliveryErrors: [] });
        onMessage(message);
        if (status === MessageStatus.Processing) deliver(message);
        return created(messageAnswer(message));
      },
    ),
    route("GET", "/messaging/messages", ["messages.read"], { queries: queriesParameter, search }, ({ queries }) => {
      const listed = messages.all().map((message) => ({ ...message, providerType: "push" }));
      const schema = { ...ofEveryRow, status: "string", providerType: "string", scheduledAt: "datetime" } as const;
      const { total, found } = list(listed, queries, schema);
      return ok({ total, messages: found.map(messageAnswer) });
    }),
    route("GET", "/messaging/messages/:messageId", ["messages.read"], { messageId }, ({ messageId }) =>
      ok(messageAnswer(messageOf(messageId))),
    ),
    route("DELETE", "/messaging/messages/:messageId", ["messages.write"], { messageId }, ({ messageId }) => {
      messageOf(messageId);
      messages.delete(messageId);
      return noContent;
    }),
  ];
}

/** What of a push was said. */
function pushContent(push: Record<string, unknown>): Record<string, unknown> {
  const unsaid: unknown[] = ["", null, false, -1];
  return Object.fromEntries(Object.entries(push).filter(([, value]) => !unsaid.includes(value)));
}

function messageAnswer(message: StoredMessage): MessageAnswer {
  const { $id, $createdAt, $updatedAt, topics, users, targets, scheduledAt, deliveryErrors, data, status } = message;
  const delivery = { scheduledAt, deliveredAt: null, deliveryErrors, deliveredTotal: 0 };
  return { $id, $createdAt, $updatedAt, providerType: "push", topics, users, targets, ...delivery, data, status };
}

type MessageAnswer = Omit<Models.Message, "scheduledAt" | "deliveredAt"> & {
  scheduledAt: string | null;
  deliveredAt: null;
};
