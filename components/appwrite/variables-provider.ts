import type { Models } from "node-appwrite";
import { implementationOf, type Kind, type ManagedInputs } from "./managed";
import type { AppwriteServer } from "./server";

export interface VariablesInputs extends ManagedInputs {
  functionId: string;
  /** Key → value; anybody who may see the function sees these. */
  plain: Record<string, string>;
  /** Key → value that Appwrite gives to the function only. In the state they are encrypted. */
  secret: Record<string, string>;
  /** Key of a secret variable → what shows that it changes, where its value must not be shown (see `secretMark`). */
  marks: Record<string, string>;
}

export interface VariablesState extends VariablesInputs {
  /**
   * Key of a secret variable → when we last wrote it, by the server's clock. Appwrite never tells its value again; that
   * somebody else has written it since is all that can be seen.
   */
  written: Record<string, string>;
}

/** All variables of one function: there are these, and no others. */
export const variablesKind: Kind<VariablesInputs, VariablesState> = {
  name: ({ functionId }) => `variables of function ${functionId}`,
  id: ({ functionId }) => `${functionId}/variables`,
  fixed: ["functionId"],
  remembered: ["written"],

  async apply(server, inputs, previous) {
    const what = variablesKind.name(inputs);
    const { functionId, plain, secret } = inputs;
    const wanted = { ...plain, ...secret };
    const there = await list(server, inputs);
    const others = there.filter(({ key }) => wanted[key] === undefined);
    if (others.length > 0 && !previous) {
      throw server.error(
        what,
        `there are others already: ${others.map(({ key }) => key).join(", ")}. Nothing was changed. ` +
          "Remove them in the console, where nothing needs them.",
      );
    }
    for (const { key, $id } of others) await removeVariable(server, functionId, key, $id);

    const changed: string[] = [];
    for (const [key, value] of Object.entries(wanted)) {
      const found = there.find((variable) => variable.key === key);
      const isSecret = secret[key] !== undefined;
      if (found && isAsWanted(found, value, isSecret, previous)) continue;
      if (found) changed.push(key);
      await write(server, inputs, { key, value, secret: isSecret }, found);
    }
    if (changed.length > 0 && !previous) server.say(what, `adopted, set anew: ${changed.join(", ")}`);
    return { ...inputs, written: writtenTimes(await list(server, inputs), inputs) };
  },

  async read(server, state) {
    const { functionId } = state;
    const found = await server.find(variablesKind.name(state), () => server.functions.listVariables({ functionId }));
    if (!found) return undefined;
    const seen: VariablesState = { ...state, plain: {}, secret: {}, marks: {}, written: {} };
    for (const { key, value, secret, $updatedAt } of found.variables) {
      const known = state.secret[key];
      if (!secret) seen.plain[key] = value;
      else if (known !== undefined && state.written[key] === $updatedAt) {
        seen.secret[key] = known;
        seen.marks[key] = state.marks[key] ?? "";
        seen.written[key] = $updatedAt;
      } else seen.marks[key] = `written by somebody at ${$updatedAt}`;
    }
    return seen;
  },

  async remove(server, state) {
    const { functionId, plain, secret } = state;
    const ours = Object.keys({ ...plain, ...secret });
    const found = await server.find(variablesKind.name(state), () => server.functions.listVariables({ functionId }));
    for (const { key, $id } of found?.variables ?? []) {
      if (ours.includes(key)) await removeVariable(server, functionId, key, $id);
    }
  },
};

export const provider = implementationOf(variablesKind);

async function list(server: AppwriteServer, inputs: VariablesInputs): Promise<Models.Variable[]> {
  const { functionId } = inputs;
  const what = variablesKind.name(inputs);
  return (await server.ask(what, () => server.functions.listVariables({ functionId }))).variables;
}

/** A secret variable is as wanted when it is one, nobody wrote it since we did, and we wrote this value. */
function isAsWanted(found: Models.Variable, value: string, isSecret: boolean, previous?: VariablesState): boolean {
  if (found.secret !== isSecret) return false;
  if (!isSecret) return found.value === value;
  return previous?.secret[found.key] === value && previous.written[found.key] === found.$updatedAt;
}

interface Variable {
  key: string;
  value: string;
  secret: boolean;
}

async function write(
  server: AppwriteServer,
  inputs: VariablesInputs,
  { key, value, secret }: Variable,
  found: Models.Variable | undefined,
): Promise<void> {
  const { functionId } = inputs;
  const what = `variable ${key} of function ${functionId}`;
  let there = found;
  // What was secret once can never be made public: it has to be another one.
  if (there?.secret && !secret) {
    await removeVariable(server, functionId, key, there.$id);
    there = undefined;
  }
  if (!there) {
    const find = async () => (await list(server, inputs)).find((variable) => variable.key === key);
    // 1.8.1 chooses the id itself, and insists on one.
    const create = () => server.functions.createVariable({ functionId, variableId: "unique()", key, value, secret });
    const { object, existed } = await server.make(what, find, create, { absent: true });
    if (!existed || !object) return;
    there = object;
  }
  const variableId = there.$id;
  await server.ask(what, () => server.functions.updateVariable({ functionId, variableId, key, value, secret }));
}

async function removeVariable(server: AppwriteServer, functionId: string, key: string, variableId: string) {
  const what = `variable ${key} of function ${functionId}`;
  await server.remove(what, () => server.functions.deleteVariable({ functionId, variableId }));
}

function writtenTimes(variables: Models.Variable[], { secret }: VariablesInputs): Record<string, string> {
  const ours = variables.filter((variable) => variable.secret && secret[variable.key] !== undefined);
  return Object.fromEntries(ours.map(({ key, $updatedAt }) => [key, $updatedAt]));
}
