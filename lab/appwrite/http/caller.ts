import { scopesOfGuests, scopesOfKeys } from "../scopes";
import { readDynamicKey } from "./dynamic-key";
import { AppwriteError } from "./errors";
import type { CallRequest } from "./request";

/** An API key as the console makes it. */
export interface ApiKey {
  scopes: readonly string[];
  /** It was valid until lately. @default false */
  expired?: boolean;
}

/** A project, and who may do what in it. */
export interface Project {
  projectId: string;
  /** Secret → what the key may do. */
  keys: ReadonlyMap<string, ApiKey>;
  /** What dynamic keys are signed with. */
  signingSecret: string;
}

/** Who calls. */
export interface Caller {
  role: "applications" | "guests";
  scopes: readonly string[];
}

/**
 * Who calls, by the project and the key of the request; nothing else, such as a bearer token, counts. Without a project
 * it is the console's, in which the lab has nothing but what is public.
 * @throws {AppwriteError} 404 `project_not_found`, 401 `user_unauthorized` (unknown key), `project_key_expired`
 */
export function callerOf({ headers, query }: CallRequest, project: Project): Caller {
  const asked = query.project ?? headers["x-appwrite-project"] ?? "";
  const inConsole = asked === "" || asked === "console";
  if (!inConsole && asked !== project.projectId) throw new AppwriteError("project_not_found");
  const key = headers["x-appwrite-key"];
  const guest: Caller = { role: "guests", scopes: inConsole ? ["public", "global"] : scopesOfGuests };
  if (typeof key !== "string" || key === "") return guest;
  if (inConsole) throw new AppwriteError("user_unauthorized");
  const [kind] = key.includes("_") ? key.split("_") : ["standard"];
  if (kind === "dynamic") {
    const content = readDynamicKey(key, project.signingSecret);
    if (!content) throw new AppwriteError("project_key_expired");
    if (content.projectId !== project.projectId) return guest;
    return { role: "applications", scopes: [...content.scopes, ...scopesOfKeys] };
  }
  // A key of another kind is nobody's, and its caller a guest.
  if (kind !== "standard" && !project.keys.has(key)) return guest;
  const known = project.keys.get(key);
  if (!known) throw new AppwriteError("user_unauthorized");
  if (known.expired) throw new AppwriteError("project_key_expired");
  return { role: "applications", scopes: [...known.scopes, ...scopesOfKeys] };
}

/**
 * One of the scopes is enough.
 * @throws {AppwriteError} 401 `general_unauthorized_scope`, which names them
 */
export function mustHaveScope(caller: Caller, scopes: readonly string[], { project, host }: AppId): void {
  if (scopes.some((scope) => caller.scopes.includes(scope))) return;
  const who = caller.role === "guests" ? "User" : `app.${project}@service.${host}`;
  const message = `${who} (role: ${caller.role}) missing scopes (${JSON.stringify(scopes)})`;
  throw new AppwriteError("general_unauthorized_scope", message);
}

interface AppId {
  project: string;
  host: string;
}
