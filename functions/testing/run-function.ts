import type { AppwriteCalls } from "../shared/appwrite-calls";
import type { Trigger } from "../shared/caller";
import type { Clock } from "../shared/clock";
import { type Answer, appwriteFunction, type Execution } from "../shared/execution";
import type { SmsSettings } from "../shared/settings";
import type { TextMessages } from "../shared/text-messages";

export interface TextMessage {
  to: string;
  text: string;
}

/** Telephones that take text messages. */
export class FakePhones {
  readonly received: TextMessage[] = [];

  constructor(
    private readonly step: () => Promise<void> = async () => {},
    /** What a number answers with, if not that it took the message. */
    private readonly mishap: (to: string, count: number) => Error | undefined = () => undefined,
  ) {}

  private count = 0;

  readonly texts: TextMessages = {
    send: async (to, text) => {
      await this.step();
      this.count++;
      const error = this.mishap(to, this.count);
      if (error) throw error;
      this.received.push({ to, text });
    },
    wasSent: async (to, reference) => {
      await this.step();
      return this.received.some((one) => one.to === to && one.text.includes(reference));
    },
  };
}

export const variables = {
  APPWRITE_ENDPOINT: "https://appwrite.example.org/v1",
  APPWRITE_PROJECT_ID: "project",
  APPWRITE_FUNCTION_API_KEY: "standard_secret-of-the-function",
  DATABASE_ID: "monitoring",
  ALERTS_COLLECTION_ID: "alerts",
};
export const twilioVariables = {
  TWILIO_ACCOUNT_SID: "AC00000000000000000000000000000001",
  TWILIO_AUTH_TOKEN: "secret-token-of-twilio",
  TWILIO_PHONE_NUMBER: "+15550000000",
  ONCALL_PHONE_NUMBERS: "+15550000001, +15550000002",
};
/** As an execution by API key has them. */
export const keyHeaders = {
  "x-appwrite-trigger": "http",
  "x-appwrite-user-id": "",
  "x-appwrite-user-jwt": "",
  "x-appwrite-key": "dynamic_key",
};

/** What a function's run left behind. */
export interface Ran<Body> {
  status: number;
  body: Body;
  logs: string[];
  errors: string[];
}

export interface Run {
  triggers?: Trigger[];
  variables?: Record<string, string | undefined>;
  headers?: Record<string, string | undefined>;
  body?: string;
  clock?: Clock;
  calls: AppwriteCalls;
  phones?: FakePhones;
}

/** Runs a function as Appwrite does. */
export async function runFunction<Body>(work: (execution: Execution) => Promise<Answer>, run: Run): Promise<Ran<Body>> {
  const logs: string[] = [];
  const errors: string[] = [];
  const clock = run.clock ?? { ...fastClock(), random: () => 0.5 };
  const texts = ({ sms }: { sms: SmsSettings | undefined }) =>
    sms ? (run.phones ?? new FakePhones()).texts : undefined;
  const entry = appwriteFunction(run.triggers ?? ["http"], work, {
    variables: run.variables ?? { ...variables, ...twilioVariables },
    clock,
    calls: () => run.calls,
    texts,
  });
  const answer = await entry({
    req: { method: "POST", headers: run.headers ?? keyHeaders, bodyText: run.body ?? "" },
    res: { json: (body, status = 200) => ({ body, status }) },
    log: (line) => logs.push(String(line)),
    error: (line) => errors.push(String(line)),
  });
  return { ...(answer as { status: number; body: Body }), logs, errors };
}

/** Real time in which nobody has to wait: a pause passes at once. */
export function fastClock(start = Date.now()): Pick<Clock, "now" | "sleep"> {
  let slept = 0;
  const began = Date.now();
  return {
    now: () => start + (Date.now() - began) + slept,
    sleep: async (milliseconds) => {
      slept += milliseconds;
    },
  };
}
