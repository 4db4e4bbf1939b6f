import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Measurement, measure, row } from "../bench/measure";
import { benchSecurityMetrics, type ScrapeTimes } from "../images/security-metrics/bench";
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
import { nodeDirectory } from "./toolchain/node-program";
import { prepareToolchain } from "./toolchain/prepare";

const parts = ["local", "prod", "security-metrics"] as const;
type Part = (typeof parts)[number];

const program = new Command("npm run bench --")
  .description(
    "Measures what people wait for (previews, deployments from nothing, `npm start` with nothing to do), and what security-metrics costs.",
  )
  .option("--runs <number>", "how often each wait is measured", wholeNumber, 5)
  .addOption(new Option("--only <part>", "one part of it").choices(parts))
  .addHelpText(
    "after",
    "\nDeploys the stack `test` beside a running `npm start`, and the stack `prod` on four lab hosts; both go again.",
  )
  .showHelpAfterError("(--help tells more)");

run(program, async ({ runs, only }: { runs: number; only?: Part }) => {
  const has = (part: Part) => only === undefined || only === part;
  const measurements: Measurement[] = [];
  const costs: [string, string][] = [];
  const stack = new LocalStack("test");
  const obstacle = LabHosts.obstacle();
  await runTasks([
    {
      title: "Tools, Docker engine and images",
      work: async (report, signal) => {
        await stack.prepare(await prepareToolchain(stack, report, signal, ["prod"]));
      },
    },
    ...(has("local")
      ? [
          {
            title: "One machine (the stack test)",
            work: (report: Report) => measureLocal(stack, runs, measurements, report),
          },
        ]
      : []),
    ...(has("prod") && !obstacle ? [prodTask(runs, measurements)] : []),
    ...(has("security-metrics") ? [securityMetricsTask(costs)] : []),
  ]);
  if (measurements.length > 0) {
    console.log(table([["What", "Median, s", "Least–most", "Runs"], ...measurements.map(row)]));
  }
  if (costs.length > 0) console.log(table([["security-metrics, 200,000 files, 20 containers", "Figure"], ...costs]));
  if (has("prod") && obstacle) console.log(`Not measured: the stack prod; ${obstacle}.`);
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

/** What the exporter takes of a host, by the Node.js of its image. */
function securityMetricsTask(into: [string, string][]): Task {
  return {
    title: "security-metrics (ten minutes)",
    work: async (report) => {
      report("scanning 200,000 files, then watching it for ten minutes");
      const costs = await benchSecurityMetrics({ node: path.join(nodeDirectory(), "node"), minutes: 10 });
      const times = ({ count, median, longest }: ScrapeTimes) =>
        `median ${median.toFixed(1)} ms, longest ${longest.toFixed(0)} ms of ${count}`;
      into.push(
        ["on average, of one processor", `${costs.processorPercent.toFixed(2)} %`],
        ["resident memory, at most", `${costs.peakMemory.toFixed(0)} MiB`],
        [
          "one scan of all files",
          `${costs.scanSeconds.toFixed(1)} s, ${costs.scanCpuSeconds.toFixed(1)} s of a processor`,
        ],
        ["a scrape, while files are scanned", times(costs.scrapesDuring)],
        ["a scrape otherwise", times(costs.scrapesAfter)],
      );
    },
  };
}
