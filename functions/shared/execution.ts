import { AlertTable } from "./alert-table";
import { type AppwriteCalls, appwriteCalls } from "./appwrite-calls";
import { refusal, type Trigger } from "./caller";
import { Channels } from "./channels";
import { type Clock, systemClock } from "./clock";
import type { AppwriteFunction } from "./function-context";
import { FunctionLog } from "./function-log";
import { Retries } from "./retries";
import { reasonOf } from "./service-error";
import { readSettings, type Settings, SettingsError, secretsOf } from "./settings";
import { type TextMessages, twilioMessages } from "./text-messages";

/** What a function works with; the parts that tests replace. */
export interface Surroundings {
  variables: Record<string, string | undefined>;
  clock: Clock;
  calls: (settings: Settings) => AppwriteCalls;
  texts: (settings: Settings) => TextMessages | undefined;
}

const realSurroundings: Surroundings = {
  variables: process.env,
  clock: systemClock,
  calls: appwriteCalls,
  texts: ({ sms }) => sms && twilioMessages(sms),
};

/** One run of a function. */
export interface Execution {
  table: AlertTable;
  channels: Channels;
  retries: Retries;
  clock: Clock;
  log: FunctionLog;
  settings: Settings;
  /** The body as it came; empty when there was none. */
  body: string;
}

/** What a function answers. Appwrite counts an execution as failed from status 500 on. */
export interface Answer {
  status: number;
  body: object;
}

/**
 * A function as Appwrite runs it: refuses whoever may not call it, reads its settings, and answers with what `work` came
 * to. Nothing secret is in the answer.
 * @param triggers what may start it
 */
export function appwriteFunction(
  triggers: Trigger[],
  work: (execution: Execution) => Promise<Answer>,
  { variables, clock, calls, texts }: Surroundings = realSurroundings,
): AppwriteFunction {
  return async (context) => {
    const { req, res } = context;
    const why = refusal(req, triggers);
    if (why) {
      new FunctionLog(context).problem(`refused: ${why}`);
      return res.json({ error: `refused: ${why}` }, 403);
    }
    let log = new FunctionLog(context);
    try {
      const settings = readSettings(variables, req.headers);
      log = new FunctionLog(context, secretsOf(settings));
      const retries = new Retries(clock, clock.now() + settings.retryMilliseconds);
      const appwrite = calls(settings);
      const channels = new Channels({ calls: appwrite, texts: texts(settings), settings, retries, clock, log });
      const table = new AlertTable(appwrite, retries);
      const body = req.bodyText ?? (typeof req.body === "string" ? req.body : JSON.stringify(req.body ?? ""));
      const answer = await work({ table, channels, retries, clock, log, settings, body });
      return res.json(JSON.parse(log.redacted(JSON.stringify(answer.body))), answer.status);
    } catch (error) {
      const message = reasonOf(error);
      log.problem(error instanceof SettingsError ? message : `unexpected: ${(error as Error).stack ?? message}`);
      return res.json({ error: log.redacted(message) }, 500);
    }
  };
}
