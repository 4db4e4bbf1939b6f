import { ExecutionStatus, type ExecutionTrigger, type Models } from "node-appwrite";
import type { Stored } from "../documents";
import type { Collection, Store } from "../store";
import { listed } from "./execution-headers";
import type { RuntimeAnswer } from "./runtimes";

/** An execution as it is stored: without the body of its answer. */
export interface StoredExecution extends Stored {
  functionId: string;
  deploymentId: string;
  trigger: ExecutionTrigger;
  status: ExecutionStatus;
  requestMethod: string;
  requestPath: string;
  requestHeaders: Models.Headers[];
  responseStatusCode: number;
  responseHeaders: Models.Headers[];
  logs: string;
  errors: string;
  /** Seconds. */
  duration: number;
}

/** The stored executions, of all functions. */
export const executionsIn = (store: Store): Collection<StoredExecution> => store.collection("executions");

/** An execution of which nothing is known yet. */
export function emptyExecution(
  functionId: string,
  deploymentId: string,
  { trigger, method, path }: { trigger: ExecutionTrigger; method: string; path: string },
) {
  return {
    functionId,
    deploymentId,
    trigger,
    status: ExecutionStatus.Waiting,
    requestMethod: method,
    requestPath: path,
    requestHeaders: [],
    responseStatusCode: 0,
    responseHeaders: [],
    logs: "",
    errors: "",
    duration: 0,
  };
}

/** What a function's answer makes of its execution. */
export function outcomeOf({ statusCode, headers, logs, errors }: RuntimeAnswer): Partial<StoredExecution> {
  return {
    status: statusCode >= 500 ? ExecutionStatus.Failed : ExecutionStatus.Completed,
    responseStatusCode: statusCode,
    responseHeaders: listed(headers).filter(({ name }) => name === "content-type" || name === "content-length"),
    logs: cut(logs),
    errors: cut(errors),
  };
}

/** Only the last million characters are kept. */
function cut(said: string): string {
  return said.length > 1_000_000 ? said.slice(-1_000_000) : said;
}

/**
 * An execution as it is answered. @param answer the function's own: its body and all its headers are there once, in
 * the answer to a synchronous call
 */
export function executionAnswer({ $sequence: _, ...stored }: StoredExecution, answer?: RuntimeAnswer): ExecutionAnswer {
  const execution = { ...stored, $permissions: [], responseBody: answer?.body ?? "", scheduledAt: null };
  if (!answer) return execution;
  return { ...execution, responseHeaders: listed({ ...answer.headers, "x-appwrite-execution-id": stored.$id }) };
}

export type ExecutionAnswer = Omit<Models.Execution, "scheduledAt"> & { scheduledAt: null };
