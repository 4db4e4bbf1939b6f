import { Command } from "commander";
import { loadInventory, stackNames } from "../stacks";
import { exitWith, run } from "./command";
import { writeRendered } from "./rendered";

const program = new Command("npm run render --")
  .description("Writes every generated file of a stack, as it lands on each server, without touching any server.")
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .requiredOption(
    "--out <dir>",
    "where to; each <dir>/<server>/<service>/ and <dir>/grafana/dashboards/ is written anew",
  )
  .addHelpText("after", "\nPasswords are placeholders: no secret is ever in the output.")
  .showHelpAfterError("(--help tells more)");

run(program, async ({ stack, out }: { stack: string; out: string }) => {
  const files = await writeRendered(await loadInventory(stack), out);
  console.log(`${files.length} files of the stack ${stack} written to ${out}`);
  exitWith("good");
});
