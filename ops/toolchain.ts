import { Command } from "commander";
import { exitWith, run } from "./command";
import { LocalStack } from "./local-stack";
import { shown } from "./project";
import { runTasks } from "./tasks";
import { prepareToolchain } from "./toolchain/prepare";
import { toolsDirectory } from "./toolchain/tools";

const program = new Command("npm run toolchain --")
  .description("Finds, fetches or builds the tools, the Docker engine and the images that the other commands run on.")
  .addHelpText("after", "\nSafe to interrupt and to run again; `npm start` and `npm test` do this first.")
  .showHelpAfterError("(--help tells more)");

run(program, async () => {
  await runTasks([
    {
      title: "Tools, Docker engine and images",
      work: async (report, signal) => {
        await prepareToolchain(new LocalStack("local"), report, signal);
      },
    },
  ]);
  console.log(`The tools are in ${shown(toolsDirectory)}`);
  exitWith("good");
});
