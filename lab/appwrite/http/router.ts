import type { Caller } from "./caller";
import { AppwriteError } from "./errors";
import { type Parameters, readParameters, type Values } from "./parameters";
import type { CallRequest } from "./request";

/** What a request is answered with. */
export interface Answer {
  status: number;
  /** Absent: no content. */
  body?: unknown;
}

/** A request that is allowed to happen. */
export interface Call {
  request: CallRequest;
  caller: Caller;
}

/** One method and path of the API. */
export interface Route {
  method: string;
  /** `/tablesdb/:databaseId` */
  path: string;
  /** One of them is enough. */
  scopes: readonly string[];
  answer: (sent: Record<string, unknown>, call: Call) => Promise<Answer>;
}

/** A route whose parameters are read, in their order, before it answers. */
export function route<P extends Parameters>(
  method: string,
  path: string,
  scopes: readonly string[],
  parameters: P,
  answer: (values: Values<P>, call: Call) => Answer | Promise<Answer>,
): Route {
  return { method, path, scopes, answer: async (sent, call) => answer(readParameters(parameters, sent), call) };
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const accepted = (body: unknown): Answer => ({ status: 202, body });
export const noContent: Answer = { status: 204 };

/** A route that fits a request, and what its path stands for. */
export interface Match {
  route: Route;
  fromPath: Record<string, string>;
}

/**
 * The route for a request: the one whose path says most, so that `/messages/push` is not a message's id.
 * @throws {AppwriteError} 404 `general_route_not_found`
 */
export function match(routes: readonly Route[], method: string, path: string): Match {
  const parts = path.split("/");
  let best: Match | undefined;
  for (const route of routes) {
    if (route.method !== method) continue;
    const fromPath = pathValues(route.path.split("/"), parts);
    const fewer = best === undefined || (fromPath && Object.keys(fromPath).length < Object.keys(best.fromPath).length);
    if (fromPath && fewer) best = { route, fromPath };
  }
  if (!best) throw new AppwriteError("general_route_not_found");
  return best;
}

function pathValues(wanted: string[], given: string[]): Record<string, string> | undefined {
  if (wanted.length !== given.length) return undefined;
  const values: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (part.startsWith(":")) values[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return values;
}
