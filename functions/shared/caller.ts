import type { FunctionRequest } from "./function-context";

/** What starts an execution. */
export type Trigger = "http" | "schedule";

/**
 * Whether whoever called may have the function run.
 *
 * Appwrite sets these headers itself; nobody can send their own (`x-appwrite-…` is refused in an execution's headers and
 * overwritten on a function's domain). An execution by API key has the trigger `http` and no user. One by a session, by
 * the console or by a JWT names its user. A call of the function's domain, and one by a guest, look like the API key's:
 * those Appwrite refuses itself, as long as nobody (`any`, `guests`) is in the function's `execute`.
 *
 * @returns why not, undefined when it may
 */
export function refusal({ headers }: FunctionRequest, triggers: Trigger[]): string | undefined {
  const trigger = headers["x-appwrite-trigger"];
  if (!triggers.some((one) => one === trigger)) return `not to be started by ${trigger || "an unknown trigger"}`;
  if (headers["x-appwrite-user-id"] || headers["x-appwrite-user-jwt"])
    return "not to be run by a user: by API key only";
  return undefined;
}
