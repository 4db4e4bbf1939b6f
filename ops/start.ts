import { Command } from "commander";
import { credentialUsers } from "../components/credentials/credentials";
import { loadInventory } from "../stacks";
import { targetsOf } from "../stacks/targets";
import { CommandError, exitWith, run } from "./command";
import { type DeployedStack, deployedStack } from "./deployed-stack";
import { LocalStack } from "./local-stack";
import { step } from "./progress";
import { summary } from "./summary";
import { type TargetState, waitForTargets } from "./targets";
import { runTasks, type Task } from "./tasks";
import { type Preparation, prepareToolchain } from "./toolchain/prepare";

const program = new Command("npm start --")
  .description("Brings the whole monitoring system up on this machine's Docker engine.")
  .option("--stack <name>", "a stack whose servers are all this machine", "local")
  .option("--stop", "take it down again: containers, volumes, network and files")
  .addHelpText("after", "\nSafe to interrupt and to run again; what is there already is kept.")
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stack: name, stop = false }: { stack: string; stop?: boolean }) => {
  const inventory = await loadInventory(name);
  const remote = inventory.servers.find(({ ssh }) => ssh);
  if (remote) {
    throw new CommandError(
      `${remote.name} of the stack ${name} is not this machine; deploy it with .toolchain/bin/pulumi up --stack ${name}`,
    );
  }
  const stack = new LocalStack(name);
  let preparation: Preparation | undefined;
  let deployed: DeployedStack | undefined;
  let states: TargetState[] = [];

  const prepare: Task = {
    title: "Tools, Docker engine and images",
    work: async (report, signal) => {
      preparation = await prepareToolchain(stack, report, signal);
      await stack.prepare(preparation);
    },
  };
  const deploy: Task = {
    title: `Deploy the stack ${name}`,
    work: (report, signal) => step(report, "starting the engine", (say) => stack.deploy({ report: say, signal })),
  };
  const wait: Task = {
    title: "Wait until every target is up",
    work: async (report, signal) => {
      report("reading where they are");
      deployed = await deployedStack(name);
      const { urls, passwords } = deployed.outputs;
      const { prometheus: url = "" } = urls;
      const { prometheus: password = "" } = passwords;
      const access = { url, user: credentialUsers.prometheus, password };
      states = await step(report, "asking Prometheus", (say) =>
        waitForTargets(access, targetsOf(inventory), say, signal),
      );
    },
    done: () => `All ${states.length} targets are up`,
  };
  const destroy: Task = {
    title: `Take the stack ${name} down`,
    work: (report, signal) => step(report, "starting the engine", (say) => stack.destroy({ report: say, signal })),
  };

  await runTasks(stop ? [prepare, destroy] : [prepare, deploy, wait]);
  if (!stop) console.log(summary(deployed?.inventory ?? inventory, states, preparation));
  exitWith("good");
});
