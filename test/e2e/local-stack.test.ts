import { existsSync, readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordingRulesFor } from "../../alerts/recording/recording-file";
import { ruleContext, rulesFor } from "../../alerts/rule-files";
import { credentialUsers } from "../../components/credentials/credentials";
import { ProjectCopy } from "../../lab/project-copy";
import { LocalStack } from "../../ops/local-stack";
import { attempt, must } from "../../ops/process";
import { projectRoot } from "../../ops/project";
import { readTargets } from "../../ops/targets";
import { loadInventory } from "../../stacks";
import { imageReference } from "../../stacks/images";
import type { Inventory } from "../../stacks/inventory";
import { targetsOf } from "../../stacks/targets";
import { ask, get, until } from "./asking";
import { documented, documentedLines } from "./documented-lines";
import { describeBackup } from "./local-stack-backup";

/** The whole way, for real: containers on this machine's engine, real metrics, real logs; each step after the one before. */
const stack = new LocalStack("test");
const start = (...args: string[]) =>
  attempt(process.execPath, ["ops/run.mjs", "start", "--stack", "test", ...args], { cwd: projectRoot });
/** `up` of the program with some edits, as somebody might make them: file, old text, new text. */
const deployEdited = async (...edits: [file: string, from: string, to: string][]): Promise<string> => {
  const copy = new ProjectCopy("test");
  try {
    for (const edit of edits) copy.edit(...edit);
    return await stack.pulumi(["up", "--stack", "test", "--yes", "--skip-preview"], { cwd: copy.root });
  } finally {
    copy.remove();
  }
};
const ours = ["--filter", "label=monitoring.stack=test"];

