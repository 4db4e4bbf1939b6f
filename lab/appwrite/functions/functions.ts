import type { Models } from "node-appwrite";
import { idFrom, type Stored } from "../documents";
import { boolean, type Check, customId, listOf, oneOf, range, text, uid } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { optional, required } from "../http/parameters";
import { created, noContent, ok, type Route, route } from "../http/router";
import { list, ofEveryRow, queriesParameter } from "../queries/list";
import { allScopes } from "../scopes";
import type { Collection, Store } from "../store";
import { isCron } from "./cron";
import { type StoredVariable, variableAnswer } from "./variable";

/** A function as it is stored. */
export interface StoredFunction extends Stored {
  name: string;
  runtime: string;
  /** Roles that may execute it; whoever has a key may in any case. */
  execute: string[];
  events: string[];
  schedule: string;
  /** Seconds. */
  timeout: number;
  enabled: boolean;
  logging: boolean;
  entrypoint: string;
  commands: string;
  /** What its own key may do. */
  scopes: string[];
  /** Whether it runs with its latest settings. */
  live: boolean;
  /** The active deployment; empty for none. */
  deploymentId: string;
  deploymentCreatedAt: string;
  latestDeploymentId: string;
  latestDeploymentCreatedAt: string;
  latestDeploymentStatus: string;
  specification: string;
}

/** The runtimes for Node.js that 1.8.1 has. */
export const nodeRuntimes = ["node-14.5", "node-16.0", "node-18.0", "node-19.0", "node-20.0", "node-21.0", "node-22"];

const cron: Check<string> = {
  description: "String must be a valid cron expression",
  accepts: (value) => value === "" || (typeof value === "string" && isCron(value)),
};

const specifications = ["s-0.5vcpu-512mb", "s-1vcpu-512mb", "s-1vcpu-1gb", "s-2vcpu-2gb", "s-2vcpu-4gb"];

const settings = {
  execute: optional(listOf(text(64)), []),
  events: optional(listOf(text(256)), []),
  schedule: optional(cron, ""),
  timeout: optional(range(1, 900), 15),
  enabled: optional(boolean, true),
  logging: optional(boolean, true),
  entrypoint: optional(text(1028, 0), ""),
  commands: optional(text(8192, 0), ""),
  scopes: optional(listOf(oneOf(allScopes)), []),
  specification: optional(oneOf(specifications), "s-1vcpu-512mb"),
};

const functionId = required(uid);

/** The stored functions. */
export const functionsIn = (store: Store): Collection<StoredFunction> => store.collection("functions");

/** @throws {AppwriteError} 404 `function_not_found` */
export function functionOf(store: Store, id: string): StoredFunction {
  const found = functionsIn(store).get(id);
  if (!found) throw new AppwriteError("function_not_found");
  return found;
}

/** `/functions`. @param onDelete told before a function goes */
export function functionRoutes(store: Store, onDelete: (functionId: string) => void): Route[] {
  return [
    route(
      "POST",
      "/functions",
      ["functions.write"],
      {
        functionId: required(customId),
        name: required(text(128)),
        runtime: required(oneOf(nodeRuntimes)),
        ...settings,
      },
      ({ functionId, ...values }) => {
        const id = idFrom(functionId);
        if (functionsIn(store).has(id)) throw new AppwriteError("function_already_exists");
        const latest = { latestDeploymentId: "", latestDeploymentCreatedAt: "", latestDeploymentStatus: "" };
        const none = { live: true, deploymentId: "", deploymentCreatedAt: "", ...latest };
        return created(functionAnswer(store, functionsIn(store).create(id, { ...values, ...none })));
      },
    ),
    route(
      "GET",
      "/functions",
      ["functions.read"],
      { queries: queriesParameter, search: optional(text(256, 0), "") },
      ({ queries, search }) => {
        const all = functionsIn(store).all();
        const named = all.filter(({ $id, name, runtime }) => `${$id} ${name} ${runtime}`.includes(search));
        const texts = { name: "string", runtime: "string", deploymentId: "string", schedule: "string" } as const;
        const schema = {
          ...ofEveryRow,
          ...texts,
          enabled: "boolean",
          timeout: "integer",
          entrypoint: "string",
        } as const;
        const { total, found } = list(
          named.map((one) => ({ ...one })),
          queries,
          schema,
        );
        return ok({ total, functions: found.map((one) => functionAnswer(store, one)) });
      },
    ),
    route("GET", "/functions/:functionId", ["functions.read"], { functionId }, ({ functionId }) =>
      ok(functionAnswer(store, functionOf(store, functionId))),
    ),
    route(
      "PUT",
      "/functions/:functionId",
      ["functions.write"],
      { functionId, name: required(text(128)), runtime: optional(oneOf(nodeRuntimes), ""), ...settings },
      ({ functionId, runtime, entrypoint, ...values }) => {
        const old = functionOf(store, functionId);
        // What is left out goes back to its default, but for these two.
        const kept = { runtime: runtime || old.runtime, entrypoint: entrypoint || old.entrypoint };
        const change = { ...values, ...kept };
        const same = (["name", "entrypoint", "commands", "runtime"] as const).every(
          (name) => old[name] === change[name],
        );
        return ok(functionAnswer(store, functionsIn(store).update(functionId, { ...change, live: same })));
      },
    ),
    route("DELETE", "/functions/:functionId", ["functions.write"], { functionId }, ({ functionId }) => {
      functionOf(store, functionId);
      onDelete(functionId);
      functionsIn(store).delete(functionId);
      return noContent;
    }),
  ];
}

/** A function as it is answered. */
export function functionAnswer(store: Store, { $sequence: _, ...answer }: StoredFunction): FunctionAnswer {
  const variables = store.collection<StoredVariable>("variables").all();
  return {
    ...answer,
    vars: variables.filter(({ resourceId }) => resourceId === answer.$id).map(variableAnswer),
    version: "v5",
    installationId: "",
    providerRepositoryId: "",
    providerBranch: "",
    providerRootDirectory: "",
    providerSilentMode: false,
  };
}

/** What the SDK's model has and 1.8.1 does not. */
type Later =
  | "deploymentRetention"
  | "providerBranches"
  | "providerPaths"
  | "buildSpecification"
  | "runtimeSpecification";
type FunctionAnswer = Omit<Models.Function, Later | "vars"> & { vars: object[]; specification: string };
