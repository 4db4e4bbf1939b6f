import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import type { CheckedImplementation } from "../dynamic-provider";
import { isLookingOnly } from "../looking-only";
import { AppwriteError } from "./appwrite-error";
import { type AppwriteConnection, keySetting } from "./connection";
import { AppwriteServer, type Patience, patience } from "./server";

/** What every resource in Appwrite is given. */
export interface ManagedInputs {
  connection: AppwriteConnection;
}

/**
 * A kind of object in Appwrite. Inputs are plain and complete (no `undefined`, defaults filled in), so that what is
 * wanted and what is there compare field by field; the state is the inputs, and what else the kind has to remember.
 */
export interface Kind<I extends ManagedInputs, S extends I = I> {
  /** What a person calls it, as `topic critical-alerts`. */
  name(inputs: I): string;
  /** Its id within the project, as `monitoring/alerts`. */
  id(inputs: I): string;
  /** Ids, which Appwrite cannot change: another one is another object. */
  fixed: (keyof I & string)[];
  /** What the state holds beside the inputs. */
  remembered: (keyof S & string)[];
  /**
   * Brings about what the inputs say: makes what is missing, adopts what fits, changes what can be changed.
   * @param previous the state, when the object is in it already; nothing after a move to another endpoint or project
   */
  apply(server: AppwriteServer, inputs: I, previous?: S): Promise<S>;
  /** The state as it really is; nothing when the object is gone. */
  read(server: AppwriteServer, state: S): Promise<S | undefined>;
  remove(server: AppwriteServer, state: S): Promise<void>;
  /** What must not happen, before anything does. Called in every preview too. */
  refusals?(server: AppwriteServer, inputs: I, previous?: S): Promise<pulumi.dynamic.CheckFailure[]>;
}

// One server for the whole life of the provider's process, and the key that the stack's settings hold now: the one in
// the state may have been renewed since, and would keep a refresh from ever learning that.
const servers = new Map<string, AppwriteServer>();
let currentKey: string | undefined;

function serverAt(connection: AppwriteConnection, bounds: Patience): AppwriteServer {
  const used = { ...connection, key: currentKey ?? connection.key };
  const name = JSON.stringify([used, bounds]);
  const server = servers.get(name) ?? new AppwriteServer(used, bounds);
  servers.set(name, server);
  return server;
}

function isSamePlace({ connection: one }: ManagedInputs, { connection: other }: ManagedInputs): boolean {
  return one.endpoint === other.endpoint && one.project === other.project;
}

/** The dynamic provider of a kind of object. */
export function implementationOf<I extends ManagedInputs, S extends I>(
  kind: Kind<I, S>,
  bounds: Patience = patience,
): CheckedImplementation {
  const serverOf = (inputs: ManagedInputs) => serverAt(inputs.connection, bounds);
  const inputsOf = (state: S): I =>
    Object.fromEntries(
      Object.entries(state).filter(([name]) => !(kind.remembered as string[]).includes(name)),
    ) as unknown as I;

  return {
    async configure({ config }) {
      currentKey = config.get(keySetting) || undefined;
    },

    async check(olds: Partial<S>, news: I) {
      if (!kind.refusals || isLookingOnly()) return { inputs: news, failures: [] };
      const previous = olds.connection && isSamePlace(olds as S, news) ? (olds as S) : undefined;
      const server = serverAt(news.connection, { ...bounds, retries: [] });
      // What cannot be asked now is asked again, and its error told, when it comes to doing it.
      const failures = await kind.refusals(server, news, previous).catch((error) => {
        if (error instanceof AppwriteError) return [];
        throw error;
      });
      return { inputs: news, failures };
    },

    async create(inputs: I) {
      return { id: kind.id(inputs), outs: await kind.apply(serverOf(inputs), inputs) };
    },

    async update(_id, olds: S, news: I) {
      return { outs: await kind.apply(serverOf(news), news, isSamePlace(olds, news) ? olds : undefined) };
    },

    async read(id, props: S) {
      const seen = await kind.read(serverOf(props), props);
      return seen ? { id, props: seen, inputs: inputsOf(seen) } : {};
    },

    async diff(_id, olds: S, news: I) {
      const changed = Object.keys({ ...inputsOf(olds), ...news })
        .filter((name) => name !== "__provider")
        .filter((name) => !isDeepStrictEqual(olds[name as keyof S], (news as unknown as S)[name as keyof S]));
      return {
        changes: changed.length > 0,
        // Another endpoint, project or key is no other object: the same one may be meant, under its server's new name.
        // It is made or adopted there; what was left behind elsewhere is for a person to remove.
        replaces: kind.fixed.filter((name) => changed.includes(name)),
        deleteBeforeReplace: false,
      };
    },

    async delete(_id, props: S) {
      await kind.remove(serverOf(props), props);
    },
  };
}
