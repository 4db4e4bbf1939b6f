// The lab's Appwrite, and what answers for Twilio, in a process of their own: run where the lab's servers reach it, as
// `node --import=tsx lab/appwrite/serve.ts SETTINGS` (JSON, see ServeSettings). Says on its standard output, a JSON line
// each, where it listens and what happens; takes commands, a JSON line each, on its standard input, and ends with it.
import { createInterface } from "node:readline";
import type { StoredExecution } from "./functions/execution";
import { AppwriteStandIn, type PushMessage, type StandInOptions } from "./server";
import { type TextMessage, TwilioStandIn } from "./twilio";

/** What it is started with. */
export type ServeSettings = Omit<StandInOptions, "on"> & {
  /** The account that may send SMS. @default no Twilio */
  twilio?: { accountSid: string; authToken: string; port?: number };
};

/** What it says. */
export interface ServeEvent {
  listening?: { url: string; twilioUrl: string };
  message?: PushMessage;
  execution?: StoredExecution;
  sms?: TextMessage;
}

/** What it is told: whatever a command names is done. */
export interface ServeCommand {
  away?: boolean;
  twilioAway?: boolean;
  loseNextAnswer?: { count: number; of?: string };
  delayStates?: number;
  failNextBuild?: string;
  failNextColumn?: string;
  /** A function's id. */
  runSchedule?: string;
  coolDown?: true;
}

const say = (event: ServeEvent) => process.stdout.write(`${JSON.stringify(event)}\n`);

async function main(): Promise<void> {
  const { twilio: account, ...options } = JSON.parse(process.argv[2] ?? "{}") as ServeSettings;
  const where = options.address === undefined ? {} : { address: options.address };
  const onMessage = (sms: TextMessage) => say({ sms });
  const twilio = account && (await TwilioStandIn.start({ ...where, ...account, onMessage }));
  const appwrite = await AppwriteStandIn.start({
    ...options,
    // The functions know Twilio by its own name, which leads nowhere from the lab.
    environment: { ...options.environment, ...(twilio ? { TWILIO_BASE_URL: twilio.url } : {}) },
    on: { message: (message) => say({ message }), execution: (execution) => say({ execution }) },
  });
  say({ listening: { url: appwrite.url, twilioUrl: twilio?.url ?? "" } });

  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => {
    const command = JSON.parse(line) as ServeCommand;
    if (twilio && command.twilioAway !== undefined) twilio.away = command.twilioAway;
    obey(appwrite, command);
  });
  input.on("close", () => {
    Promise.all([appwrite.stop(), twilio?.stop()]).then(() => process.exit(0));
  });
}

function obey(appwrite: AppwriteStandIn, command: ServeCommand): void {
  if (command.away !== undefined) appwrite.away = command.away;
  if (command.loseNextAnswer) appwrite.loseNextAnswer(command.loseNextAnswer.count, command.loseNextAnswer.of);
  if (command.delayStates !== undefined) appwrite.delayStates(command.delayStates);
  if (command.failNextBuild !== undefined) appwrite.failNextBuild(command.failNextBuild);
  if (command.failNextColumn !== undefined) appwrite.failNextColumn(command.failNextColumn);
  if (command.coolDown) appwrite.coolDown();
  if (command.runSchedule !== undefined) void appwrite.runSchedule(command.runSchedule);
}

main();
