import { isDeepStrictEqual } from "node:util";
import { implementationOf, type Kind, type ManagedInputs } from "./managed";

export interface TopicInputs extends ManagedInputs {
  topicId: string;
  name: string;
  /** Roles that may subscribe themselves, as `users`. */
  subscribe: string[];
}

/** A topic of Appwrite's messaging. Its subscribers are not looked at. */
export const topicKind: Kind<TopicInputs> = {
  name: ({ topicId }) => `topic ${topicId}`,
  id: ({ topicId }) => topicId,
  fixed: ["topicId"],
  remembered: [],

  async apply(server, inputs, previous) {
    const { topicId, name, subscribe } = inputs;
    const what = topicKind.name(inputs);
    const { object, existed } = await server.make(
      what,
      () => server.messaging.getTopic({ topicId }),
      () => server.messaging.createTopic({ topicId, name, subscribe }),
    );
    const differs = object.name !== name || !isDeepStrictEqual(object.subscribe, subscribe);
    if (differs) await server.ask(what, () => server.messaging.updateTopic({ topicId, name, subscribe }));
    if (existed && !previous) server.say(what, `adopted${differs ? ", its name and who may subscribe set anew" : ""}`);
    return inputs;
  },

  async read(server, state) {
    const { topicId } = state;
    const topic = await server.find(topicKind.name(state), () => server.messaging.getTopic({ topicId }));
    return topic && { ...state, name: topic.name, subscribe: topic.subscribe };
  },

  async remove(server, state) {
    const { topicId } = state;
    await server.remove(topicKind.name(state), () => server.messaging.deleteTopic({ topicId }));
  },
};

export const provider = implementationOf(topicKind);
