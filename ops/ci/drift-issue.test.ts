import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DriftReport, DriftRow } from "../drift/row";
import { writeDriftIssue } from "./drift-issue";
import { FakeForge } from "./fake-forge";
import { type Forge, forgeOf } from "./forge";
import { cut, fenced } from "./markdown";
import { writePreviewComment } from "./preview-comment";

const row = (resource: string, change: Partial<DriftRow> = {}): DriftRow => ({
  server: "server-84",
  resource,
  type: "container",
  what: "was changed",
  differences: [],
  repaired: true,
  ...change,
});
const clean: DriftReport = { stack: "prod", drifted: [], undeployed: [], unreachable: [] };
const away = { ...clean, unreachable: [{ server: "server-82", why: "It does not answer." }] };

describe.each(["gitHub", "gitLab"] as const)("the issue about drift on %s", (kind) => {
  let fake: FakeForge;
  let forge: Forge;

  beforeEach(async () => {
    fake = await new FakeForge().start();
    forge = forgeOf(fake[kind]());
  });
  afterEach(() => fake.stop());

  it("is opened once, brought up to date, and closed with a word why", async () => {
    expect(await writeDriftIssue(forge, { ...clean, drifted: [row("loki")] }, "https://x.example/run")).toMatchObject({
      did: "opened",
    });
    const undeployed = [row("grafana", { repaired: false })];
    expect(await writeDriftIssue(forge, { ...clean, undeployed }, undefined)).toEqual({ did: "updated", id: 100 });
    const [issue] = fake.issues;
    expect(fake.issues).toHaveLength(1);
    expect(issue?.body).toContain("container grafana | was changed |  | no, by hand |");
    expect(issue?.body).not.toContain("loki");
    expect(issue?.open).toBe(true);
    expect(await writeDriftIssue(forge, clean, undefined)).toEqual({ did: "closed", id: 100 });
    expect(issue?.open).toBe(false);
    expect(issue?.comments).toEqual(["Nothing of the stack `prod` has drifted any more."]);
    expect(await writeDriftIssue(forge, clean, undefined)).toEqual({ did: "none" });
  });

  it("stays open while a server is away, and is not opened for that alone", async () => {
    expect(await writeDriftIssue(forge, away, undefined)).toEqual({ did: "none" });
    await writeDriftIssue(forge, { ...away, drifted: [row("loki")] }, undefined);
    expect(fake.issues[0]?.body).toContain("| server-82 | It does not answer. |");
    expect(await writeDriftIssue(forge, away, undefined)).toEqual({ did: "kept", id: 100 });
    expect(fake.issues[0]?.open).toBe(true);
  });

  it("is one a stack, found among hundreds", async () => {
    await writeDriftIssue(forge, { ...clean, drifted: [row("loki")] }, undefined);
    for (let count = 0; count < 250; count++) {
      const other = { body: "another", open: true, label: "drift", title: "another", comments: [] };
      fake.issues.unshift({ ...other, id: 1000 + count });
    }
    expect(await writeDriftIssue(forge, clean, undefined)).toEqual({ did: "closed", id: 100 });
    const other = { ...clean, stack: "local", drifted: [row("loki")] };
    expect(await writeDriftIssue(forge, other, undefined)).toMatchObject({ did: "opened" });
  });

  it("shows what was found as it is: no markup, nobody mentioned, no more than fits", async () => {
    const evil = { setting: "label", declared: "a", found: "x | @everyone <b>[y](z)`\nline" };
    const drifted = [row("loki", { differences: [evil] })];
    await writeDriftIssue(forge, { ...clean, drifted }, undefined);
    expect(fake.issues[0]?.body).not.toMatch(/@everyone|<b>|\]\(z\)/);
    expect(fake.issues[0]?.body).toContain("x &#124; &#64;everyone");
    const many = Array.from({ length: 20_000 }, (_, index) => row(`c${index}`));
    await writeDriftIssue(forge, { ...clean, drifted: many }, undefined);
    const length = fake.issues[0]?.body.length ?? 0;
    expect(length).toBeLessThanOrEqual(forge.longestBody);
    expect(length).toBeGreaterThan(forge.longestBody / 2);
    expect(fake.issues[0]?.body).toContain("more lines");
  });

  it("comment is cut where it does not fit", async () => {
    const files = `diff --git a b\n${"+x\n".repeat(500_000)}`;
    let written = "";
    const listening: Forge = {
      ...forge,
      findComment: async () => undefined,
      addComment: async (body) => {
        written = body;
      },
    };
    await writePreviewComment(listening, { stack: "prod", plan: "p", possible: true, files }, undefined);
    expect(written.length).toBeLessThanOrEqual(forge.longestBody);
    expect(written).toContain("Generated files: 1 changed");
    expect(written).toMatch(/more lines; .*\n```\n\n<\/details>$/);
  });
});

it("outside of a pipeline there is nothing to write to, and it says so", () => {
  expect(() => forgeOf({})).toThrow("neither a workflow");
  expect(() => forgeOf({ GITHUB_ACTIONS: "true" })).toThrow("GITHUB_TOKEN is not set");
  expect(() => forgeOf({ GITLAB_CI: "true" })).toThrow("MONITORING_CI_TOKEN is not set");
});

it("a block is longer fenced than what stands in it", () => {
  expect(fenced("a\n````\nb\n", "diff")).toBe("`````diff\na\n````\nb\n`````");
  expect(cut("short", 100)).toBe("short");
});
