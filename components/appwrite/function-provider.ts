import { isDeepStrictEqual } from "node:util";
import type { Models, ProjectKeyScopes, Runtime } from "node-appwrite";
import { implementationOf, type Kind, type ManagedInputs } from "./managed";

export interface FunctionInputs extends ManagedInputs {
  functionId: string;
  name: string;
  /** As `node-22`. */
  runtime: string;
  /** The file of the bundle that is run. */
  entrypoint: string;
  /** When it runs by itself, as cron; empty: never. */
  schedule: string;
  /** How long an execution may take, in seconds. */
  timeout: number;
  /** Roles that may execute it without an API key. */
  execute: string[];
  /** Events of Appwrite's that execute it. */
  events: string[];
  /** What its own key may do, which Appwrite hands to every execution. */
  scopes: string[];
  /** Build commands. */
  commands: string;
  enabled: boolean;
  logging: boolean;
}

/** A function without its code (see `deployment-provider.ts`) and its variables (`variables-provider.ts`). */
export const functionKind: Kind<FunctionInputs> = {
  name: ({ functionId }) => `function ${functionId}`,
  id: ({ functionId }) => functionId,
  fixed: ["functionId"],
  remembered: [],

  async apply(server, inputs, previous) {
    const { connection: _, functionId, ...settings } = inputs;
    const what = functionKind.name(inputs);
    const asked = {
      functionId,
      ...settings,
      runtime: inputs.runtime as Runtime,
      scopes: inputs.scopes as ProjectKeyScopes[],
    };
    const { object, existed } = await server.make(
      what,
      () => server.functions.get({ functionId }),
      () => server.functions.create(asked),
    );
    const misfit = misfitOf(object, inputs);
    if (misfit) throw server.error(what, `is there already and does not fit: ${misfit} Nothing of it was changed.`);

    const seen = seenFunction(object);
    const differing = Object.keys(seen).filter(
      (name) => !isDeepStrictEqual(seen[name as keyof typeof seen], inputs[name as keyof typeof seen]),
    );
    if (differing.length > 0) await server.ask(what, () => server.functions.update(asked));
    if (existed && !previous) {
      server.say(what, `adopted${differing.length > 0 ? `, set anew: ${differing.join(", ")}` : ""}`);
    }
    return inputs;
  },

  async read(server, state) {
    const { functionId } = state;
    const found = await server.find(functionKind.name(state), () => server.functions.get({ functionId }));
    return found && { ...state, ...seenFunction(found) };
  },

  async remove(server, state) {
    const { functionId } = state;
    await server.remove(functionKind.name(state), () => server.functions.delete({ functionId }));
  },
};

export const provider = implementationOf(functionKind);

type Settings = Omit<FunctionInputs, "connection" | "functionId">;

function seenFunction(found: Models.Function): Settings {
  const { name, runtime, entrypoint, schedule, timeout, execute, events, scopes, commands, enabled, logging } = found;
  return { name, runtime, entrypoint, schedule, timeout, execute, events, scopes, commands, enabled, logging };
}

/** Why a function of this id is somebody else's. */
function misfitOf(found: Models.Function, { functionId, runtime }: FunctionInputs): string | undefined {
  if (found.providerRepositoryId) {
    return `its code comes from a Git repository. Disconnect that in the console, or give this one another id.`;
  }
  const [language, ours] = [found.runtime, runtime].map((name) => name.split("-")[0]);
  if (language !== ours) {
    return `it is written for ${found.runtime}, and ${functionId} for ${runtime}. Give one of them another id.`;
  }
  return undefined;
}
