import { idFrom } from "../documents";
import { boolean, nullable, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { created, noContent, ok, type Route, route } from "../http/router";
import type { Collection, Store } from "../store";
import { functionOf, functionsIn } from "./functions";
import { type StoredVariable, variableAnswer } from "./variable";

const functionId = required(uid);
const one = { functionId, variableId: required(uid) };
const base = "/functions/:functionId/variables";

const variablesIn = (store: Store): Collection<StoredVariable> => store.collection("variables");

/** A function's variables, as its environment. */
export function environmentOf(store: Store, functionId: string): Record<string, string> {
  const own = variablesIn(store)
    .all()
    .filter(({ resourceId }) => resourceId === functionId);
  return Object.fromEntries(own.map(({ key, value }) => [key, value]));
}

/** Forgets the variables of a function that goes. */
export function forgetVariables(store: Store, functionId: string): void {
  for (const { $id, resourceId } of variablesIn(store).all()) {
    if (resourceId === functionId) variablesIn(store).delete($id);
  }
}

/** `/functions/:functionId/variables`. A running function sees what they are at its next cold start. */
export function variableRoutes(store: Store): Route[] {
  const variables = variablesIn(store);
  const keyIsFree = (functionId: string, key: string, except?: string) => {
    const taken = variables.all().some((other) => {
      return other.resourceId === functionId && other.$id !== except && other.key.toLowerCase() === key.toLowerCase();
    });
    if (taken) throw new AppwriteError("variable_already_exists");
  };
  return [
    route(
      "POST",
      base,
      ["functions.write"],
      { functionId, key: required(text(255)), value: required(text(8192, 0)), secret: optional(boolean, true) },
      ({ functionId, key, value, secret }) => {
        functionOf(store, functionId);
        keyIsFree(functionId, key);
        const variable = variables.create(idFrom("unique()"), { key, value, secret, resourceId: functionId });
        functionsIn(store).update(functionId, { live: false });
        return created(variableAnswer(variable));
      },
    ),
    route("GET", base, ["functions.read"], { functionId }, ({ functionId }) => {
      functionOf(store, functionId);
      const own = variables.all().filter(({ resourceId }) => resourceId === functionId);
      return ok({ total: own.length, variables: own.map(variableAnswer) });
    }),
    route("GET", `${base}/:variableId`, ["functions.read"], one, (values) => ok(variableAnswer(variableOf(values)))),
    route(
      "PUT",
      `${base}/:variableId`,
      ["functions.write"],
      {
        ...one,
        key: required(text(255)),
        value: optional(nullable(text(8192, 0)), null),
        secret: optional(nullable(boolean), null),
      },
      ({ key, value, secret, ...values }) => {
        const old = variableOf(values);
        if (old.secret && secret === false) throw new AppwriteError("variable_cannot_unset_secret");
        keyIsFree(values.functionId, key, old.$id);
        const change = { key, value: value ?? old.value, secret: secret ?? old.secret };
        const updated = variables.update(old.$id, change);
        functionsIn(store).update(values.functionId, { live: false });
        return ok(variableAnswer(updated));
      },
    ),
    route("DELETE", `${base}/:variableId`, ["functions.write"], one, (values) => {
      variables.delete(variableOf(values).$id);
      functionsIn(store).update(values.functionId, { live: false });
      return noContent;
    }),
  ];

  function variableOf({ functionId, variableId }: { functionId: string; variableId: string }): StoredVariable {
    functionOf(store, functionId);
    const found = variables.get(variableId);
    if (found?.resourceId !== functionId) throw new AppwriteError("variable_not_found");
    return found;
  }
}
