import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialUsers } from "../../components/credentials/credentials";
import type { Manifest } from "../../ops/backup/manifest";
import { LocalStack, type StackOutputs } from "../../ops/local-stack";
import { attempt, must } from "../../ops/process";
import { projectRoot } from "../../ops/project";
import { imageReference } from "../../stacks/images";
import { ask, get, until } from "./asking";
import { CommitBefore } from "./commit-before";

const stack = new LocalStack("test");
const command = (name: string, ...args: string[]) =>
  attempt(process.execPath, ["ops/run.mjs", name, "--stack", "test", ...args], { cwd: projectRoot });
const services = ["prometheus", "alertmanager", "loki", "grafana"] as const;
const line = `saved-${Date.now()}`;

/**
 * Upgraded from the commit before, saved, destroyed with all volumes and the state, and restored, for real; each step after
 * the one before. Part of local-stack.test.ts: nobody else may have the stack `test` meanwhile.
 */
export function describeBackup(): void {
  describe("what a stack has stored", backupTests);
}

function backupTests(): void {
  let before: CommitBefore | undefined;
  const out = mkdtempSync(path.join(os.tmpdir(), "backups-"));
  let outputs: StackOutputs;
  let folder: string;
  /** Raw samples up to a time before the backup, as Prometheus had them. */
  let samples: unknown;
  let sampledAt: number;
  let silence: string;

  const login = (service: "prometheus" | "alertmanager" | "grafana") => ({
    user: credentialUsers[service],
    password: outputs.passwords[service] ?? "",
  });
  const url = (service: string) => outputs.urls[service] ?? "";
  const readSamples = async () => {
    const query = encodeURIComponent('{__name__=~"up|node_memory_MemTotal_bytes|prometheus_build_info"}[10m]');
    const { data } = await get(
      `${url("prometheus")}/api/v1/query?query=${query}&time=${sampledAt}`,
      login("prometheus"),
    );
    return data.result;
  };
  const linesFound = async () => {
    const query = encodeURIComponent(`{container="test-saved"} |= "${line}"`);
    const { data } = await get(`${url("loki")}/loki/api/v1/query_range?query=${query}&since=1h`);
    return data.result.flatMap(({ values }: { values: string[][] }) => values.map(([, text]) => text));
  };
  const backups = () => readdirSync(out).sort();

  beforeAll(async () => {
    expect((await command("start", "--stop")).code).toBe(0);
    before = await CommitBefore.of("test");
    if (before) await stack.pulumi(["up", "--stack", "test", "--yes", "--skip-preview"], { cwd: before.root });
    else await stack.deploy({});
    outputs = await stack.outputs();
    const image = imageReference("prometheus");
    const args = ["--detach", "--rm", "--name", "test-saved", "--label", `monitoring.image=${image}`];
    await must("docker", ["run", ...args, "--entrypoint", "/bin/sh", image, "-c", `echo ${line}; sleep 120`]);
    await writeByHand();
    await until("the line is in Loki", 90, async () => ((await linesFound()).length === 1 ? true : undefined));
    // Gone by the time of the restore, so that Promtail cannot send its line a second time.
    await must("docker", ["rm", "--force", "test-saved"]);
  });

  afterAll(async () => {
    before?.remove();
    await attempt("docker", ["rm", "--force", "test-saved"]);
    await command("start", "--stop");
    rmSync(out, { recursive: true, force: true });
  });

  it("is kept over an upgrade from the commit before", async (context) => {
    if (!before) return context.skip("there is no commit before");
    await collectSamples();
    const { code, stdout, stderr } = await command("start");
    expect(code, stdout + stderr).toBe(0);
    expect(await stack.outputs()).toEqual(outputs);
    await expectAllThere();
  });

  it("is saved without the services that cannot be, and it says which", async () => {
    await must("docker", ["stop", "test-alertmanager", "test-prometheus"]);
    const { code, stdout, stderr } = await command("backup", "--out", out);
    expect(code, stdout + stderr).toBe(1);
    expect(stdout).toMatch(/NOT SAVED:\n {2}- prometheus: test-prometheus does not run, and makes no snapshot/);
    const [name = ""] = backups();
    const { parts, missing } = manifestOf(path.join(out, name));
    expect(parts.map((part) => part.name)).toEqual(["alertmanager", "loki", "grafana"]);
    expect(missing.map((part) => part.name)).toEqual(["prometheus"]);
    // What did not run is left so.
    expect(await running()).toEqual(["loki", "grafana"]);
    await must("docker", ["start", "test-alertmanager", "test-prometheus"]);
    rmSync(path.join(out, name), { recursive: true });
  });

  it("is saved whole, for the user alone, and nothing is left on the servers", async () => {
    await collectSamples();
    const { code, stdout, stderr } = await command("backup", "--out", out);
    console.log(stdout);
    expect(code, stdout + stderr).toBe(0);
    expect(backups()).toHaveLength(1);
    folder = path.join(out, backups()[0] ?? "");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names = ["manifest.json", "rendered.tar.gz", "state.tar.gz", ...services.map((name) => `${name}.tar.gz`)];
    expect(readdirSync(folder).sort()).toEqual(names.sort());
    for (const name of names) expect(statSync(path.join(folder, name)).mode & 0o777, name).toBe(0o600);
    const { parts, stack: saved, commit } = manifestOf(folder);
    expect(saved).toBe("test");
    expect(commit).toMatch(/^[0-9a-f]{40}\+?$/);
    expect(parts.find(({ name }) => name === "grafana")?.findings).toMatchObject([{ count: 5 }, { count: 2 }]);
    for (const { name, findings, secondsAway } of parts) {
      expect(findings[0]?.count, name).toBeGreaterThan(0);
      expect(secondsAway > 0, name).toBe(name !== "prometheus");
    }
    const state = await must("tar", ["-xOzf", path.join(folder, "state.tar.gz"), "stack.json"]);
    for (const password of Object.values(outputs.passwords)) expect(state + stdout).not.toContain(password);
    expect(await must("tar", ["-tzf", path.join(folder, "rendered.tar.gz")])).toContain("prometheus/prometheus.yml");
    for (const service of services) expect(await volumeOf(service), service).not.toMatch(/\.backup-\d|snapshots\/\w/);
  });

  it("is in services that run, also when a backup is interrupted, and when it is killed", async () => {
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const args = ["--import=tsx", "ops/backup.ts", "--stack", "test", "--out", out];
      const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("close", resolve));
      await stopped("test-loki");
      child.kill(signal);
      await ended;
      expect(child.exitCode, signal).not.toBe(0);
      await until("everything runs again", 30, async () => ((await running()).length === 4 ? true : undefined));
      // What is killed by force can clean up nothing; the next backup does.
      const isLeft = signal === "SIGKILL";
      expect(backups().filter((name) => name.endsWith(".part")).length, signal).toBe(isLeft ? 1 : 0);
      expect(/\.backup-\d/.test(await volumeOf("loki")), signal).toBe(isLeft);
    }
  });

  it("stays as it is when a backup is not as it was written, or another stack's", async () => {
    const before = await startTimes();
    const damaged = async (damage: (copy: string) => void): Promise<string> => {
      const copy = path.join(out, "damaged");
      cpSync(folder, copy, { recursive: true });
      damage(copy);
      const { code, stderr } = await command("restore", "--yes", "--from", copy);
      rmSync(copy, { recursive: true });
      expect(code).toBe(1);
      return stderr;
    };
    const changed = (from: string, to: string) => (copy: string) => {
      const file = path.join(copy, "manifest.json");
      writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
    };
    expect(await damaged((copy) => truncateSync(path.join(copy, "loki.tar.gz"), 100))).toMatch(
      /is damaged, and nothing was changed: loki\.tar\.gz has 100 bytes instead of \d+/,
    );
    expect(await damaged(changed('"sha256": "', '"sha256": "0'))).toContain("is not as it was written");
    expect(await damaged(changed('"stack": "test"', '"stack": "prod"'))).toContain("is of the stack prod, not test");
    const unasked = await command("restore", "--from", folder);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain("Nobody can be asked whether it may be: say so by --yes");
    expect(await startTimes()).toEqual(before);
  });

  it("is restored onto nothing, and all of it is there again", async () => {
    expect((await command("start", "--stop")).code).toBe(0);
    await stack.pulumi(["stack", "rm", "test", "--yes", "--preserve-config"]);
    const settings = path.join(projectRoot, "Pulumi.test.yaml");
    const before = readFileSync(settings, "utf8");
    rmSync(settings);

    const { code, stdout, stderr } = await command("restore", "--yes", "--from", folder);
    expect(code, stdout + stderr).toBe(0);
    console.log(stdout.slice(stdout.indexOf("Compare with")));
    expect(readFileSync(settings, "utf8")).toBe(before);
    const now = await stack.outputs();
    expect(now).toEqual(outputs);

    await expectAllThere();
    // New ones come in beside the old ones.
    const up = await get(`${url("prometheus")}/api/v1/query?query=count(up==1)`, login("prometheus"));
    expect(up.data.result[0].value[1]).toBe("8");
    await stack.pulumi(["preview", "--stack", "test", "--refresh", "--expect-no-changes"]);
  });

  it("is restored in one service alone, over what it has become", async () => {
    await ask("DELETE", `${url("grafana")}/api/dashboards/uid/by-hand`, login("grafana"));
    const before = await startTimes();
    const { code, stdout, stderr } = await command("restore", "--yes", "--only", "grafana", "--from", folder);
    expect(code, stdout + stderr).toBe(0);
    const { dashboard } = await get(`${url("grafana")}/api/dashboards/uid/by-hand`, login("grafana"));
    expect(dashboard.title).toBe("Made by hand");
    expect((await startTimes()).slice(0, 3)).toEqual(before.slice(0, 3));
    await stack.pulumi(["preview", "--stack", "test", "--refresh", "--expect-no-changes"]);
  });

  /** Reads what Prometheus has by now. */
  async function collectSamples(): Promise<void> {
    samples = await until("every series was there for a while", 60, async () => {
      sampledAt = Math.floor(Date.now() / 1000) - 5;
      const found: { metric: { __name__: string }; values: unknown[] }[] = await readSamples();
      const names = new Set(found.map(({ metric }) => metric.__name__));
      return names.size === 3 && found.every(({ values }) => values.length > 1) ? found : undefined;
    });
  }

  /** Samples as they were, each log line once, the silence, the dashboard in its folder. */
  async function expectAllThere(): Promise<void> {
    expect(await readSamples()).toEqual(samples);
    expect(await linesFound()).toEqual([line]);
    const found = await get(`${url("alertmanager")}/api/v2/silence/${silence}`, login("alertmanager"));
    expect(found).toMatchObject({ status: { state: "active" }, comment: "by hand" });
    const { dashboard, meta } = await get(`${url("grafana")}/api/dashboards/uid/by-hand`, login("grafana"));
    expect(dashboard.title).toBe("Made by hand");
    expect(meta.folderUid).toBe("by-hand-folder");
  }

  /** What is in no repository. */
  async function writeByHand(): Promise<void> {
    const grafana = login("grafana");
    await ask("POST", `${url("grafana")}/api/folders`, grafana, { uid: "by-hand-folder", title: "By hand" });
    const dashboard = { uid: "by-hand", title: "Made by hand", panels: [], schemaVersion: 42 };
    await ask("POST", `${url("grafana")}/api/dashboards/db`, grafana, { dashboard, folderUid: "by-hand-folder" });
    const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 3_600_000).toISOString() };
    const matchers = [{ name: "alertname", value: "NoSuchAlert", isRegex: false, isEqual: true }];
    const body = { ...times, matchers, createdBy: "test", comment: "by hand" };
    await ask("POST", `${url("alertmanager")}/api/v2/silences`, login("alertmanager"), body);
    const [first] = await get(`${url("alertmanager")}/api/v2/silences`, login("alertmanager"));
    silence = first.id;
  }
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"));
}

/** Every path in a service's volume. */
async function volumeOf(service: string): Promise<string> {
  const format = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Destination}}{{end}}{{end}}';
  const where = (await must("docker", ["container", "inspect", "--format", format, `test-${service}`])).trim();
  return must("sh", ["-c", `docker cp test-${service}:${where}/. - | tar -t`]);
}

/** Those of the services that run. */
async function running(): Promise<string[]> {
  const names = (await must("docker", ["ps", "--filter", "name=^test-", "--format", "{{.Names}}"])).split("\n");
  return services.filter((service) => names.includes(`test-${service}`));
}

async function startTimes(): Promise<string[]> {
  const names = services.map((service) => `test-${service}`);
  const format = "{{.State.StartedAt}}";
  return (await must("docker", ["container", "inspect", "--format", format, ...names])).trim().split("\n");
}

/** Waits until a container is stopped; it may be so for a second only. */
async function stopped(container: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    const state = await must("docker", ["container", "inspect", "--format", "{{.State.Running}}", container]);
    if (state.trim() === "false") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${container} was not stopped`);
}
