import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Page } from "./documentation/page";
import { SshHosts } from "./documentation/ssh-hosts";
import { type Circumstance, WalkThrough } from "./documentation/walk-through";

const hosts = new SshHosts();
afterAll(() => hosts.close());

/** The inventories' servers as loopback addresses that show a host key, while it is asked for. */
const onLoopback: Circumstance = async (walk, run) => {
  const files = ["stacks/prod.ts", "stacks/office.ts"].filter((file) => existsSync(path.join(walk.root, file)));
  const before = files.map((file) => [file, walk.read(file)] as const);
  for (const [file, text] of before) walk.write(file, await moved(text));
  try {
    return await run();
  } finally {
    for (const [file, text] of before) walk.write(file, text);
  }
};

async function moved(text: string): Promise<string> {
  const server = /address: "[\d.]+\.(\d+)",(\s+)ssh: \{ user: "monitoring" \}/g;
  let changed = text;
  for (const [entry, last, between] of text.matchAll(server)) {
    const address = `127.0.1.${last}`;
    const port = await hosts.listen(address);
    changed = changed.replace(entry, `address: "${address}",${between}ssh: { user: "monitoring", port: ${port} }`);
  }
  return changed;
}

/** Each page as a person would follow it, in a copy of the project; then what it promises has to be there. */
describe("a person who follows", () => {
  let walk: WalkThrough;
  beforeEach(() => {
    walk = new WalkThrough({ "npm run host-keys": onLoopback });
  });
  afterEach(() => walk.remove());

  const rendered = (file: string) => readFileSync(path.join(walk.temporary, "rendered", file), "utf8");
  const follow = (page: string) => walk.follow(new Page(page));

  it("the README has a stack of their own", async () => {
    await follow("README.md");
    const { scrape_configs } = parse(rendered("office-1/prometheus/prometheus.yml"));
    const jobs: { job_name: string; static_configs: { targets: string[] }[] }[] = scrape_configs;
    const targets = jobs.flatMap(({ static_configs }) => static_configs.flatMap((one) => one.targets));
    expect(targets).toEqual(expect.arrayContaining(["192.168.1.11:9100", "192.168.1.12:9100", "192.168.1.12:3000"]));
    // In the order in which the servers answered.
    expect(walk.read("stacks/office.known_hosts").trim().split("\n").sort()).toEqual([
      expect.stringMatching(/^\[127\.0\.1\.11\]:\d+ ssh-ed25519 \S+$/),
      expect.stringMatching(/^\[127\.0\.1\.12\]:\d+ ssh-ed25519 \S+$/),
    ]);
    expect(walk.read("Pulumi.office.yaml")).toContain("encryptionsalt");
    // With the channels of its last step, which the page deploys and does not render.
    const { code, stderr } = await walk.shell("npm run -s render -- --stack office --out /tmp/rendered");
    expect(code, stderr).toBe(0);
    expect(rendered("office-1/alertmanager/alertmanager.yml")).toContain("to: you@example.org");
  }, 180_000);

  it("server.md has one more server, scraped and known", async () => {
    await follow("docs/walk-throughs/server.md");
    const { scrape_configs } = parse(rendered("server-84/prometheus/prometheus.yml"));
    const jobs: { job_name: string; static_configs: { targets: string[]; labels: object }[] }[] = scrape_configs;
    const of = (name: string) => jobs.find(({ job_name }) => job_name === name)?.static_configs.at(-1);
    for (const [job, port] of Object.entries({ "node-exporter": 9100, cadvisor: 8080, "security-metrics": 9101 })) {
      const { targets, labels } = jobs
        .flatMap(({ job_name, static_configs }) => (job_name === job ? static_configs : []))
        .find(({ targets: [target] }) => target?.startsWith("10.0.0.85:")) ?? { targets: [], labels: {} };
      expect(targets, job).toEqual([`10.0.0.85:${port}`]);
      expect(labels).toMatchObject({ server: "server-85", instance: "server-85", environment: "production" });
    }
    expect(of("promtail")?.targets).toEqual(["10.0.0.85:9080"]);
    expect(rendered("server-85/promtail/promtail.yml")).toContain("http://10.0.0.84:3100/");
    expect(rendered("server-84/prometheus/rules/containers.yml")).toContain("shop-web");
    expect(walk.read("stacks/prod.known_hosts")).toMatch(/^\[127\.0\.1\.85\]:\d+ ssh-ed25519 /m);
  }, 180_000);

  it("rule.md has a rule that fires in its own case, and a page of it", async () => {
    await follow("docs/walk-throughs/rule.md");
    expect(walk.read("docs/runbooks/ProcessesBlocked.md")).toContain("a network share that hangs");
    expect(rendered("server-84/prometheus/rules/system.yml")).toContain("node_procs_blocked");
    // A rule whose case does not make it fire fails the command of the page.
    const file = "alerts/rules/system.ts";
    walk.write(file, walk.read(file).replace('"node_procs_blocked", 11', '"node_procs_blocked", 10'));
    const [tried = ""] = walk.ran.map(({ command }) => command).filter((command) => command.includes("vitest"));
    const { code, stdout, stderr } = await walk.shell(tried);
    expect(code, stdout).toBe(1);
    expect(stdout + stderr).toContain("got: nil");
  }, 180_000);

  it("panel.md has a panel on the dashboard", async () => {
    await follow("docs/walk-throughs/panel.md");
    const { panels } = JSON.parse(rendered("grafana/dashboards/devops-dashboard.json"));
    const panel = panels.find(({ title }: { title: string }) => title === "Samples taken in");
    expect(panel.targets[0].expr).toContain("prometheus_tsdb_head_samples_appended_total");
    expect(panel.gridPos).toMatchObject({ w: 12, h: 8 });
  }, 180_000);

  it("receiver.md has a team that hears of its category, as amtool says", async () => {
    await follow("docs/walk-throughs/receiver.md");
    const { receivers } = parse(rendered("server-84/alertmanager/alertmanager.yml"));
    const team = receivers.find(({ name }: { name: string }) => name === "storage-team");
    expect(team.email_configs[0].to).toBe("devops@wizardsofts.com");
    const asked = walk.ran.filter(({ command }) => command.includes("amtool"));
    expect(asked.map(({ stdout }) => stdout.trim())).toEqual(["storage-team", "critical-team,storage-team"]);
  }, 180_000);
});
