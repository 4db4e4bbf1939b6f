import { expect, it } from "vitest";
import { attempt } from "./process";
import { projectRoot } from "./project";

/** Runs a command that does this, in a process of its own. */
function commandThat(does: string) {
  const program = `
    const { Command } = require("commander");
    const { CommandError, exitWith, run } = require("./ops/command.ts");
    run(new Command("it"), async () => { ${does} });`;
  return attempt(process.execPath, ["--import=tsx", "-e", program], { cwd: projectRoot });
}

it.each([
  ["nothing", 0, ""],
  ['exitWith("wrong")', 1, ""],
  ['throw new CommandError("no way", "wrong")', 1, "error: no way\n"],
  ['throw new Error("no way")', 2, "error: no way\n"],
  [
    "await new Promise(() => {})",
    2,
    "error: it ended half way, waiting for what can no longer come; run the same command again.\n",
  ],
])("a command that does %s ends with %d", async (does, code, says) => {
  expect(await commandThat(does === "nothing" ? "" : does)).toMatchObject({ code, stderr: says });
});
