import { Command } from "commander";
import { loadInventory, stackNames } from "../stacks";
import type { Finding } from "./checks/check";
import { verifyPage } from "./checks/page";
import { exitWith, run } from "./command";
import { type DeployedStack, deployedStack } from "./deployed-stack";
import { interrupted } from "./process";
import { type Report, step } from "./progress";
import { runTasks } from "./tasks";

interface Options {
  stack: string;
  json?: boolean;
  quick?: boolean;
}

const program = new Command("npm run verify --")
  .description(
    "Asks a deployed stack whether everything in it does what it should: from here, and from each server towards the others. Changes nothing.",
  )
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .option("--json", "the findings as JSON, and nothing else")
  .option("--quick", "without the alert that is followed to Appwrite, which takes half a minute and more")
  .addHelpText(
    "after",
    "\nWhere the stack has Appwrite, an alert of severity info is fired, to see that it is stored; it wakes nobody.\n" +
      "No mail and no message is sent. What each line means, and what to do: docs/verify.md.\n" +
      "Exit codes: 0 all is good, 1 something is wrong (said which), 2 something could not be found out.",
  )
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stack, json = false, quick = false }: Options) => {
  const findings = json ? await quietly(stack, quick) : await openly(stack, quick);
  console.log(json ? JSON.stringify(findings, null, 2) : `\n${await pageOf(findings, stack)}`);
  const states = new Set(findings.map(({ state }) => state));
  exitWith(states.has("wrong") ? "wrong" : states.has("unknown") ? "unknown" : "good");
});

async function quietly(stack: string, isQuick: boolean): Promise<Finding[]> {
  return findingsOf(await deployedStack(stack), isQuick, () => {});
}

/** Says what it is at. */
async function openly(stack: string, isQuick: boolean): Promise<Finding[]> {
  let deployed: DeployedStack | undefined;
  let findings: Finding[] = [];
  await runTasks([
    {
      title: `Read what the stack ${stack} is`,
      work: async (report) => {
        deployed = await step(report, "its state and its settings", () => deployedStack(stack));
      },
    },
    {
      title: "Ask everything, from here and from each server",
      work: async (report, signal) => {
        if (deployed) findings = await findingsOf(deployed, isQuick, report, signal);
        if (signal.aborted) throw interrupted();
      },
    },
  ]);
  return findings;
}

async function findingsOf(
  deployed: DeployedStack,
  isQuick: boolean,
  report: Report,
  signal?: AbortSignal,
): Promise<Finding[]> {
  // Loaded once there is something to see: with all of Pulumi, it takes a while.
  const { askAll } = await import("./checks/ask-all");
  // Where every line stays, those that come and go would be many.
  return askAll(deployed, isQuick, process.stdout.isTTY ? report : () => {}, signal);
}

async function pageOf(findings: Finding[], stack: string): Promise<string> {
  const { isTTY, columns } = process.stdout;
  return verifyPage(findings, await loadInventory(stack), isTTY ? columns : undefined);
}
