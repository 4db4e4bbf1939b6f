import { Query } from "node-appwrite";
import { expect, it } from "vitest";
import { refusal, servicesOf, startStandIn, until } from "../testing";

const push = { messageId: "one", title: "ServerDown", body: "server-82 is down", topics: ["critical-alerts"] };

it("makes, changes, lists and deletes topics", async () => {
  const { messaging } = servicesOf(await startStandIn());
  const topic = { topicId: "critical-alerts", name: "Critical" };
  const made = await messaging.createTopic(topic);
  const totals = { emailTotal: 0, smsTotal: 0, pushTotal: 0 };
  expect(made).toMatchObject({ $id: "critical-alerts", name: "Critical", subscribe: ["users"], ...totals });
  expect(await refusal(messaging.createTopic(topic))).toBe("409 topic_already_exists");
  const changed = await messaging.updateTopic({ topicId: topic.topicId, subscribe: ["any"] });
  expect([changed.name, changed.subscribe]).toEqual(["Critical", ["any"]]);
  expect((await messaging.listTopics({ queries: [Query.equal("name", "Critical")] })).total).toBe(1);
  expect((await messaging.listSubscribers({ topicId: topic.topicId })).subscribers).toEqual([]);
  const subscriber = { topicId: topic.topicId, subscriberId: "one", targetId: "none" };
  expect(await refusal(messaging.createSubscriber(subscriber))).toBe("404 user_target_not_found");
  await messaging.deleteTopic({ topicId: topic.topicId });
  expect(await refusal(messaging.getTopic({ topicId: topic.topicId }))).toBe("404 topic_not_found");
});

it("takes a push for a topic that there is not: 201, and it fails later", async () => {
  const standIn = await startStandIn();
  const { messaging } = servicesOf(standIn);
  standIn.delayStates(40);
  const made = await messaging.createPush({ ...push, data: { fingerprint: "a" } });
  expect([standIn.log.at(-1)?.status, made.status, made.providerType]).toEqual([201, "processing", "push"]);
  expect(made.data).toEqual({ title: push.title, body: push.body, data: { fingerprint: "a" }, priority: "high" });
  const get = () => messaging.getMessage({ messageId: "one" });
  await until(async () => (await get()).status === "failed");
  expect((await get()).deliveryErrors).toEqual(["No valid recipients found."]);
  const wanted = { id: "one", topic: "critical-alerts", title: push.title, body: push.body };
  expect(standIn.messages).toMatchObject([wanted]);
  expect(Date.now() - (standIn.messages[0]?.at ?? 0)).toBeLessThan(5000);
  expect((await messaging.listMessages()).total).toBe(1);
});

it.each([
  ["a repeated id", push, "500 general_unknown"],
  ["nobody to tell", { ...push, messageId: "two", topics: [] }, "400 message_missing_target"],
  ["an empty title", { ...push, messageId: "two", title: "" }, "400 general_argument_invalid"],
  ["an empty body", { ...push, messageId: "two", body: "" }, "400 general_argument_invalid"],
  [
    "a title of more than 256 characters",
    { ...push, messageId: "two", title: "x".repeat(257) },
    "400 general_argument_invalid",
  ],
  ["a target that there is not", { ...push, messageId: "two", targets: ["a"] }, "400 message_target_not_push"],
])("refuses %s", async (_, given, wanted) => {
  const standIn = await startStandIn();
  const { messaging } = servicesOf(standIn);
  await messaging.createPush(push);
  expect(await refusal(messaging.createPush(given))).toBe(wanted);
  expect(standIn.messages).toHaveLength(1);
});

it("keeps a draft, for which nobody has to be named", async () => {
  const { messaging } = servicesOf(await startStandIn());
  const made = await messaging.createPush({ messageId: "one", title: "a", draft: true });
  expect(made.status).toBe("draft");
  await messaging.delete({ messageId: "one" });
  expect(await refusal(messaging.getMessage({ messageId: "one" }))).toBe("404 message_not_found");
});
