import { Command, InvalidArgumentError } from "commander";
import { type Measurement, measure, row } from "../bench/measure";
import { LabHosts } from "../lab/hosts/lab-hosts";
import { LabStack } from "../lab/hosts/lab-stack";
import { loadInventory } from "../stacks";
import { exitWith, run } from "./command";
import { LocalStack } from "./local-stack";
import { must } from "./process";
import type { Report } from "./progress";
import { projectRoot } from "./project";
import { table } from "./table";
import { runTasks, type Task } from "./tasks";
import { prepareToolchain } from "./toolchain/prepare";

const program = new Command("npm run bench --")
  .description("Measures what people wait for: previews, deployments from nothing, and `npm start` with nothing to do.")
  .option("--runs <number>", "how often each is measured", wholeNumber, 5)
  .addHelpText(
    "after",
    "\nDeploys the stack `test` beside a running `npm start`, and the stack `prod` on four lab hosts; both go again.",
  )
  .showHelpAfterError("(--help tells more)");

run(program, async ({ runs }: { runs: number }) => {
  const measurements: Measurement[] = [];
  const stack = new LocalStack("test");
  const obstacle = LabHosts.obstacle();
  await runTasks([
    {
      title: "Tools, Docker engine and images",
      work: async (report, signal) => {
        await stack.prepare(await prepareToolchain(stack, report, signal));
      },
    },
    { title: "One machine (the stack test)", work: (report) => measureLocal(stack, runs, measurements, report) },
    ...(obstacle ? [] : [prodTask(runs, measurements)]),
  ]);
  console.log(table([["What", "Median, s", "Least–most", "Runs"], ...measurements.map(row)]));
  if (obstacle) console.log(`Not measured: the stack prod; ${obstacle}.`);
  exitWith("good");
});

async function measureLocal(stack: LocalStack, runs: number, into: Measurement[], report: Report): Promise<void> {
  const start = () => must(process.execPath, ["ops/run.mjs", "start", "--stack", stack.name], { cwd: projectRoot });
  try {
    report("up from nothing");
    const up = ["up", "--stack", stack.name, "--yes", "--skip-preview"];
    into.push(
      await measure(
        "up from nothing, one machine",
        runs,
        () => stack.pulumi(up),
        () => stack.destroy({}),
      ),
    );
    report("preview");
    const preview = ["preview", "--stack", stack.name, "--expect-no-changes"];
    into.push(await measure("preview, no changes, one machine", runs, () => stack.pulumi(preview)));
    into.push(await measure("preview --refresh, one machine", runs, () => stack.pulumi([...preview, "--refresh"])));
    report("npm start");
    await start();
    into.push(await measure("npm start, nothing to do", runs, start));
  } finally {
    await stack.destroy({});
  }
}

function prodTask(runs: number, into: Measurement[]): Task {
  return {
    title: "Four hosts over SSH (the stack prod)",
    work: async (report) => {
      const stack = await LabStack.up(await loadInventory("prod"));
      try {
        report("up from nothing");
        const up = () => stack.pulumi("up", "--yes", "--skip-preview");
        const destroy = () => stack.pulumi("destroy", "--yes", "--skip-preview");
        into.push(await measure("up from nothing, four hosts", runs, up, destroy));
        report("preview");
        const preview = () => stack.pulumi("preview", "--expect-no-changes");
        into.push(await measure("preview, no changes, four hosts", runs, preview));
        const refresh = () => stack.pulumi("preview", "--refresh", "--expect-no-changes");
        into.push(await measure("preview --refresh, four hosts", runs, refresh));
      } finally {
        await stack.down();
      }
    },
  };
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a whole number from 1 on.");
  return Number(text);
}
