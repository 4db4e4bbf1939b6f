import { Command } from "commander";
import { stackNames } from "../stacks";
import { deployStep, driftStep, type Outcome, previewStep, type Step } from "./ci/steps";
import { CommandError, exitWith, run } from "./command";

const steps: Record<string, (step: Step) => Promise<Outcome>> = {
  preview: previewStep,
  deploy: deployStep,
  drift: driftStep,
};

const program = new Command("npm run ci --")
  .description("What the pipelines do (.github/workflows, .gitlab-ci.yml): nothing of it stands in YAML.")
  .argument("<step>", "preview: comment on a change; deploy: pulumi up; drift: keep one issue about it")
  .requiredOption("--stack <name>", `the stack: ${stackNames.join(", ")}`)
  .option("--base <commit>", "for preview: the commit that the change is to go to")
  .addHelpText("after", "\nVariables that it reads: docs/ci.md. Exit codes: 0 good, 1 something is wrong, 2 unknown.")
  .showHelpAfterError("(--help tells more)");

run(program, async () => {
  const { stack, base } = program.opts<{ stack: string; base?: string }>();
  const [name = ""] = program.args;
  const step = steps[name];
  if (!step) throw new CommandError(`there is no step "${name}", only: ${Object.keys(steps).join(", ")}`);
  if (!stackNames.includes(stack)) {
    throw new CommandError(`there is no stack "${stack}" (there are: ${stackNames.join(", ")}).`);
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  const report = (line: string) => console.error(line);
  exitWith(await step({ stack, base, env: process.env, report, signal: stop.signal }));
});
