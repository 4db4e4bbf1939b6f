import type { Host } from "../../components/server/host";
import { reasonOf } from "../ask";
import type { DeployedStack } from "../deployed-stack";
import type { Report } from "../progress";
import type { ServerLook } from "./server-look";

/** What a check found out: good, wrong (with what to do), or nothing, because it could not ask. */
export interface Finding {
  /** The server that it is about; `appwrite` for what is on none. */
  server: string;
  /** What was looked at, as `targets`. */
  what: string;
  state: "good" | "wrong" | "unknown";
  /** Numbers when it is good; what is wrong, and the way out, when it is not. */
  says: string;
}

/** A deployed stack, and the way to its servers. */
export interface VerifiedStack extends DeployedStack {
  /** Server's name → the connection to it, which opens when it is first used. */
  hosts: Map<string, Host>;
  /** Server's name → what SSH and Docker say there; asked once, for all checks. */
  looks: Map<string, Promise<ServerLook>>;
  /** Leaves out what takes long. */
  isQuick: boolean;
  /** Asks what takes long to end. */
  signal?: AbortSignal | undefined;
}

/** Looks at one side of a deployed stack. It never throws: what it cannot ask is a finding of its own. */
export type Check = (stack: VerifiedStack, report: Report) => Promise<Finding[]>;

/** How long one question may take, in seconds; sshd alone is given 15 to answer. */
const answerSeconds = 45;

export function good(server: string, what: string, says: string): Finding {
  return { server, what, state: "good", says };
}

export function wrong(server: string, what: string, says: string): Finding {
  return { server, what, state: "wrong", says };
}

export function unknown(server: string, what: string, says: string): Finding {
  return { server, what, state: "unknown", says };
}

/**
 * Asks, and turns an error of the asking into a finding; so is no answer.
 * @param seconds after which nobody waits any longer
 */
export async function finding(
  server: string,
  what: string,
  ask: () => Promise<Finding>,
  seconds = answerSeconds,
): Promise<Finding> {
  return within(seconds, ask).catch((error: Error) => unknown(server, what, reasonOf(error)));
}

/** @throws {Error} when the work is not done in time; it is not stopped */
export async function within<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The command that puts a stack back as it is described. */
export function repairOf({ inventory: { servers, stack } }: Pick<DeployedStack, "inventory">): string {
  return servers.some(({ ssh }) => ssh) ? `npm run up -- --refresh --stack ${stack}` : `npm start -- --stack ${stack}`;
}
