import { Command } from "commander";
import { loadInventory, stackNames } from "../stacks";
import { exitWith, run } from "./command";
import { driftPage } from "./drift/page";
import type { DriftReport } from "./drift/row";
import { runTasks } from "./tasks";
import { folded, terminalColumns } from "./terminal";

const program = new Command("npm run drift --")
  .description(
    "Says what of a deployed stack somebody has changed since: containers, files, dashboards. Changes nothing.",
  )
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .option("--json", "what was found as JSON, and nothing else")
  .addHelpText(
    "after",
    "\nA server that is away is named; the others are looked at all the same.\n" +
      "Exit codes: 0 nothing has drifted, 1 something has (said what), 2 something could not be found out.",
  )
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stack, json = false }: { stack: string; json?: boolean }) => {
  const found = json ? await quietly(stack) : await openly(stack);
  console.log(
    json ? JSON.stringify(found, null, 2) : `\n${folded(driftPage(found, await repairOf(stack)), terminalColumns())}`,
  );
  const { drifted, undeployed, unreachable } = found;
  exitWith(drifted.length + undeployed.length > 0 ? "wrong" : unreachable.length > 0 ? "unknown" : "good");
});

/** The command that deploys what is declared over what is there. */
async function repairOf(stack: string): Promise<string> {
  const { servers } = await loadInventory(stack);
  return servers.some(({ ssh }) => ssh) ? `npm run up -- --refresh --stack ${stack}` : `npm start -- --stack ${stack}`;
}

/** Ctrl-C stops the engine too, which is out of the terminal's reach. */
async function quietly(stack: string): Promise<DriftReport> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  const { lookForDrift } = await import("./drift/look");
  return lookForDrift(stack, () => {}, stop.signal);
}

/** Says what it is at. */
async function openly(stack: string): Promise<DriftReport> {
  let found: DriftReport | undefined;
  await runTasks([
    {
      title: `Look at the stack ${stack}`,
      work: async (report, signal) => {
        // Loaded once there is something to see: with all of Pulumi, it takes a while.
        const { lookForDrift } = await import("./drift/look");
        found = await lookForDrift(stack, report, signal);
      },
    },
  ]);
  if (!found) throw new Error("the look ended without a result");
  return found;
}
