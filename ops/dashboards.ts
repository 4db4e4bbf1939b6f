import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { Feed } from "../lab/feed/feed";
import { drawDashboards } from "../lab/feed/pictures";
import { prepareFeed } from "../lab/feed/prepare";
import { CommandError, exitWith, run } from "./command";
import { LocalStack } from "./local-stack";
import { projectRoot, shown } from "./project";
import { runTasks } from "./tasks";
import { prepareToolchain } from "./toolchain/prepare";

const program = new Command("npm run dashboards --")
  .description(
    "Draws the dashboards with values of the real exporters: starts everything that they ask, puts it under load, and ends it again.",
  )
  .option("--out <dir>", "where to", path.join(projectRoot, "docs", "dashboards"))
  .option("--seconds <number>", "how long everything runs under load before it is asked", wholeNumber, 180)
  .addHelpText("after", "\nNeeds Linux and root. Everything runs in namespaces without a way out; nothing stays.")
  .showHelpAfterError("(--help tells more)");

run(program, async ({ out, seconds }: { out: string; seconds: number }) => {
  const obstacle = Feed.obstacle();
  if (obstacle) throw new CommandError(`${obstacle}: run this on a machine that has it.`);
  let feed: Feed | undefined;
  let files: string[] = [];
  try {
    await runTasks([
      {
        title: "Tools, Docker engine and images",
        work: async (report, signal) => {
          await prepareToolchain(new LocalStack("local"), report, signal);
          await prepareFeed(report, signal);
        },
      },
      {
        title: "Everything that the dashboards ask, under load",
        work: async (report, signal) => {
          feed = await Feed.start(report, seconds, signal);
        },
      },
      {
        title: "Pictures",
        work: async () => {
          if (feed) files = await drawDashboards(feed, out);
        },
      },
    ]);
  } finally {
    await feed?.stop();
  }
  for (const file of files) console.log(shown(file));
  exitWith("good");
});

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("a whole number above 0");
}
