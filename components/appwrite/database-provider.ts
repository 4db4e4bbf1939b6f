import { implementationOf, type Kind, type ManagedInputs } from "./managed";

export interface DatabaseInputs extends ManagedInputs {
  databaseId: string;
  name: string;
  /** Off, only API keys see what is in it. */
  enabled: boolean;
}

/** A database, which is a folder of tables. */
export const databaseKind: Kind<DatabaseInputs> = {
  name: ({ databaseId }) => `database ${databaseId}`,
  id: ({ databaseId }) => databaseId,
  fixed: ["databaseId"],
  remembered: [],

  async apply(server, inputs, previous) {
    const { databaseId, name, enabled } = inputs;
    const what = databaseKind.name(inputs);
    const { object, existed } = await server.make(
      what,
      () => server.tables.get({ databaseId }),
      () => server.tables.create({ databaseId, name, enabled }),
    );
    const differs = object.name !== name || object.enabled !== enabled;
    if (differs) await server.ask(what, () => server.tables.update({ databaseId, name, enabled }));
    if (existed && !previous) server.say(what, `adopted${differs ? ", enabled and named anew" : ""}`);
    return inputs;
  },

  async read(server, state) {
    const { databaseId } = state;
    const database = await server.find(databaseKind.name(state), () => server.tables.get({ databaseId }));
    return database && { ...state, name: database.name, enabled: database.enabled };
  },

  /** With what is in it, if that were all ours: a database that holds tables of somebody else stays. */
  async remove(server, state) {
    const { databaseId } = state;
    const what = databaseKind.name(state);
    const left = await server.find(what, () => server.tables.listTables({ databaseId }));
    if (left && left.tables.length > 0) {
      server.say(what, `stays, because of the tables in it: ${left.tables.map(({ $id }) => $id).join(", ")}`);
      return;
    }
    await server.remove(what, () => server.tables.delete({ databaseId }));
  },
};

export const provider = implementationOf(databaseKind);
