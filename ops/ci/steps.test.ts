import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DriftReport, DriftRow } from "../drift/row";
import { attempt, must, type ProcessResult } from "../process";
import { projectRoot } from "../project";
import { FakeForge } from "./fake-forge";
import { stepCommand } from "./step-commands";

/** The project with a history of its own, an engine that only says what it was asked for, and drift as a file has it. */
class Checkout {
  readonly root = mkdtempSync(path.join(os.tmpdir(), "pipeline-"));
  readonly engineLog = path.join(this.root, ".toolchain", "engine.log");
  private readonly driftFile = path.join(this.root, ".toolchain", "drift.json");

  async create(): Promise<string> {
    const copied = ["alerts", "components", "dashboards", "functions", "images", "ops", "policy", "stacks"];
    for (const part of [...copied, "index.ts", "package.json", "package-lock.json", "tsconfig.json", "Pulumi.yaml"]) {
      cpSync(path.join(projectRoot, part), path.join(this.root, part), { recursive: true, preserveTimestamps: true });
    }
    for (const part of ["node_modules", "lab"]) symlinkSync(path.join(projectRoot, part), path.join(this.root, part));
    mkdirSync(path.join(this.root, ".toolchain", "bin"), { recursive: true });
    symlinkSync(path.join(projectRoot, ".toolchain", "pulumi"), path.join(this.root, ".toolchain", "pulumi"));
    this.writeEngine('echo "  ~ docker:index:Container server-84-loki update"');
    const readDrift = `console.log(require("node:fs").readFileSync(${JSON.stringify(this.driftFile)}, "utf8"));\n`;
    writeFileSync(path.join(this.root, "ops", "drift.ts"), readDrift);
    await this.git("init", "--quiet", "--initial-branch=main");
    writeFileSync(path.join(this.root, ".git", "info", "exclude"), "node_modules\nlab\n.toolchain\n");
    return this.commit("base");
  }

  writeEngine(script: string): void {
    const engine = path.join(this.root, ".toolchain", "bin", "pulumi");
    writeFileSync(
      engine,
      `#!/bin/sh
echo "$* | $PULUMI_BACKEND_URL | \${AWS_REGION-unset}" >> ${this.engineLog}
case "$*" in *--json*) echo '{}'; exit;; esac
${script}
`,
    );
    chmodSync(engine, 0o755);
  }

  hasDrifted(report: DriftReport | string): void {
    writeFileSync(this.driftFile, typeof report === "string" ? report : JSON.stringify(report));
  }

  edit(file: string, from: string, to: string): void {
    const place = path.join(this.root, file);
    const text = readFileSync(place, "utf8");
    expect(text).toContain(from);
    writeFileSync(place, text.replace(from, to));
  }

  async commit(message: string): Promise<string> {
    await this.git("add", "--all");
    await this.git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m", message);
    return (await this.git("rev-parse", "HEAD")).trim();
  }

  git(...args: string[]): Promise<string> {
    return must("git", args, { cwd: this.root });
  }

  engineCalls(): string[] {
    return readFileSync(this.engineLog, "utf8").trim().split("\n");
  }
}

const row = (change: Partial<DriftRow>): DriftRow => ({
  server: "server-84",
  resource: "loki",
  type: "container",
  what: "was changed",
  differences: [{ setting: "memory limit", declared: "512 MiB", found: "no | limit @everyone <b>" }],
  repaired: true,
  ...change,
});
const clean: DriftReport = { stack: "prod", drifted: [], undeployed: [], unreachable: [] };