describe("the stack test, which is local beside itself", () => {
  let inventory: Inventory;
  let urls: Record<string, string>;
  let prometheus: { url: string; user: string; password: string };

  beforeAll(async () => {
    inventory = await loadInventory("test");
    // What an earlier, interrupted run of these tests may have left.
    const { code, stderr } = await start("--stop");
    expect(code, stderr).toBe(0);
  });

  afterAll(async () => {
    await start("--stop");
  });

  it("comes up with `npm start`, which ends with what runs where", async () => {
    const { code, stdout, stderr } = await start();
    expect(code, stdout + stderr).toBe(0);
    for (const { job } of targetsOf(inventory)) {
      expect(stdout).toMatch(new RegExp(`^${job} +server-local +http://127\\.0\\.0\\.1:\\d+ +up`, "m"));
    }
    expect(stdout).toContain("stack output passwords --show-secrets --stack test");
    const outputs = await stack.outputs();
    urls = outputs.urls;
    prometheus = {
      url: urls.prometheus ?? "",
      user: credentialUsers.prometheus,
      password: outputs.passwords.prometheus ?? "",
    };
    for (const password of Object.values(outputs.passwords)) expect(stdout + stderr).not.toContain(password);
  });

  it("has every target of the inventory up, with the labels of the contract", async () => {
    const targets = await readTargets(prometheus);
    const wanted = targetsOf(inventory).map(({ job, server }) => `${job} ${server.name} up`);
    expect(targets.map(({ job, server, health }) => `${job} ${server} ${health}`).sort()).toEqual(wanted.sort());

    const { data } = await get(`${prometheus.url}/api/v1/query?query=up`, prometheus);
    for (const { metric } of data.result) {
      expect(metric).toMatchObject({ server: "server-local", instance: "server-local", environment: "local" });
    }
  });

  it("measures the real machine and the real containers", async () => {
    const query = async (expression: string) =>
      (await get(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`, prometheus)).data.result;
    const [memory] = await query("node_memory_MemTotal_bytes");
    expect(Number(memory.value[1]) / os.totalmem()).toBeCloseTo(1, 2);
    const containers = await query('container_last_seen{name=~"test-.+"}');
    const names = containers.map(({ metric }: { metric: { name: string } }) => metric.name);
    expect(names).toEqual(expect.arrayContaining(["test-prometheus", "test-loki", "test-grafana", "test-promtail"]));
  });

  it("asks for its passwords, and listens on the server's own address only", async () => {
    for (const service of ["prometheus", "alertmanager"]) {
      expect((await fetch(`${urls[service]}/-/healthy`)).status, service).toBe(401);
    }
    expect((await fetch(`${urls.grafana}/api/datasources`)).status).toBe(401);
    const ports = await must("docker", ["ps", ...ours, "--format", "{{.Ports}}"]);
    expect(ports).not.toContain("0.0.0.0");
    expect(ports).not.toContain("[::]");
  });

  it("finds a line of any container in Loki, with its server, container, image and stream", async () => {
    const image = imageReference("prometheus");
    const line = `written-${Date.now()}`;
    const script = `echo ${line}-out; echo ${line}-err >&2; sleep 60`;
    const label = `monitoring.image=${image}`;
    const args = ["--detach", "--rm", "--name", "test-writer", "--label", label, "--entrypoint", "/bin/sh"];
    await must("docker", ["run", ...args, image, "-c", script]);
    try {
      const query = encodeURIComponent(`{container="test-writer"} |= "${line}"`);
      const streams = await until("both lines are in Loki", 60, async () => {
        const { data } = await get(`${urls.loki}/loki/api/v1/query_range?query=${query}&since=5m`);
        return data.result.length === 2 ? data.result : undefined;
      });
      for (const { stream } of streams) {
        expect(stream).toMatchObject({ server: "server-local", container: "test-writer", image, environment: "local" });
      }
      expect(streams.map(({ stream }: { stream: { stream: string } }) => stream.stream).sort()).toEqual([
        "stderr",
        "stdout",
      ]);
    } finally {
      await attempt("docker", ["rm", "--force", "test-writer"]);
    }
  });

  it("answers through Grafana's datasources", async () => {
    const { grafana: password = "" } = (await stack.outputs()).passwords;
    const admin = { user: credentialUsers.grafana, password };
    const known = await get(`${urls.grafana}/api/datasources`, admin);
    expect(known.map(({ uid }: { uid: string }) => uid).sort()).toEqual(["alertmanager", "loki", "prometheus"]);
    const { data } = await get(`${urls.grafana}/api/datasources/proxy/uid/prometheus/api/v1/query?query=up`, admin);
    expect(data.result.length).toBeGreaterThan(0);
  });

  it("evaluates every rule, finds nothing wrong but what is, and sends the heartbeat", async () => {
    const rules = await until("every rule was evaluated", 60, async () => {
      const { data } = await get(`${prometheus.url}/api/v1/rules?type=alert`, prometheus);
      const all = data.groups.flatMap((group: { rules: object[] }) => group.rules);
      return all.some(({ health }: { health: string }) => health === "unknown") ? undefined : all;
    });
    expect(rules.filter(({ health }: { health: string }) => health !== "ok")).toEqual([]);
    const { data } = await get(`${prometheus.url}/api/v1/rules?type=record`, prometheus);
    const recorded: { name: string; health: string }[] = data.groups.flatMap(
      (group: { rules: object[] }) => group.rules,
    );
    expect(recorded.map(({ name }) => name).sort()).toEqual(
      recordingRulesFor(ruleContext(inventory))
        .map(({ record }) => record)
        .sort(),
    );
    expect(recorded.filter(({ health }) => health === "err")).toEqual([]);
    expect(rules.map(({ name }: { name: string }) => name).sort()).toEqual(
      rulesFor(ruleContext(inventory))
        .map(({ name }) => name)
        .sort(),
    );
    const urgent = rules.filter(
      (rule: { labels: { severity: string }; state: string }) =>
        ["critical", "emergency"].includes(rule.labels.severity) && rule.state === "firing",
    );
    expect(urgent).toEqual([]);
    const [heartbeat] = rules.find(({ name }: { name: string }) => name === "Watchdog").alerts;
    expect(heartbeat.annotations.summary).toContain("Heartbeat of server-local");
    expect(heartbeat.labels).toMatchObject({ server: "server-local", instance: "server-local", severity: "info" });
  });

  it("fires a test alert and lets it resolve, by a command, as often as one likes", async () => {
    const testAlert = (...args: string[]) =>
      attempt(process.execPath, ["ops/run.mjs", "test-alert", "--stack", "test", "--hold", "2", ...args], {
        cwd: projectRoot,
      });
    for (const severity of ["emergency", "critical"]) {
      const { code, stdout, stderr } = await testAlert("--severity", severity);
      expect(code, stdout + stderr).toBe(0);
      expect(stdout).toContain("TestAlert fired and resolved. The stack test has no channel");
    }
    const wrong = await testAlert("--server", "server-99");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('there is no server "server-99" in stacks/test.ts (there are: server-local)');
  });

  it("is found well by `npm run verify`, which names a container that stopped", async () => {
    const verify = async () => {
      const { code, stdout, stderr } = await attempt(process.execPath, [
        "ops/run.mjs",
        "verify",
        "--stack",
        "test",
        "--json",
      ]);
      const findings: { server: string; what: string; state: string; says: string }[] = JSON.parse(stdout || "[]");
      expect(findings.length, stderr).toBeGreaterThan(10);
      return { code, findings };
    };
    const well = await verify();
    // How full its disk is, is this machine's own affair.
    expect(well.findings.filter(({ what, state }) => state !== "good" && what !== "disk")).toEqual([]);
    for (const { what } of well.findings) expect(documentedLines(), what).toContain(documented(what));
    await must("docker", ["stop", "test-promtail"]);
    try {
      const { code, findings } = await verify();
      expect(code).toBe(1);
      const [containers] = findings.filter(({ what }) => what === "containers");
      expect(containers?.state).toBe("wrong");
      expect(containers?.says).toMatch(
        /^test-promtail is stopped \(exit code \d+\): docker logs test-promtail, docker start test-promtail$/,
      );
    } finally {
      await must("docker", ["start", "test-promtail"]);
    }
  });

  it("has nothing left to do: neither a second `up` nor a look at what is there finds a difference", async () => {
    expect(await stack.pulumi(["up", "--stack", "test", "--yes", "--skip-preview"])).not.toMatch(
      /[1-9]\d* (created|updated|replaced|deleted)/,
    );
    await stack.pulumi(["preview", "--stack", "test", "--refresh", "--expect-no-changes"]);
  });

  it("tells by `npm run drift` what was changed by hand, in words, and puts it right", async () => {
    const drift = () => attempt(process.execPath, ["ops/run.mjs", "drift", "--stack", "test", "--json"]);
    const before = await drift();
    expect(before.code, before.stdout + before.stderr).toBe(0);

    const [server] = inventory.servers;
    const file = path.join(server?.directory ?? "", "prometheus", "prometheus.yml");
    await must("sh", ["-c", `echo '# by hand' >> ${file}`]);
    await must("docker", ["update", "--memory", "64m", "--memory-swap", "64m", "test-cadvisor"]);
    const { grafana: password = "" } = (await stack.outputs()).passwords;
    const admin = { user: credentialUsers.grafana, password };
    const { dashboard } = await get(`${urls.grafana}/api/dashboards/uid/dba-dashboard`, admin);
    const edited = { dashboard: { ...dashboard, title: "By hand" }, folderUid: "monitoring", overwrite: true };
    await ask("POST", `${urls.grafana}/api/dashboards/db`, admin, edited);
    await ask("DELETE", `${urls.grafana}/api/dashboards/uid/mlops-dashboard`, admin);
    const loki = await get(`${urls.grafana}/api/datasources/uid/loki`, admin);
    await ask("PUT", `${urls.grafana}/api/datasources/uid/loki`, admin, { ...loki, url: "http://by-hand:3100" });

    const { code, stdout, stderr } = await drift();
    expect(code, stdout + stderr).toBe(1);
    const { drifted }: { drifted: { resource: string; what: string; differences: object[] }[] } = JSON.parse(stdout);
    const rows = drifted.map(({ resource, what, differences }) => `${resource} ${what} ${JSON.stringify(differences)}`);
    console.log(rows.join("\n"));
    for (const expected of [/prometheus\.yml/, /cadvisor.*memory/i, /By hand/, /MLOps.*is gone/, /by-hand:3100/]) {
      expect(rows.filter((row) => expected.test(row))).not.toEqual([]);
    }
    expect(drifted).toHaveLength(5);

    await stack.deploy({});
    const after = await drift();
    expect(after.code, after.stdout + after.stderr).toBe(0);
    expect((await get(`${urls.grafana}/api/dashboards/uid/dba-dashboard`, admin)).dashboard.title).toBe("DBA");
  });

  it("keeps the old configuration in force when the checker refuses the new one", async () => {
    const startedBefore = await startTime("test-prometheus");
    await expect(
      deployEdited([
        "components/prometheus/configuration.ts",
        'scrape_interval: "15s"',
        'scrape_interval: "15 parsecs"',
      ]),
    ).rejects.toThrow(/server-local .*prometheus: promtool refuses the new configuration; the old one stays/);
    const { data } = await get(`${prometheus.url}/api/v1/status/config`, prometheus);
    expect(data.yaml).toContain("scrape_interval: 15s");
    expect(await startTime("test-prometheus")).toBe(startedBefore);
    await stack.pulumi(["preview", "--stack", "test", "--refresh", "--expect-no-changes"]);
  });

  it("takes a changed configuration over without a restart", async () => {
    const startedBefore = await startTime("test-prometheus");
    await deployEdited(["components/prometheus/configuration.ts", 'scrape_interval: "15s"', 'scrape_interval: "16s"']);
    const { data } = await get(`${prometheus.url}/api/v1/status/config`, prometheus);
    expect(data.yaml).toContain("scrape_interval: 16s");
    expect(await startTime("test-prometheus")).toBe(startedBefore);
  });

  it("puts the old files back when the service does not take the new ones over", async () => {
    const refused = deployEdited(
      ["components/prometheus/configuration.ts", 'scrape_interval: "15s"', 'scrape_interval: "17s"'],
      ["components/config-directory/reload.ts", 'path: "/-/reload"', 'path: "/-/no-such-path"'],
    );
    await expect(refused).rejects.toThrow(/prometheus does not take the new configuration: 404/);
    const [server] = inventory.servers;
    const file = readFileSync(path.join(server?.directory ?? "", "prometheus", "prometheus.yml"), "utf8");
    expect(file).toContain("scrape_interval: 16s");
    await stack.deploy({});
  });

  it("puts the old configuration back when the service does not live with the new one", async () => {
    await expect(
      deployEdited(["components/loki/configuration.ts", "path_prefix: dataPath", 'path_prefix: "/nowhere"']),
    ).rejects.toThrow(/test-loki does not become healthy/);
    await until("Loki is ready again", 60, async () =>
      (await fetch(`${urls.loki}/ready`)).status === 200 ? true : undefined,
    );
    await stack.deploy({});
  });

  it("ends well when it was killed in the middle and is run again", async () => {
    const stopped = await start("--stop");
    expect(stopped.code, stopped.stderr).toBe(0);
    const killed = start();
    const engine = await until("containers are being made", 60, async () => {
      const made = await must("docker", ["ps", "--all", "--quiet", ...ours]);
      return made ? await engineOf("test") : undefined;
    });
    process.kill(engine, "SIGKILL");
    expect((await killed).code).not.toBe(0);
    const again = await start();
    expect(again.code, again.stdout + again.stderr).toBe(0);
    await stack.pulumi(["preview", "--stack", "test", "--refresh", "--expect-no-changes"]);
  });

  it("goes without a trace", async () => {
    const { code, stderr } = await start("--stop");
    expect(code, stderr).toBe(0);
    expect(await must("docker", ["ps", "--all", "--quiet", ...ours])).toBe("");
    expect(await must("docker", ["volume", "ls", "--quiet", ...ours])).toBe("");
    expect(await must("docker", ["network", "ls", "--quiet", ...ours])).toBe("");
    const [server] = inventory.servers;
    expect(existsSync(server?.directory ?? "")).toBe(false);
    expect(readdirSync(path.dirname(server?.directory ?? "")).filter((name) => name.startsWith("test-"))).toEqual([]);
  });
});

describeBackup();

/** Process id of the engine that is deploying a stack. */
async function engineOf(name: string): Promise<number | undefined> {
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (words[0]?.endsWith("/pulumi") && words.includes("up") && words.includes(name)) return Number(pid);
    } catch {
      // A process that has ended meanwhile.
    }
  }
  return undefined;
}

async function startTime(container: string): Promise<string> {
  return must("docker", ["container", "inspect", "--format", "{{.State.StartedAt}}", container]);
}
