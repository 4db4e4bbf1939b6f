import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { images } from "../../stacks/images";
import { attempt } from "../process";
import { projectRoot } from "../project";
import { build, buildDirectory, goBuilds } from "../toolchain/go-builds";
import { checkSchema, findPython } from "./check-schema";

const folder = path.join(projectRoot, ".github", "workflows");
const files = readdirSync(folder).sort();
const textOf = (file: string) => readFileSync(path.join(folder, file), "utf8");

interface WorkflowStep {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<
    string,
    {
      if?: string;
      environment?: string;
      permissions?: Record<string, string>;
      steps: WorkflowStep[];
      "timeout-minutes": number;
    }
  >;
}

const jobsOf = (file: string) => Object.values((parse(textOf(file)) as Workflow).jobs);
const stepsOf = (file: string) => jobsOf(file).flatMap(({ steps }) => steps);
const nodeVersion = images.node.replace(/^.*:([\d.]+).*$/, "$1");

describe("GitHub's workflows", () => {
  it("are these", () => expect(files).toEqual(["deploy.yml", "drift.yml", "preview.yml", "test.yml"]));

  const hasGo = spawnSync("go", ["version"]).status === 0;
  describe.skipIf(!hasGo)(`and actionlint${hasGo ? "" : " (skipped: no Go on the PATH)"}`, () => {
    const scratch = mkdtempSync(path.join(os.tmpdir(), "workflow-"));
    const lint = (file: string) =>
      attempt(path.join(buildDirectory("actionlint"), "actionlint"), ["-no-color", "-shellcheck=", file]);

    beforeAll(() => build("actionlint", () => {}, new AbortController().signal), 300_000);
    afterAll(() => rmSync(scratch, { recursive: true, force: true }));

    it.each(files)("%s is right", async (file) => {
      const { code, stdout } = await lint(path.join(folder, file));
      expect(`${stdout}${code}`).toBe("0");
    });

    it("sees what is wrong", async () => {
      const file = path.join(scratch, "test.yml");
      writeFileSync(file, textOf("test.yml").replace("runs-on:", "run-on:"));
      const { code, stdout } = await lint(file);
      expect(code).toBe(1);
      expect(stdout).toContain("run-on");
    });

    it("is the version that go.mod names", () => {
      const module = readFileSync(path.join(projectRoot, goBuilds.actionlint.folder, "go.mod"), "utf8");
      expect(module).toContain(`github.com/rhysd/actionlint v${goBuilds.actionlint.version}`);
    });
  });

  it.each(files)("%s uses actions by their commit alone, with the version beside it", (file) => {
    const uses = [...textOf(file).matchAll(/uses: (.*)/g)].map(([, what = ""]) => what);
    expect(uses.length).toBeGreaterThan(1);
    for (const what of uses) expect(what).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it.each(files)("%s has the rights that it needs, and no others", (file) => {
    const { permissions, jobs } = parse(textOf(file)) as Workflow;
    const writing = [permissions, ...Object.values(jobs).map((job) => job.permissions ?? {})].flatMap((rights) =>
      Object.entries(rights).flatMap(([right, level]) => (level === "write" ? [right] : [])),
    );
    expect(writing.sort()).toEqual(
      {
        "test.yml": [],
        "preview.yml": ["id-token", "pull-requests"],
        "deploy.yml": ["id-token"],
        "drift.yml": ["id-token", "issues"],
      }[file],
    );
    for (const step of stepsOf(file).filter(({ uses }) => uses?.startsWith("actions/checkout@"))) {
      expect(step.with?.["persist-credentials"]).toBe(false);
    }
  });

  it.each(files)("%s gives secrets only to a job of an environment, and never to others' code", (file) => {
    for (const job of jobsOf(file)) {
      const takesSecrets = JSON.stringify(job).includes("secrets.");
      expect(takesSecrets).toBe(file !== "test.yml");
      if (takesSecrets) expect(job.environment).toBeTruthy();
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
    }
    expect(textOf(file)).not.toContain("pull_request_target");
    const ownOnly = file === "preview.yml" ? "head.repo.full_name == github.repository" : "refs/heads/main";
    if (file !== "test.yml") for (const job of jobsOf(file)) expect(job.if).toContain(ownOnly);
  });

  it.each(files)("%s has commands of this project only, with nothing of an event in the shell's text", (file) => {
    for (const { run } of stepsOf(file)) {
      if (run === undefined) continue;
      expect(run).toMatch(/^npm (test|audit|run ci -- )/);
      expect(run).not.toContain("${{");
    }
  });

  it("ask the registry about known vulnerabilities, of tests' packages too, and fail when one is severe", () => {
    expect(stepsOf("test.yml").map(({ run }) => run)).toContain("npm audit --audit-level=high");
  });

  it.each(["preview.yml", "deploy.yml", "drift.yml"])("%s has all that leads to the state, wherever it is", (file) => {
    const env = Object.assign({}, ...stepsOf(file).map((step) => step.env ?? {}));
    const given = (kind: string, name: string) => expect(env[name], name).toBe(`\${{ ${kind}.${name} }}`);
    given("vars", "PULUMI_BACKEND_URL");
    for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN", "PGPASSWORD"]) given("secrets", name);
  });

  it("run on the Node.js of the fleet's own image", () => {
    for (const file of files) {
      for (const { with: settings } of stepsOf(file).filter(({ uses }) => uses?.startsWith("actions/setup-node@"))) {
        expect(settings?.["node-version"]).toBe(nodeVersion);
      }
    }
  });
});

describe("GitLab's jobs", () => {
  const file = path.join(projectRoot, ".gitlab-ci.yml");
  const jobs = parse(readFileSync(file, "utf8")) as Record<string, { script?: string[] } & Record<string, unknown>>;
  const named = Object.entries(jobs).filter(([, job]) => Array.isArray(job.script));

  it("are the same as GitHub's", () => {
    expect(named.map(([name]) => `${name}.yml`).sort()).toEqual(files);
    for (const [name, { script }] of named) {
      const commands = (all: (string | undefined)[]) => all.flatMap((one) => one?.replace(/ --base .*/, "") ?? []);
      expect(commands(script ?? [])).toEqual(commands(stepsOf(`${name}.yml`).map(({ run }) => run)));
    }
  });

  it("deploy only when somebody starts it, one at a time", () => {
    const { deploy } = jobs;
    expect(deploy?.rules).toEqual([expect.objectContaining({ when: "manual" })]);
    expect(deploy?.resource_group).toBe("$STACK");
    expect(deploy?.interruptible).toBe(false);
  });

  it("run in Node.js' image of the fleet's version, the one with git", () => {
    expect((jobs.default as unknown as { image: string }).image).toBe(images.node.replace("-slim", ""));
  });

  it("fit GitLab's schema, and what does not fit is seen", async ({ skip }) => {
    const python = await findPython();
    if (!python) return skip("no Python with pip");
    const right = await checkSchema(python, "gitlab-ci", file);
    expect(`${right.stdout}${right.stderr}`).toContain("ok");
    const scratch = mkdtempSync(path.join(os.tmpdir(), "gitlab-"));
    const copy = path.join(scratch, ".gitlab-ci.yml");
    writeFileSync(copy, readFileSync(file, "utf8").replace("when: manual", "when: by-hand"));
    const wrong = await checkSchema(python, "gitlab-ci", copy);
    rmSync(scratch, { recursive: true });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain("rules");
  }, 180_000);
});
