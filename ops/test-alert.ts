import { Command, InvalidArgumentError, Option } from "commander";
import { type ChannelName, hasChannel, receiversOf } from "../alerts/receivers";
import { routesOf } from "../alerts/routing";
import { type Category, categories, type Severity, secondsOf, severities } from "../alerts/rule";
import { stackNames } from "../stacks";
import { type Inventory, serverOf } from "../stacks/inventory";
import { type Alert, type AlertmanagerClient, type AlertState, clientsOf, type Deliveries, post } from "./alertmanager";
import { CommandError, exitWith, run } from "./command";
import { type DeployedStack, deployedStack } from "./deployed-stack";
import { interrupted } from "./process";
import { type Report, step } from "./progress";
import { table } from "./table";
import { runTasks } from "./tasks";

interface Options {
  stack: string;
  severity: Severity;
  category: Category;
  server?: string;
  hold: number;
}

const program = new Command("npm run test-alert --")
  .description("Fires an alert for people to see arrive, and to see resolve. No rule is edited, nothing is broken.")
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .addOption(
    new Option("--severity <name>", "decides who is told, and how soon").choices(severities).default("critical"),
  )
  .addOption(new Option("--category <name>", "decides which team is told").choices(categories).default("monitoring"))
  .option("--server <name>", "the server that it says it is about (default: the one that runs Prometheus)")
  .option("--hold <seconds>", "how long it goes on firing once people were told", wholeNumber, 15)
  .addHelpText(
    "after",
    "\nIt is called TestAlert. Ctrl-C ends it early; should this command be killed, it ends by itself.\n" +
      "Exit codes: 0 it arrived and ended, 1 somebody could not be told, 2 it could not be found out.",
  )
  .showHelpAfterError("(--help tells more)");

const name = "TestAlert";
/** Longer than a message takes: the second of two Alertmanagers waits 15 s for the first. */
const graceSeconds = 20;
/** How long a message is on its way out of Alertmanager, in seconds. */
const settleSeconds = 3;
/** What Alertmanager calls the ways out. */
const integrations: Record<ChannelName, string> = { appwrite: "webhook", email: "email", slack: "slack" };

run(program, async (options: Options) => {
  const { severity, category, hold } = options;
  const deployed = await deployedStack(options.stack);
  const { inventory } = deployed;
  const server = serverAskedFor(options, inventory);
  const alertmanagers = clientsOf(deployed);
  const routes = routesOf({ name, severity, category });
  const longest = (wait: "group_wait" | "group_interval") => Math.max(...routes.map((route) => secondsOf(route[wait])));
  const wanted = messagesWanted(
    inventory,
    routes.map(({ receiver }) => receiver),
  );
  const labels = { alertname: name, server, instance: server, environment: inventory.environment, severity, category };
  const told = routes.map(({ receiver }) => receiver).join(" and ");
  let before: Deliveries[] = [];

  /**
   * Asks until every message was sent so many times over, but not before Alertmanager's own wait is over: other alerts
   * have their messages too. False when that takes longer than it may.
   */
  const sent = async (times: number, wait: number, report: Report, signal: AbortSignal) => {
    const due = Date.now() + (wait + settleSeconds) * 1000;
    return within(wait + graceSeconds, signal, async () => {
      const messages = await deliveriesSince(before, alertmanagers);
      report(describe(messages, wanted));
      if (Object.keys(wanted).length > 0 && Date.now() < due) return false;
      return Object.entries(wanted).every(([way, count]) => (messages.get(way)?.sent ?? 0) >= count * times);
    });
  };

  await runTasks([
    {
      title: `${name} (${severity}, ${category}) about ${server}, for ${told}`,
      work: async (report, signal) => {
        before = await Promise.all(alertmanagers.map((one) => one.deliveries()));
        const wait = longest("group_wait");
        // Should nobody be there to end it, it ends a little later.
        await post(alertmanagers, alertWith(labels, inventory, wait + graceSeconds + hold + 60));
        try {
          await seenBy(alertmanagers, labels, report, signal);
          await sent(1, wait, report, signal);
          await step(report, "it fires; have a look", () => within(hold, signal, async () => false));
        } finally {
          await post(alertmanagers, alertWith(labels, inventory, 0));
        }
      },
    },
    {
      title: "Its end",
      work: async (report, signal) => {
        await within(10, signal, async () => {
          const states = await Promise.all(alertmanagers.map((one) => one.find(labels)));
          return states.every((state) => state === undefined);
        });
        await sent(2, longest("group_interval"), report, signal);
      },
    },
  ]);

  const messages = await deliveriesSince(before, alertmanagers);
  console.log(conclusion(messages, wanted, deployed));
  const arrived = Object.entries(wanted).every(([way, count]) => (messages.get(way)?.sent ?? 0) >= 2 * count);
  const failed = [...messages.values()].some((one) => one.failed > 0);
  exitWith(arrived && !failed ? "good" : "wrong");
});