/** Each runs as a process of its own, several seconds long. */
describe("the pipelines' steps, as they stand", () => {
  const checkout = new Checkout();
  let base: string;
  let forge: FakeForge;
  const eventFile = path.join(checkout.root, "event.json");

  beforeAll(async () => {
    base = await checkout.create();
    writeFileSync(eventFile, JSON.stringify({ pull_request: { number: 7 } }));
  }, 60_000);
  afterAll(() => rmSync(checkout.root, { recursive: true, force: true }));
  beforeEach(async () => {
    forge = await new FakeForge().start();
    return () => forge.stop();
  });

  /** Runs a step by the shell, with the variables that the forge and the YAML give it. */
  function runStep(kind: "github" | "gitlab", name: string, more: NodeJS.ProcessEnv = {}): Promise<ProcessResult> {
    const { PATH, HOME, XDG_CACHE_HOME } = process.env;
    const given = kind === "github" ? forge.gitHub(eventFile) : forge.gitLab();
    const change = { BASE: base, CI_MERGE_REQUEST_DIFF_BASE_SHA: base };
    const access = { PULUMI_BACKEND_URL: "s3://state", AWS_REGION: "", AWS_ROLE_ARN: "", MONITORING_SSH_KEY: "" };
    const env = { PATH, HOME, ...(XDG_CACHE_HOME ? { XDG_CACHE_HOME } : {}), STACK: "prod", ...change, ...access };
    return attempt("bash", ["-ec", stepCommand(kind, name)], {
      cwd: checkout.root,
      env: { ...env, ...given, ...more },
    });
  }

  describe.each(["github", "gitlab"] as const)("on %s", (kind) => {
    it("drift is an issue, which is closed when all is well", async () => {
      checkout.hasDrifted({ ...clean, drifted: [row({})] });
      const opened = await runStep(kind, "drift");
      expect(opened.code, opened.stderr).toBe(1);
      expect(opened.stdout).toContain("An issue was opened: https://forge.example/issues/100");
      const [issue] = forge.issues;
      expect(issue).toMatchObject({ title: "prod has drifted", label: "drift", open: true });
      expect(issue?.body).toContain("| server-84 | container loki | was changed | memory limit: declared 512 MiB");
      expect(issue?.body).toContain(kind === "github" ? "example/monitoring/actions/runs/42" : "gitlab.example/job/42");

      checkout.hasDrifted(clean);
      expect((await runStep(kind, "drift")).code).toBe(0);
      expect(issue?.open).toBe(false);
    }, 120_000);

    it("a change gets one comment: what the engine would do, and what of the generated files is different", async () => {
      // Somebody else wrote the mark.
      forge.comments.push({ id: 900, body: "<!-- monitoring preview: prod --> mine", byBot: false });
      await checkout.git("checkout", "--quiet", "stacks/prod.ts");
      checkout.edit("stacks/prod.ts", "port: 9093 }", "port: 9999 }");
      const { code, stderr } = await runStep(kind, "preview");
      expect(code, stderr).toBe(0);
      expect(forge.comments).toHaveLength(2);
      const [, comment] = forge.comments;
      expect(comment?.body).toContain("~ docker:index:Container server-84-loki update");
      expect(comment?.body).toMatch(/Generated files: \d+ changed/);
      expect(comment?.body).toMatch(/^\+.*10\.0\.0\.84:9999/m);
      expect(comment?.body).toMatch(/^-.*10\.0\.0\.84:9093/m);
      expect(await checkout.git("worktree", "list")).not.toContain("base-code");

      if (kind === "gitlab") return;
      checkout.writeEngine('echo "Policies:"; echo "    [mandatory] image-pinned"; exit 255');
      const refused = await runStep(kind, "preview");
      expect(refused.code).toBe(1);
      expect(forge.comments).toHaveLength(2);
      expect(comment?.body).toContain("it cannot be deployed");
      expect(comment?.body).toContain("image-pinned");
      expect(forge.comments[0]?.body).toContain("mine");
      checkout.writeEngine('echo "  ~ docker:index:Container server-84-loki update"');
    }, 120_000);
  });

  it("main is deployed under the house rules, after a look at what is there", async () => {
    const { code, stdout, stderr } = await runStep("github", "deploy");
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("server-84-loki update");
    const call = checkout.engineCalls().at(-1);
    expect(call).toContain(
      `up --stack prod --yes --skip-preview --continue-on-error --policy-pack ${checkout.root}/policy --refresh`,
    );
    // What the forge has no value for is not there at all.
    expect(call).toMatch(/\| s3:\/\/state \| unset$/);
    expect(forge.calls).toEqual([]);
  }, 60_000);

  it("what cannot be looked at opens and closes nothing", async () => {
    checkout.hasDrifted("error: the state cannot be read");
    const { code, stderr } = await runStep("github", "drift");
    expect(code).toBe(2);
    expect(stderr).toContain("error: ");
    expect(forge.calls).toEqual([]);
  }, 60_000);

  it("a token without rights is said, and not shown", async () => {
    checkout.hasDrifted({ ...clean, drifted: [row({})] });
    const { code, stderr } = await runStep("github", "drift", { GITHUB_TOKEN: "another-token" });
    expect(code).toBe(2);
    expect(stderr).toContain("GitHub answers 401 to GET /repos/example/monitoring/issues");
    expect(stderr).not.toContain("another-token");
  }, 60_000);

  it("a state that is nowhere is no deployment", async () => {
    const before = checkout.engineCalls().length;
    const { code, stderr } = await runStep("github", "deploy", { PULUMI_BACKEND_URL: "" });
    expect(code).toBe(2);
    expect(stderr).toContain("PULUMI_BACKEND_URL is not set");
    expect(checkout.engineCalls()).toHaveLength(before);
  }, 60_000);
});
