// The lab's mail server, and what answers for Slack: run where the lab's servers reach it, as
// `node --import=tsx lab/alerting/serve.ts ADDRESS`. Says on its standard output, a JSON line each, where it listens and
// what arrives; ends with its standard input.
import { type Call, HookServer } from "./hook-server";
import { type Mail, MailServer } from "./mail-server";

/** Where it listens. */
export interface Listening {
  mailPort: number;
  hookPort: number;
  /** The mail server's certificate, as PEM. */
  authority: string;
}

/** What it says. */
export interface OutsideEvent {
  mail?: Mail;
  call?: Call;
  listening?: Listening;
}

const [address = "127.0.0.1"] = process.argv.slice(2);
const say = (event: OutsideEvent) => process.stdout.write(`${JSON.stringify(event)}\n`);

async function main(): Promise<void> {
  const mail = await MailServer.start(address, (arrived) => say({ mail: arrived }));
  const hooks = await HookServer.start(address, (arrived) => say({ call: arrived }));
  say({ listening: { mailPort: mail.port, hookPort: hooks.port, authority: mail.authority } });
  process.stdin.resume().on("end", () => process.exit(0));
}

main();
