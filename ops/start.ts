import { Command } from "commander";
import { credentialUsers } from "../components/credentials/credentials";
import { scrapeJobs } from "../components/prometheus/scrape-jobs";
import { loadInventory } from "../stacks";
import { exitWith, run } from "./command";
import { deployLocalStack, destroyLocalStack, localImageSource, prepareLocalStack, readOutputs } from "./local-stack";
import { summary } from "./summary";
import { type TargetState, waitForTargets } from "./targets";
import { runTasks, type Task } from "./tasks";
import { type Preparation, prepareToolchain } from "./toolchain/prepare";

const program = new Command("npm start --")
  .description("Brings the whole monitoring system up on this machine's Docker engine (the stack `local`).")
  .option("--stop", "take it down again: containers, volumes, network and files")
  .addHelpText("after", "\nSafe to interrupt and to run again; what is there already is kept.")
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stop = false }: { stop?: boolean }) => {
  const inventory = await loadInventory("local");
  let preparation: Preparation | undefined;
  let states: TargetState[] = [];

  const prepare: Task = {
    title: "Tools, Docker engine and images",
    work: async (report, signal) => {
      preparation = await prepareToolchain(localImageSource(), report, signal);
      await prepareLocalStack(preparation);
    },
  };
  const deploy: Task = {
    title: "Deploy the stack `local`",
    work: (report, signal) => deployLocalStack({ report, signal }),
  };
  const wait: Task = {
    title: "Wait until every target is up",
    work: async (report, signal) => {
      const { urls, passwords } = await readOutputs("local");
      const { prometheus: url = "" } = urls;
      const { prometheus: password = "" } = passwords;
      const access = { url, user: credentialUsers.prometheus, password };
      states = await waitForTargets(access, scrapeJobs(inventory), report, signal);
    },
    done: () => `All ${states.length} targets are up`,
  };
  const destroy: Task = {
    title: "Take the stack `local` down",
    work: (report, signal) => destroyLocalStack({ report, signal }),
  };

  await runTasks(stop ? [prepare, destroy] : [prepare, deploy, wait]);
  if (!stop) console.log(summary(inventory, states, preparation));
  exitWith("good");
});
