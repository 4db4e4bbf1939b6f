import { Client, Functions, Messaging, TablesDB } from "node-appwrite";
import { isLost, isMissing, isTaken, NoAnswer, reasonOf } from "./answers";
import { AppwriteError } from "./appwrite-error";
import type { AppwriteConnection } from "./connection";

/** How long things may take, in milliseconds. */
export interface Patience {
  /** One answer. */
  answer: number;
  /** The pauses before a call without an answer is made again. */
  retries: readonly number[];
  /** From one look at something unfinished to the next. */
  poll: number;
  /** A column or an index, from asked for to available or gone. */
  column: number;
  /** A deployment, from uploaded to ready: a little longer than Appwrite's own limit of 15 minutes. */
  build: number;
}

export const patience: Patience = {
  answer: 60_000,
  retries: [250, 500, 1000, 2000, 4000, 8000],
  poll: 500,
  column: 300_000,
  build: 960_000,
};

/** The SDK's client. */
export function clientOf({ endpoint, project, key }: AppwriteConnection): Client {
  const client = new Client().setEndpoint(endpoint).setProject(project).setKey(key);
  // The oldest supported server's; the SDK's own is newer, and the server would warn of it in every answer.
  client.headers["X-Appwrite-Response-Format"] = "1.8.0";
  return client;
}

/** An object that was asked for, and whether it had been there before. */
export interface Made<T> {
  object: T;
  existed: boolean;
}

/**
 * One project of one Appwrite. Every call goes through here, so that a lost answer is nothing special anywhere else:
 * reading, setting and removing are simply done again, making looks first whether the lost call has made it.
 */
export class AppwriteServer {
  readonly tables: TablesDB;
  readonly functions: Functions;
  readonly messaging: Messaging;

  constructor(
    readonly connection: AppwriteConnection,
    readonly patience: Patience,
  ) {
    const client = clientOf(connection);
    this.tables = new TablesDB(client);
    this.functions = new Functions(client);
    this.messaging = new Messaging(client);
  }

  /** Reads or sets something. @param what for the error, as `topic critical-alerts` */
  ask<T>(what: string, call: () => Promise<T>): Promise<T> {
    return this.retry(what, call, isLost, async () => undefined);
  }

  /** Reads something that may not be there. */
  find<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    return this.ask(what, () => call().catch((error) => (isMissing(error) ? undefined : Promise.reject(error))));
  }

  /** Removes something, which may be gone already. */
  async remove(what: string, call: () => Promise<unknown>): Promise<void> {
    await this.find(what, call);
  }

  /**
   * Makes something that has an id of ours, once.
   * @param find looks for it
   * @param absent it was looked for a moment ago, and is not there
   */
  async make<T>(
    what: string,
    find: () => Promise<T>,
    create: () => Promise<T>,
    { absent = false } = {},
  ): Promise<Made<T>> {
    const before = absent ? undefined : await this.find(what, find);
    if (before) return { object: before, existed: true };
    let tries = 0;
    const attempt = async (): Promise<Made<T>> => {
      tries++;
      return { object: await create(), existed: false };
    };
    return this.retry(
      what,
      attempt,
      (error) => isLost(error) || isTaken(error),
      async (error) => {
        const object = await this.find(what, find);
        // Taken at the first try: somebody else was faster. Later: by our own try before, whose answer was lost.
        return object && { object, existed: tries === 1 && isTaken(error) };
      },
    );
  }

  /**
   * Makes a call until it is answered.
   * @param again whether an error is one that another try may not have
   * @param recover finds out by other means what the call without an answer has done; nothing when it did nothing
   */
  async retry<T>(
    what: string,
    call: () => Promise<T>,
    again: (error: unknown) => boolean,
    recover: (error: unknown) => Promise<T | undefined>,
  ): Promise<T> {
    const { retries } = this.patience;
    for (let tries = 0; ; tries++) {
      try {
        return await this.bounded(call);
      } catch (error) {
        if (!again(error)) throw this.error(what, reasonOf(error), error);
        // The server may still be at it.
        await sleep(retries[tries] ?? 0);
        const recovered = await recover(error);
        if (recovered !== undefined) return recovered;
        if (tries >= retries.length) throw this.error(what, reasonOf(error), error);
      }
    }
  }

  /**
   * Looks again and again until `look` returns something.
   * @param what that takes so long, for the error
   * @param limit in milliseconds
   * @throws {AppwriteError} after that, with what `look` last reported as the state of things
   */
  async waitFor<T>(what: string, limit: number, look: (report: (state: string) => void) => Promise<T | undefined>) {
    const deadline = Date.now() + limit;
    let state = "";
    for (;;) {
      const seen = await look((reported) => {
        state = reported;
      });
      if (seen !== undefined) return seen;
      if (Date.now() >= deadline) {
        throw this.error(
          what,
          `still ${state} after ${Math.round(limit / 1000)} s. Do Appwrite's workers run? Then try again.`,
        );
      }
      await sleep(this.patience.poll);
    }
  }

  error(what: string, message: string, cause?: unknown): AppwriteError {
    const { endpoint, project } = this.connection;
    const error = new AppwriteError(`${endpoint}, project ${project}: ${what}: ${message}`);
    if (cause !== undefined) error.cause = cause;
    return error;
  }

  /** Tells the person who deploys; the engine shows what a provider prints. */
  say(what: string, message: string): void {
    console.info(`${this.connection.endpoint}, project ${this.connection.project}: ${what}: ${message}`);
  }

  private async bounded<T>(call: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      const { answer } = this.patience;
      timer = setTimeout(() => reject(new NoAnswer(`no answer within ${Math.round(answer / 1000)} s`)), answer);
    });
    return Promise.race([call(), tooLong]).finally(() => clearTimeout(timer));
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