function serverAskedFor({ server, stack }: Options, inventory: Inventory): string {
  if (!server) return serverOf(inventory, "prometheus").name;
  const known = inventory.servers.map((one) => one.name);
  if (known.includes(server)) return server;
  throw new CommandError(`there is no server "${server}" in stacks/${stack}.ts (there are: ${known.join(", ")}).`);
}

/** Integration → how many messages the alert makes while it fires; as many again when it ends. */
function messagesWanted(inventory: Inventory, told: string[]): Record<string, number> {
  const wanted: Record<string, number> = {};
  for (const { channels } of receiversOf(inventory).filter((receiver) => told.includes(receiver.name))) {
    for (const channel of channels) wanted[integrations[channel]] = (wanted[integrations[channel]] ?? 0) + 1;
  }
  return wanted;
}

function alertWith(labels: Record<string, string>, { runbooks }: Inventory, secondsLeft: number): Alert {
  const now = Date.now();
  return {
    labels,
    annotations: {
      summary: `A test of the way from an alert to people, about ${labels.server}`,
      description: "Somebody ran `npm run test-alert`, to see whether this message arrives. It ends by itself.",
      impact: "None: nothing is wrong.",
      runbook_url: runbooks,
    },
    startsAt: new Date(now),
    endsAt: new Date(now + secondsLeft * 1000),
  };
}

/** Waits until it is there. @throws {CommandError} when nobody will be told of it, and why */
async function seenBy(
  alertmanagers: AlertmanagerClient[],
  labels: Record<string, string>,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  let states: (AlertState | undefined)[] = [];
  report("waiting for Alertmanager");
  const seen = await within(10, signal, async () => {
    states = await Promise.all(alertmanagers.map((one) => one.find(labels)));
    return states.every((state) => state !== undefined);
  });
  if (!seen) throw new CommandError("Alertmanager has taken the alert, and does not show it after 10 s.", "wrong");
  const suppressed = states.find((state) => state?.suppressedBy)?.suppressedBy;
  if (suppressed === "silence") {
    throw new CommandError(
      `a silence holds ${name} of ${labels.server} back: end it, or choose another --server.`,
      "wrong",
    );
  }
  if (suppressed) {
    throw new CommandError(
      `another alert holds back everything of ${labels.server} (is that server down?): choose another --server.`,
      "wrong",
    );
  }
}

async function deliveriesSince(before: Deliveries[], alertmanagers: AlertmanagerClient[]): Promise<Deliveries> {
  const now = await Promise.all(alertmanagers.map((one) => one.deliveries()));
  const since: Deliveries = new Map();
  now.forEach((deliveries, index) => {
    for (const [way, { sent, failed }] of deliveries) {
      const old = before[index]?.get(way) ?? { sent: 0, failed: 0 };
      const sum = since.get(way) ?? { sent: 0, failed: 0 };
      since.set(way, { sent: sum.sent + sent - old.sent, failed: sum.failed + failed - old.failed });
    }
  });
  return since;
}

function describe(messages: Deliveries, wanted: Record<string, number>): string {
  const ways = Object.keys(wanted);
  if (ways.length === 0) return "nobody is to be told";
  return `messages: ${ways.map((way) => `${way} ${messages.get(way)?.sent ?? 0}`).join(", ")}`;
}

function conclusion(
  messages: Deliveries,
  wanted: Record<string, number>,
  { inventory, outputs }: DeployedStack,
): string {
  if (!hasChannel(inventory)) {
    return [
      "",
      `${name} fired and resolved. The stack ${inventory.stack} has no channel: it was seen in Alertmanager only`,
      `(${outputs.urls.alertmanager}). Channels are configured in stacks/${inventory.stack}.ts.`,
    ].join("\n");
  }
  const rows = Object.entries(wanted).map(([way, count]) => {
    const { sent = 0, failed = 0 } = messages.get(way) ?? {};
    const verdict =
      failed > 0 ? "failed: see docker logs alertmanager" : sent >= 2 * count ? "told" : "not told in time";
    // Other alerts may have been told of meanwhile.
    return [way, `${Math.min(sent, 2 * count)} of ${2 * count}`, String(failed), verdict];
  });
  return ["", table([["By", "Sent", "Failed", "State"], ...rows])].join("\n");
}

/** Asks once a second. @returns whether the answer was yes in time */
async function within(seconds: number, signal: AbortSignal, ask: () => Promise<boolean>): Promise<boolean> {
  const start = Date.now();
  for (;;) {
    if (signal.aborted) throw interrupted();
    if (await ask()) return true;
    if (Date.now() - start >= seconds * 1000) return false;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("a whole number of seconds.");
  return Number(text);
}
