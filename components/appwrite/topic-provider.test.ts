import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppwriteStandIn } from "../../lab/appwrite/server";
import { connectionTo, somebody, startStandIn, TriedResource } from "./testing";
import { type TopicInputs, topicKind } from "./topic-provider";

const said = vi.spyOn(console, "info").mockImplementation(() => {});
const warned = vi.spyOn(console, "warn").mockImplementation(() => {});

describe("a topic", () => {
  let appwrite: AppwriteStandIn;
  let inputs: TopicInputs;
  let topic: TriedResource<TopicInputs, TopicInputs>;
  const created = () => appwrite.log.filter(({ method, status }) => method === "POST" && status === 201).length;
  const byHand = () => somebody(appwrite).messaging;
  const topicId = "critical-alerts";

  beforeEach(async () => {
    said.mockClear();
    appwrite = await startStandIn();
    inputs = { connection: connectionTo(appwrite), topicId, name: topicId, subscribe: [] };
    topic = new TriedResource(topicKind);
  });

  afterEach(() => appwrite.stop());

  it("is made as it was asked for, once, without a word", async () => {
    expect(await topic.up(inputs)).toBe("create");
    expect(await topic.up(inputs)).toBe("same");
    expect(topic.id).toBe(topicId);
    expect(await byHand().getTopic({ topicId })).toMatchObject({ name: topicId, subscribe: [] });
    expect(await topic.refresh()).toBe("same");
    expect(said).not.toHaveBeenCalled();
    expect(warned).not.toHaveBeenCalled();
  });

  it("that is there already is adopted, set right, and that is said", async () => {
    await byHand().createTopic({ topicId, name: "Ours", subscribe: ["users"] });
    await topic.up(inputs);
    expect(await byHand().getTopic({ topicId })).toMatchObject({ name: topicId, subscribe: [] });
    expect(said.mock.lastCall?.[0]).toMatch(
      /\/v1, project tried: topic critical-alerts: adopted, its name and who may subscribe set anew/,
    );
  });

  it.each([
    ["renamed", { name: "Renamed" }],
    ["opened to everybody", { subscribe: ["any"] }],
  ])("that was %s is drift, and put right in place", async (_, change) => {
    await topic.up(inputs);
    await byHand().updateTopic({ topicId, ...change });
    expect(await topic.refresh()).toBe("drift");
    expect(await topic.up(inputs)).toBe("update");
    expect(await topic.refresh()).toBe("same");
    expect(created()).toBe(1);
  });

  it("that was deleted is gone, and made again", async () => {
    await topic.up(inputs);
    await byHand().deleteTopic({ topicId });
    expect(await topic.refresh()).toBe("gone");
    expect(await topic.up(inputs)).toBe("create");
  });

  it("is replaced by one of another id, and by nothing else", async () => {
    await topic.up(inputs);
    expect(await topic.preview({ ...inputs, name: "Other" })).toBe("update");
    expect(await topic.up({ ...inputs, topicId: "other" })).toBe("replace");
    await expect(byHand().getTopic({ topicId })).rejects.toThrow(/could not be found/);
  });

  it("is made once and without a failure when the answer to its creation gets lost", async () => {
    appwrite.loseNextAnswer(1, "POST /messaging/topics");
    await topic.up(inputs);
    expect(created()).toBe(1);
    expect(said).not.toHaveBeenCalled();
  });

  it.each(["GET", "PATCH", "DELETE"])(
    "is treated as if nothing were when an answer to a %s gets lost",
    async (method) => {
      await topic.up(inputs);
      appwrite.loseNextAnswer(2, `${method} /messaging/topics`);
      await topic.up({ ...inputs, name: "Other" });
      expect(await topic.refresh()).toBe("same");
      await topic.destroy();
      await expect(byHand().getTopic({ topicId })).rejects.toThrow(/could not be found/);
    },
  );

  it("cannot be made while Appwrite is away, and the error says where and why", async () => {
    appwrite.away = true;
    await expect(topic.up(inputs)).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/v1, project tried: topic critical-alerts: /,
    );
    await appwrite.stop();
    await expect(topic.up(inputs)).rejects.toThrow(/ECONNREFUSED/);
    appwrite = await startStandIn();
  });

  it("survives a new key and a new name of the server in place", async () => {
    await topic.up(inputs);
    const renamed = { ...inputs.connection, endpoint: inputs.connection.endpoint.replace("127.0.0.1", "localhost") };
    expect(await topic.up({ ...inputs, connection: renamed })).toBe("update");
    expect(said.mock.lastCall?.[0]).toMatch(/localhost.*adopted$/);
    expect(await topic.up({ ...inputs, connection: { ...renamed, key: "standard_admin" } })).toBe("update");
    expect(created()).toBe(1);
    expect(appwrite.log.some(({ method }) => method === "DELETE")).toBe(false);
  });
});
