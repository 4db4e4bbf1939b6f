import type { StoredExecution } from "./functions/execution";
import type { ApiKey } from "./http/caller";
import type { PushMessage } from "./messaging/messages";

/** How the stand-in is started. */
export interface StandInOptions {
  /** @default "127.0.0.1" */
  address?: string;
  /** @default any that is free */
  port?: number;
  projectId: string;
  /** Secret → the key's scopes, or the key. */
  keys: Record<string, readonly string[] | ApiKey>;
  /** Where the state is kept, so that it survives a restart. @default in memory */
  folder?: string;
  /** Whether functions run by their schedules, in UTC, as time goes by. @default false */
  schedules?: boolean;
  /** Milliseconds that a function's process stays without work. @default 60,000, as Appwrite's */
  idleMs?: number;
  /** Milliseconds that a synchronous execution may take. @default 30,000, as Appwrite's */
  synchronousMs?: number;
  /** Variables of every function besides its own, as the lab's Twilio in place of the real one. @default none */
  environment?: Record<string, string>;
  /** Told of what happens. */
  on?: {
    message?: (message: PushMessage) => void;
    execution?: (execution: StoredExecution) => void;
  };
}

/** A request that was answered. */
export interface LoggedCall {
  method: string;
  /** Without the endpoint's `/v1`. */
  path: string;
  status: number;
  /** What was wrong with it. */
  type?: string;
  message?: string;
  /** When it arrived, as milliseconds since 1970, and how long it took. */
  at: number;
  ms: number;
  /** Whether the answer never left. */
  lost: boolean;
}
