import { AppwriteException } from "node-appwrite";
import { patientFetch } from "../patient-fetch";
import { isNotFound, reasonOf } from "./answers";
import { type AppwriteConnection, keySetting, trimmedEndpoint } from "./connection";
import { deploymentScopes, type Scope } from "./schema";
import { clientOf } from "./server";

/** The oldest server that everything here was tried with: the first that has tables. */
const oldestServer = [1, 8] as const;
const timeoutSeconds = 15;

export interface PreflightArgs extends AppwriteConnection {
  /** For the messages: whose inventory names the endpoint. */
  stack: string;
  /** The setting that the key is from. @default the key that deploys */
  setting?: string;
  /** What the key must be allowed to. @default all that a deployment does */
  scopes?: readonly Scope[];
}

/** A call that is refused for want of a scope, and is harmless when it is not: it reads, or it lacks what it cannot do without. */
interface Probe {
  method: "get" | "post";
  path: string;
  body?: Record<string, unknown>;
}

// The server looks at the key before it looks at what is asked, so that a call without its parameters tells enough.
const probes: Record<Scope, Probe> = {
  "databases.read": { method: "get", path: "/tablesdb" },
  "databases.write": { method: "post", path: "/tablesdb" },
  "tables.read": { method: "get", path: "/tablesdb/none/tables" },
  "tables.write": { method: "post", path: "/tablesdb/none/tables" },
  "rows.read": { method: "get", path: "/tablesdb/none/tables/none/rows" },
  "functions.read": { method: "get", path: "/functions" },
  "functions.write": { method: "post", path: "/functions" },
  "topics.read": { method: "get", path: "/messaging/topics" },
  "topics.write": { method: "post", path: "/messaging/topics" },
  "execution.write": { method: "post", path: "/functions/none/executions", body: { method: "NONE" } },
};

/**
 * Asks Appwrite whether a deployment can go well: reachable, new enough, the project there, the key good and allowed to
 * everything that will be done. Changes nothing.
 * @returns what is wrong, a message a problem; empty when nothing is
 */
export async function preflight(given: PreflightArgs): Promise<string[]> {
  const args = { ...given, endpoint: trimmedEndpoint(given.endpoint) };
  const { endpoint, stack, scopes = deploymentScopes } = args;
  const problem = await serverProblem(endpoint, stack);
  if (problem) return [`${endpoint}: ${problem}`];
  const errors = await Promise.all(scopes.map((scope) => errorOf(args, probes[scope])));
  return keyProblems(errors, scopes, args).map((text) => `${endpoint}: ${text}`);
}

/** What is wrong with the server, or with the way to it. */
async function serverProblem(endpoint: string, stack: string): Promise<string | undefined> {
  const setting = `channels.appwrite.endpoint in stacks/${stack}.ts`;
  let answer: Response;
  try {
    // Without a key: with one, 1.8 refuses to say its version.
    answer = await patientFetch(`${endpoint}/health/version`, timeoutSeconds);
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    const why = isLate ? `no answer within ${timeoutSeconds} s` : reasonOf(error);
    return `Appwrite cannot be reached (${why}). Is it running, and is ${setting} right?`;
  }
  const body: unknown = await answer.json().catch(() => undefined);
  const version = typeof body === "object" && body !== null && "version" in body ? String(body.version) : "";
  if (!answer.ok || !version) {
    return `there is no Appwrite (GET /health/version answers ${answer.status}). Correct ${setting}; it ends in /v1.`;
  }
  return versionProblem(version);
}

/** What is wrong with a server's version, as `1.8.1`. */
export function versionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestServer;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `it is Appwrite ${version}, too old: ${oldestServer.join(".")} or newer is needed. Upgrade that server.`;
}

/** What is wrong with the project or the key, by the errors that the probes were answered with. */
function keyProblems(
  errors: unknown[],
  scopes: readonly Scope[],
  { project, stack, setting = keySetting }: PreflightArgs,
): string[] {
  const types = errors.map((error) => (error instanceof AppwriteException ? error.type : ""));
  const setKey = `pulumi config set --secret ${setting} --stack ${stack}`;
  if (types.includes("project_not_found")) {
    return [`it has no project "${project}". Correct channels.appwrite.project in stacks/${stack}.ts.`];
  }
  if (types.includes("project_key_expired")) {
    return [`the key of the setting ${setting} has expired. Make another one in the console, then: ${setKey}`];
  }
  if (types.includes("user_unauthorized")) {
    return [`the key of the setting ${setting} is none of the project "${project}". Set the right one: ${setKey}`];
  }
  const missing = scopes.filter((_, index) => types[index] === "general_unauthorized_scope");
  if (missing.length > 0) {
    return [
      `the key of the setting ${setting} lacks the scopes ${missing.join(", ")}. ` +
        `Give them to it in the console (project → Overview → API keys); it needs ${scopes.join(", ")}.`,
    ];
  }
  const unexpected = errors.find((error) => error !== undefined && !isOfOurMaking(error));
  return unexpected ? [`it answers, but not as it should: ${reasonOf(unexpected)}`] : [];
}

/** Whether an error is what a probe asks for: nothing is there, or something was left out. */
function isOfOurMaking(error: unknown): boolean {
  return isNotFound(error) || (error instanceof AppwriteException && error.code === 400);
}

/** The error that a call is answered with; nothing when it is answered well. */
async function errorOf(connection: AppwriteConnection, { method, path, body = {} }: Probe): Promise<unknown> {
  const { endpoint, project } = connection;
  const headers = { "X-Appwrite-Project": project, "content-type": "application/json" };
  return clientOf(connection)
    .call(method, new URL(`${endpoint}${path}`), headers, body)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
}
