import { AppwriteException } from "node-appwrite";
import { keySetting } from "./connection";

/** No answer within the time that one may take. */
export class NoAnswer extends Error {}

/**
 * Whether nobody knows if the server did what it was asked: the connection went, or it answered that something is
 * broken or busy right now. Asking again, or looking, may tell.
 */
export function isLost(error: unknown): boolean {
  if (error instanceof AppwriteException) return error.code >= 500 || error.code === 408 || error.code === 429;
  // What `fetch` throws when there is no whole answer; half an answer is no JSON.
  return error instanceof NoAnswer || error instanceof SyntaxError || (error instanceof TypeError && isOfFetch(error));
}

function isOfFetch(error: TypeError): boolean {
  return error.message === "fetch failed" || error.message === "terminated";
}

/** Whether something on the way to the object is not there, be it the project or the route. */
export function isNotFound(error: unknown): error is AppwriteException {
  return error instanceof AppwriteException && error.code === 404;
}

/** Whether the server says that the object is not there, and is one that would know. */
export function isMissing(error: unknown): boolean {
  return isNotFound(error) && error.type !== "project_not_found" && error.type !== "general_route_not_found";
}

/** Whether the id or key is taken already. */
export function isTaken(error: unknown): boolean {
  return error instanceof AppwriteException && error.code === 409;
}

// A refresh reads with what the state holds, unless it is told to ask the program first.
const keyRenewal = `A new one is set by \`pulumi config set --secret ${keySetting}\`, then \`pulumi up --refresh --run-program\`.`;

const whatToDo: Record<string, string> = {
  general_unauthorized_scope: "The API key lacks a scope: `pulumi up` with `preflight` on says which.",
  user_unauthorized: `The API key is not one of this project. ${keyRenewal}`,
  project_key_expired: `The API key has expired: make another one in Appwrite's console. ${keyRenewal}`,
  project_not_found: "Appwrite has no such project.",
  general_route_not_found: "Is that the endpoint of Appwrite 1.8 or newer, ending in /v1?",
};

/** Why a call failed, in words: the server's own, its type, and what can be done where that is known. */
export function reasonOf(error: unknown): string {
  if (error instanceof AppwriteException) {
    const type = error.type ? `${error.code} ${error.type}` : String(error.code);
    return [`${error.message.trim()} (${type})`, whatToDo[error.type]].filter(Boolean).join(" ");
  }
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // An address that resolves to several gives an error without a message, with one for each.
  const code = "code" in cause ? String(cause.code) : "";
  return cause.message || code || error.message;
}
