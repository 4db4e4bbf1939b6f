import { Command } from "commander";
import { preflight } from "../components/server/preflight";
import { loadInventory, stackNames } from "../stacks";
import type { Inventory } from "../stacks/inventory";
import { CommandError, exitWith, run } from "./command";
import { step } from "./progress";
import { pulumi } from "./pulumi";
import { removeStaleLocks } from "./stale-locks";
import { runTasks } from "./tasks";
import { deploy } from "./up/deploy";
import { forgetInterruptedCreates } from "./up/interrupted-creates";
import { type Division, divide, divisionPage } from "./up/left-out";

const program = new Command("npm run up --")
  .description("Deploys a stack to those of its servers that can be deployed to, and ends by naming the others.")
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .option("--refresh", "look first at what is really there, and put right what somebody changed")
  .addHelpText(
    "after",
    "\nWhere containers are replaced on several servers, they have their turn one after the other, each once those of the\n" +
      "one before are healthy, and Prometheus' server last. A container that does not become healthy stops that;\n" +
      "what else fails on one server does not stop the others.\n" +
      "`pulumi up` works on all servers at once, and does nothing at all where one cannot be deployed to.\n" +
      "Exit codes: 0 deployed to all, 1 something failed (said what), 2 servers were left out (said which, and why).",
  )
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stack, refresh = false }: { stack: string; refresh?: boolean }) => {
  const described = await loadInventory(stack);
  if (!described.servers.some(({ ssh }) => ssh)) {
    throw new CommandError(`the servers of the stack ${stack} are this machine; deploy it with npm start`);
  }
  removeStaleLocks(stack);
  let division: Division | undefined;
  let forget: string[] | undefined;
  try {
    await runTasks([
      {
        title: "Ask the servers",
        work: async (report) => {
          const [problems, exported] = await step(
            report,
            `whether each of ${described.servers.length} can be deployed to`,
            () => Promise.all([problemsOf(described), pulumi(["stack", "export", "--stack", stack])]),
          );
          division = divide(described, problems);
          forget = forgetInterruptedCreates(exported, stack);
        },
        done: () => `${division?.deployedTo.length} of ${described.servers.length} servers can be deployed to`,
      },
      {
        title: `Deploy the stack ${stack}`,
        work: async (report, signal) => {
          if (forget) await pulumi(forget, { signal });
          const leftOut = [...(division?.leftOut.keys() ?? [])];
          await step(report, "starting the engine", (say) =>
            deploy(described, { refresh, leftOut, problems: () => problemsOf(described), report: say, signal }),
          );
        },
      },
    ]);
  } catch (error) {
    // Also then: who was left out is no part of what failed.
    if (division && division.leftOut.size > 0) console.error(divisionPage({ ...division, deployedTo: [] }));
    throw error;
  }
  if (!division) throw new Error("the servers were not asked");
  console.log(`\n${divisionPage(division)}`);
  exitWith(division.leftOut.size > 0 ? "unknown" : "good");
});

/** What is wrong with the servers, as they are reached by the stack's settings. */
async function problemsOf(inventory: Inventory): Promise<Map<string, string[]>> {
  const settings = JSON.parse(await pulumi(["config", "--stack", inventory.stack, "--json"]));
  const setting = (name: string): string | undefined => settings[`monitoring:${name}`]?.value || undefined;
  const knownHosts = setting("knownHosts") ?? inventory.knownHosts;
  return preflight({ ...inventory, knownHosts }, { keyFile: setting("sshKeyFile") });
}
