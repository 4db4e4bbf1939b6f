// The lab's mail server, and what answers for Slack: run where the lab's servers reach it, as
// `node --import=tsx lab/alerting/serve.ts ADDRESS`. Says on its standard output, a JSON line each, where it listens and
// what arrives; ends with its standard input.
import { HookServer } from "./hook-server";
import { MailServer } from "./mail-server";

const [address = "127.0.0.1"] = process.argv.slice(2);
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);

async function main(): Promise<void> {
  const mail = await MailServer.start(address, (arrived) => say({ mail: arrived }));
  const hooks = await HookServer.start(address, (arrived) => say({ call: arrived }));
  say({ listening: { mailPort: mail.port, hookPort: hooks.port, authority: mail.authority } });
  process.stdin.resume().on("end", () => process.exit(0));
}

main();
