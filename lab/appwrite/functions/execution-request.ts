import type { ExecutionTrigger } from "node-appwrite";
import { dynamicKey } from "../http/dynamic-key";
import { version } from "../http/health";
import type { StoredDeployment } from "./deployment";
import type { StoredFunction } from "./functions";
import type { RuntimeRequest, RuntimeStart } from "./runtimes";

/** What executions need to know of the server. */
export interface ExecutionSettings {
  projectId: string;
  signingSecret: string;
  /** The endpoint that functions are told, as `http://127.0.0.1:8080/v1`. */
  endpoint: () => string;
  /** How long a synchronous execution may take, in milliseconds. */
  synchronousMs: number;
  /** Variables of every function besides its own. */
  environment: Record<string, string>;
}

/** An execution that can begin. */
export interface NewExecution {
  function: StoredFunction;
  deployment: StoredDeployment;
  trigger: ExecutionTrigger;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** What the function gets: the caller's headers and Appwrite's own; empty ones never arrive. */
export function requestOf(
  { function: own, trigger, method, path, headers, body }: NewExecution,
  id: string,
  settings: ExecutionSettings,
): RuntimeRequest {
  const { projectId, signingSecret } = settings;
  const exp = Math.floor(Date.now() / 1000) + own.timeout + 60;
  return {
    method,
    path: path.startsWith("/") ? path : `/${path}`,
    headers: {
      host: new URL(settings.endpoint()).host,
      // What the executor's curl says of a body that nobody named.
      ...(body === "" ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      ...headers,
      "content-length": String(Buffer.byteLength(body)),
      "x-appwrite-execution-id": id,
      "x-appwrite-key": dynamicKey({ projectId, scopes: own.scopes, exp }, signingSecret),
      "x-appwrite-trigger": trigger,
      "x-appwrite-continent-eu": "false",
    },
    body,
    timeoutMs: own.timeout * 1000,
    logging: own.logging,
  };
}

/** What the process of a function's deployment is started with. */
export function startOf(
  { function: own, deployment }: NewExecution,
  variables: Record<string, string>,
  folder: string,
  settings: ExecutionSettings,
): RuntimeStart {
  return {
    deploymentId: deployment.$id,
    folder,
    entrypoint: deployment.entrypoint,
    environment: {
      ...settings.environment,
      ...variables,
      APPWRITE_FUNCTION_API_ENDPOINT: settings.endpoint(),
      APPWRITE_FUNCTION_ID: own.$id,
      APPWRITE_FUNCTION_NAME: own.name,
      APPWRITE_FUNCTION_DEPLOYMENT: deployment.$id,
      APPWRITE_FUNCTION_PROJECT_ID: settings.projectId,
      APPWRITE_FUNCTION_RUNTIME_NAME: "Node.js",
      APPWRITE_FUNCTION_RUNTIME_VERSION: own.runtime.replace("node-", ""),
      APPWRITE_FUNCTION_CPUS: "1",
      APPWRITE_FUNCTION_MEMORY: "512",
      APPWRITE_VERSION: version,
      APPWRITE_REGION: "default",
    },
  };
}
