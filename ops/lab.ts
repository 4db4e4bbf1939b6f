import { Argument, Command } from "commander";
import { LabHosts } from "../lab/hosts/lab-hosts";
import { LabStack } from "../lab/hosts/lab-stack";
import { driftRows, runDriftRows } from "../lab/rehearsal/drift-rows";
import { faultRows, runFaultRows } from "../lab/rehearsal/fault-rows";
import { Fleet } from "../lab/rehearsal/fleet";
import { endLab, KeptLab, labShell } from "../lab/rehearsal/lab-shell";
import { failedOf, lastLine, picked, type RowOutcome, rowLine } from "../lab/rehearsal/outcome";
import { type LabPlace, rehearsedStack } from "../lab/rehearsal/place";
import { loadInventory } from "../stacks";
import { CommandError, exitWith, run } from "./command";
import { LocalStack } from "./local-stack";
import { interrupted } from "./process";
import type { Report } from "./progress";
import { step } from "./progress";
import { table } from "./table";
import { runTasks, type Task } from "./tasks";
import { prepareToolchain } from "./toolchain/prepare";

const program = new Command("npm run lab --")
  .description(
    `Four hosts on this machine, at the addresses of the stack ${rehearsedStack}, to deploy, break and repair it on.`,
  )
  .addArgument(
    new Argument(
      "[what]",
      "nothing: a shell among them; down: take a lab away that stayed, or that was left; drift, faults: the tables",
    ).choices(["down", "drift", "faults"]),
  )
  .option("--keep", "the lab stays when the shell ends, until `npm run lab -- down`")
  .option(
    "--only <pattern>",
    "of a table, the rows of which the pattern (a regular expression) is found in what is done",
  )
  .option("--list", "of a table, what its rows do, and nothing is done")
  .addHelpText(
    "after",
    `\nIn the shell, pulumi up -s ${rehearsedStack}, npm run verify -- --stack ${rehearsedStack} and so on do what they do on real servers.\n` +
      "drift: each row changes something behind the deployment's back; it has to be found, and put right.\n" +
      "faults: each row breaks something; what a person is told, and what becomes of the fleet, has to be as promised.\n" +
      "Needs Linux and root. Nothing that is sent to the servers leaves the machine.\n" +
      "Exit codes: 0 all rows passed, 1 some failed, 2 it could not be found out.",
  )
  .showHelpAfterError("(--help tells more)");

/** What each row of a table does, and how all of them that are picked are run on a fleet that is deployed. */
interface RowTable {
  rows: string[];
  run: (stack: LabStack, only: string | undefined, signal: AbortSignal) => Promise<RowOutcome[]>;
}

const prepare: Task = {
  title: "Tools, Docker engine and images",
  work: async (report: Report, signal) => {
    const stack = new LocalStack("test");
    await stack.prepare(await prepareToolchain(stack, report, signal, [rehearsedStack]));
  },
};

const say = (outcome: RowOutcome) => console.log(rowLine(outcome));

const tables: Record<"drift" | "faults", RowTable> = {
  drift: {
    rows: driftRows.map(({ drift }) => drift),
    run: (stack, only, signal) =>
      runDriftRows(
        stack,
        picked(driftRows, ({ drift }) => drift, only),
        say,
        signal,
      ),
  },
  faults: {
    rows: faultRows.map(({ fault }) => fault),
    run: (stack, only, signal) =>
      runFaultRows(
        new Fleet(stack),
        picked(faultRows, ({ fault }) => fault, only),
        say,
        signal,
      ),
  },
};

run(program, async () => {
  const { keep = false, only, list = false } = program.opts<{ keep?: boolean; only?: string; list?: boolean }>();
  const [what] = program.args;
  const obstacle = LabHosts.obstacle();
  if (obstacle) throw new CommandError(obstacle);
  if (what === "down") return takeDown();
  if (what === undefined) return openShell(keep);
  const { rows, run: runTable } = tables[what as keyof typeof tables];
  const wanted = picked(rows, (row) => row, only);
  if (wanted.length === 0) throw new CommandError(`no row of ${rows.length} matches ${only}; --list shows them.`);
  if (list) return console.log(wanted.join("\n"));
  await rehearse((stack, signal) => runTable(stack, only, signal));
});

async function takeDown(): Promise<void> {
  const wasThere = await endLab();
  console.log(wasThere ? "The lab is gone, and nothing of it is left." : "There is no lab here.");
  exitWith("good");
}

async function openShell(keep: boolean): Promise<void> {
  let lab: KeptLab | undefined;
  await runTasks([
    prepare,
    {
      title: "Bring the hosts up",
      work: async (report, signal) => {
        lab = await step(report, "starting four hosts, with their images", () => KeptLab.start(signal));
      },
    },
  ]);
  if (!lab) throw new Error("the lab did not come up");
  try {
    console.log(await welcome(lab.place, keep));
    await labShell(lab.place);
  } finally {
    if (keep) {
      lab.leave();
      console.log("The lab stays; npm run lab -- down takes it away.");
    } else {
      console.log("Taking the lab down …");
      await lab.down();
    }
  }
  exitWith("good");
}

/** What is where, and what one can do. */
async function welcome({ root, beside }: LabPlace, keep: boolean): Promise<string> {
  const { servers, stack } = await loadInventory(rehearsedStack);
  const places = [
    ...servers.map(({ name, title, address }) => [name, `${address}  ${title}`]),
    ...Object.entries(beside),
    ["the project's copy", root],
  ];
  return [
    "",
    table([["What", "Where"], ...places]),
    "",
    `pulumi up -s ${stack}, npm run verify -- --stack ${stack} and npm run drift -- --stack ${stack} work here.`,
    `Nothing leaves this machine. exit ends the shell${keep ? ", and the lab stays." : " and the lab."}`,
    "",
  ].join("\n");
}

/** Deploys the stack in a lab of its own, runs the rows of a table, and takes the lab down, whatever happens. */
async function rehearse(work: (stack: LabStack, signal: AbortSignal) => Promise<RowOutcome[]>): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  let stack: LabStack | undefined;
  const inventory = await loadInventory(rehearsedStack);
  try {
    await runTasks([
      prepare,
      {
        title: "Bring the hosts up",
        work: async (report) => {
          stack = await step(report, "starting four hosts, with their images", () => LabStack.up(inventory));
        },
      },
      {
        title: `Deploy the stack ${rehearsedStack}`,
        work: async (report, signal) => {
          if (signal.aborted) throw interrupted();
          await step(report, "pulumi up", async () => stack?.pulumi("up", "--yes", "--skip-preview"));
        },
      },
    ]);
    if (!stack) throw new Error("the lab did not come up");
    const outcomes = await work(stack, stop.signal);
    if (stop.signal.aborted) throw new CommandError("interrupted before the last row.");
    const left = await leftOver(stack);
    if (left) console.log(`✖ failed | the whole table | afterwards there is something to put right\n    ${left}`);
    console.log(lastLine(outcomes));
    exitWith(failedOf(outcomes).length > 0 || left ? "wrong" : "good");
  } finally {
    await stack?.down();
  }
}

/** What is not as declared after all rows; nothing when all is. */
async function leftOver(stack: LabStack): Promise<string | undefined> {
  return stack.pulumi("preview", "--refresh", "--expect-no-changes").then(
    () => undefined,
    (error: Error) => error.message,
  );
}
