import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { attempt } from "../../ops/process";
import { toolPath } from "../../ops/toolchain/tools";
import { ruleContext } from "../rule-files";
import { rules } from "../rules";
import { trialContext, trialFleet } from "../trial-fleet";
import { recordingRules } from ".";
import { realFilesystems } from "./filesystems";
import { recordingFiles } from "./recording-file";
import type { RecordingRule } from "./recording-rule";
import { recordingTestFile } from "./recording-tests";

const folder = mkdtempSync(path.join(os.tmpdir(), "recording-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Tries the cases of a rule over that rule (or a changed one), beside the others of its pace, with the real promtool. */
async function complaints(rule: RecordingRule, changed = rule): Promise<string> {
  const beside = recordingRules.filter(({ pace }) => pace === rule.pace);
  const tried = beside.map((one) => (one === rule ? changed : one));
  writeFileSync(
    path.join(folder, "rules.yml"),
    recordingFiles(trialContext(), tried)["rules/recording.yml"]?.content ?? "",
  );
  writeFileSync(path.join(folder, "rules.test.yml"), stringify(recordingTestFile(rule, "rules.yml")));
  const { code, stdout, stderr } = await attempt(toolPath("promtool"), ["test", "rules", "rules.test.yml"], {
    cwd: folder,
  });
  return code === 0 ? "" : stdout + stderr;
}

describe("every recording rule, under promtool, finds what it should", () => {
  it.each(recordingRules.map((rule) => [rule.record, rule] as const))("%s", async (_, rule) => {
    expect(await complaints(rule)).toBe("");
  });

  it.each(recordingRules.map((rule) => [rule.record, rule] as const))("%s: or the test fails", async (_, rule) => {
    expect(await complaints(rule, { ...rule, expr: "vector(1)" })).not.toBe("");
  });
});

describe("recording rules", () => {
  it("are named level:metric:operations, each once", () => {
    const names = recordingRules.map(({ record }) => record);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^server(_[a-z]+)*:[a-zA-Z_]+:[a-z_]+(\d+[mhd])?$/);
  });

  it("are in groups by their pace, at the first Prometheus only", () => {
    const content = recordingFiles(trialContext())["rules/recording.yml"]?.content ?? "";
    const { groups } = parse(content) as { groups: { interval: string; rules: { record: string }[] }[] };
    expect(groups.map(({ interval }) => interval)).toEqual(["15s", "5m"]);
    const written = groups.flatMap((group) => group.rules.map(({ record }) => record));
    expect(written.sort()).toEqual(recordingRules.map(({ record }) => record).sort());
    expect(recordingFiles(ruleContext(trialFleet, true))).toEqual({});
  });

  it("are left out where nothing of theirs is scraped", () => {
    const { targets, ...rest } = trialContext();
    const content = recordingFiles({ ...rest, targets: targets.filter(({ job }) => job !== "cadvisor") });
    expect(content["rules/recording.yml"]?.content).not.toContain("container_");
  });

  it("take the same filesystems for real as the alert rules do", () => {
    const disk = rules.find(({ name }) => name === "HighDiskUsage");
    expect(typeof disk?.expr === "object" && disk.expr.value).toContain(`{${realFilesystems}}`);
  });
});
