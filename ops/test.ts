import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { CommandError, exitWith, run } from "./command";
import { LocalStack } from "./local-stack";
import { attempt } from "./process";
import { projectRoot } from "./project";
import { runTasks, type Task } from "./tasks";
import { prepareToolchain } from "./toolchain/prepare";

const program = new Command("npm test --")
  .description("Checks everything: format, lint, types, unit tests, generated configuration, and a stack for real.")
  .argument("[files...]", "only test files whose path contains one of these")
  .option("--project <name>", "only the tests that need no containers (unit), or only those that do (e2e)")
  .addHelpText("after", "\nThe stack of the end-to-end tests stands beside a running `npm start`, and goes again.")
  .showHelpAfterError("(--help tells more)");

const check = (title: string, tool: string, args: string[]): Task => ({
  title,
  work: async (_, signal) => {
    const { code, stdout, stderr } = await attempt("npx", ["--no-install", tool, ...args], {
      cwd: projectRoot,
      signal,
    });
    if (code !== 0) throw new CommandError(`${title}:\n${stdout}${stderr}`, "wrong");
  },
});

run(program, async () => {
  const { project } = program.opts<{ project?: string }>();
  await runTasks([
    check("Format and lint", "biome", ["check", "."]),
    check("Types", "tsc", []),
    {
      title: "Tools, Docker engine and images",
      work: async (report, signal) => {
        const stack = new LocalStack("test");
        await stack.prepare(await prepareToolchain(stack, report, signal, ["prod"]));
      },
    },
  ]);
  const { passed, failed, skipped } = await runVitest([...program.args, ...(project ? ["--project", project] : [])]);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (passed + failed === 0) throw new CommandError("no test was run.");
  exitWith(failed === 0 ? "good" : "wrong");
});

/** Runs the tests as a person would see them, and counts them. */
async function runVitest(args: string[]): Promise<{ passed: number; failed: number; skipped: number }> {
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const folder = mkdtempSync(path.join(os.tmpdir(), "vitest-"));
  const report = path.join(folder, "report.json");
  try {
    const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`];
    const child = spawn(process.execPath, [vitest, "run", ...reporters, ...args], {
      cwd: projectRoot,
      stdio: "inherit",
    });
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    const counts = JSON.parse(readFileSync(report, "utf8"));
    // A file that cannot be loaded holds no test that could fail.
    const unloaded = counts.numFailedTests === 0 && code !== 0 ? Math.max(1, counts.numFailedTestSuites) : 0;
    const { numPassedTests, numFailedTests, numPendingTests } = counts;
    return { passed: numPassedTests, failed: numFailedTests + unloaded, skipped: numPendingTests };
  } catch {
    throw new CommandError("the test runner was stopped before its end.");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
