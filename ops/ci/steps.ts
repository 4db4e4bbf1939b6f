import path from "node:path";
import { loadInventory } from "../../stacks";
import { CommandError } from "../command";
import type { DriftReport } from "../drift/row";
import { attempt } from "../process";
import type { Report } from "../progress";
import { projectRoot } from "../project";
import { houseRules, pulumi } from "../pulumi";
import { preparePulumi } from "../toolchain/pulumi-engine";
import { deploy } from "../up/deploy";
import { pipelineAccess } from "./access";
import { writeDriftIssue } from "./drift-issue";
import { forgeOf } from "./forge";
import { type Preview, writePreviewComment } from "./preview-comment";
import { renderedDiff } from "./rendered-diff";
import { variable } from "./request";
import { runLink } from "./run-link";

/** What a step runs with. */
export interface Step {
  stack: string;
  /** Commit that the change is to go to; for previews. */
  base?: string | undefined;
  env: NodeJS.ProcessEnv;
  report: Report;
  signal: AbortSignal;
}

export type Outcome = "good" | "wrong" | "unknown";

/** What a change would do to the stack, as a comment under it. Reaches no server. */
export async function previewStep({ stack, base, env, report, signal }: Step): Promise<Outcome> {
  if (!base) throw new CommandError("--base is missing: the commit that the change is to go to.");
  const forge = forgeOf(env);
  report("rendering the generated files of both sides");
  const files = await renderedDiff(stack, base, signal);
  const plan = await planOf(stack, env, report, signal);
  console.log(plan.plan);
  console.log(files || "No generated file changes.");
  await writePreviewComment(forge, { stack, files, ...plan }, runLink(env));
  return plan.possible ? "good" : "wrong";
}

async function planOf(
  stack: string,
  env: NodeJS.ProcessEnv,
  report: Report,
  signal: AbortSignal,
): Promise<Pick<Preview, "plan" | "possible">> {
  // Servers are asked before a deployment; a preview has no key to them.
  const args = ["preview", "--stack", stack, "--config", "monitoring:preflight=false", "--diff", "--suppress-progress"];
  const { possible, said } = await withPulumi(env, report, signal, async (access) => {
    try {
      const output = await pulumi([...args, ...houseRules], { report, signal, env: access });
      return { possible: true, said: output };
    } catch (error) {
      signal.throwIfAborted();
      return { possible: false, said: error instanceof Error ? error.message : String(error) };
    }
  });
  return { plan: said.trim(), possible };
}

/** Deploys the stack; somebody has approved it, or the forge would not have started the job. */
export async function deployStep({ stack, env, report, signal }: Step): Promise<Outcome> {
  const inventory = await loadInventory(stack);
  const output = await withPulumi(env, report, signal, (access) =>
    deploy(inventory, { refresh: true, env: access, report, signal }),
  );
  console.log(output);
  return "good";
}

/** Looks for drift, and keeps the one issue about it as things are. */
export async function driftStep({ stack, env, report, signal }: Step): Promise<Outcome> {
  const forge = forgeOf(env);
  const found = await withPulumi(env, report, signal, (access) => driftOf(stack, access, signal));
  const fate = await writeDriftIssue(forge, found, runLink(env));
  console.log(
    {
      opened: () => `An issue was opened: ${fate.did === "opened" ? fate.url : ""}`,
      updated: () => `The issue ${"id" in fate ? fate.id : ""} was brought up to date.`,
      closed: () => `Nothing has drifted any more: the issue ${"id" in fate ? fate.id : ""} was closed.`,
      kept: () => `Not every server could be looked at: the issue ${"id" in fate ? fate.id : ""} stays open.`,
      none: () => "Nothing has drifted, and no issue says so.",
    }[fate.did](),
  );
  const { drifted, undeployed, unreachable } = found;
  if (drifted.length + undeployed.length > 0) return "wrong";
  return unreachable.length > 0 ? "unknown" : "good";
}

/** What `npm run drift` finds. @throws {CommandError} when it could not look */
async function driftOf(stack: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<DriftReport> {
  const command = ["--import=tsx", path.join("ops", "drift.ts"), "--stack", stack, "--json"];
  const { stdout, stderr } = await attempt(process.execPath, command, { cwd: projectRoot, env, signal });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new CommandError(stderr.trim().replace(/^error: /, "") || "npm run drift printed no report.");
  }
}

/** The engine at hand, and the pipeline's ways to state and servers while the work is done. */
async function withPulumi<Result>(
  env: NodeJS.ProcessEnv,
  report: Report,
  signal: AbortSignal,
  work: (env: NodeJS.ProcessEnv) => Promise<Result>,
): Promise<Result> {
  // What a forge has no value for, it sets to nothing.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  variable(given, "PULUMI_BACKEND_URL", "where the stack's state is, as s3://bucket or https://api.pulumi.com");
  await preparePulumi(report, signal);
  const access = await pipelineAccess(given);
  try {
    return await work(access.env);
  } finally {
    await access.end();
  }
}
