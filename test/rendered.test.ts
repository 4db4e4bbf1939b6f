import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfiguration } from "../images/security-metrics/src/configuration";
import { attempt } from "../ops/process";
import { writeRendered } from "../ops/rendered";
import { programsOf } from "../ops/toolchain/built-images";
import { toolPath } from "../ops/toolchain/tools";
import { loadInventory, stackNames } from "../stacks";
import { alertmanagersOf, prometheusesOf, serverOf } from "../stacks/inventory";

const out = mkdtempSync(path.join(os.tmpdir(), "rendered-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Lets a service's own checker look at a rendered folder. */
async function checked(folder: string, tool: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await attempt(toolPath(tool), args, { cwd: folder });
  expect(code, `${tool} ${args.join(" ")}\n${stdout}${stderr}`).toBe(0);
  return stdout + stderr;
}

describe.each(stackNames)("every rendered file of %s", async (stack) => {
  const inventory = await loadInventory(stack);
  const root = path.join(out, stack);
  const files = await writeRendered(inventory, root);
  const folder = (server: string, service: string) => path.join(root, server, service);

  it("is there, below its server and service", () => {
    for (const service of ["prometheus", "alertmanager", "loki", "grafana"] as const) {
      expect(existsSync(folder(serverOf(inventory, service).name, service)), service).toBe(true);
    }
    for (const { name } of inventory.servers) expect(existsSync(folder(name, "promtail")), name).toBe(true);
  });

  it.each(prometheusesOf(inventory).map((one) => [one.folder, one] as const))(
    "pleases promtool: %s",
    async (_, one) => {
      const args = ["check", "config", "--lint=all", "--lint-fatal", "prometheus.yml"];
      expect(await checked(folder(one.server.name, one.folder), "promtool", args)).toContain("SUCCESS");
    },
  );

  it("pleases promtool as a web configuration", async () => {
    const webs = files.filter((file) => path.basename(file) === "web.yml");
    expect(webs.length).toBeGreaterThanOrEqual(3);
    for (const file of webs) await checked(root, "promtool", ["check", "web-config", file]);
  });

  it.each(alertmanagersOf(inventory).map((one) => [one.folder, one] as const))("pleases amtool: %s", async (_, one) => {
    const place = folder(one.server.name, one.folder);
    expect(await checked(place, "amtool", ["check-config", "alertmanager.yml"])).toContain("SUCCESS");
  });

  it("pleases Loki", async () => {
    const loki = folder(serverOf(inventory, "loki").name, "loki");
    await checked(loki, "loki", ["-verify-config", "-config.file=loki.yml"]);
  });

  it.each(inventory.servers.map(({ name }) => name))("pleases Promtail on %s", async (server) => {
    await checked(folder(server, "promtail"), "promtail", ["-check-syntax", "-config.file=promtail.yml"]);
  });

  it("pleases security-metrics' own reader", () => {
    for (const file of files.filter((file) => path.basename(file) === "security-metrics.yml")) {
      expect(readConfiguration(path.join(root, file)).scans.files, file).not.toBe(false);
    }
  });

  it("pleases the blackbox exporter, where the stack has one", async () => {
    const [file, ...more] = files.filter((file) => path.basename(file) === "blackbox.yml");
    expect(more).toEqual([]);
    if (!file) return;
    const program = path.join(programsOf("blackbox-exporter"), "blackbox_exporter");
    // Where its image was pulled there is no program here; that image looks at the file when it is deployed.
    if (!existsSync(program)) return;
    const { code, stderr } = await attempt(program, ["--config.check", `--config.file=${path.join(root, file)}`]);
    expect(code, stderr).toBe(0);
  });

  it("is of a kind that one of these checks, or Grafana's settings, a dashboard (dashboards/dashboards.test.ts) or a secret", () => {
    const known =
      /\/(prometheus|alertmanager|loki|promtail|security-metrics|blackbox|web)\.yml$|\/rules\/[a-z]+\.yml$|\.tmpl$|\/grafana\.ini$|^grafana\/dashboards\/[a-z-]+\.json$|\/secrets\/[a-z]+-(password|secret|url|key)$/;
    expect(files.filter((file) => !known.test(file))).toEqual([]);
  });
});

describe("the checkers refuse a file with an unknown setting", () => {
  const broken = path.join(out, "broken");
  const cases = [
    ["promtool", "prometheus.yml", ["check", "config", "prometheus.yml"]],
    ["promtool", "web.yml", ["check", "web-config", "web.yml"]],
    ["amtool", "alertmanager.yml", ["check-config", "alertmanager.yml"]],
    ["loki", "loki.yml", ["-verify-config", "-config.file=loki.yml"]],
    ["promtail", "promtail.yml", ["-check-syntax", "-config.file=promtail.yml"]],
  ] as const;

  it.each(cases)("%s: %s", async (tool, file, args) => {
    const rendered =
      (await writeRendered(await loadInventory("local"), broken)).find((one) => one.endsWith(`/${file}`)) ?? "";
    const place = path.join(broken, rendered);
    appendFileSync(place, "\nno_such_setting: 1\n");
    const { code, stdout, stderr } = await attempt(toolPath(tool), [...args], { cwd: path.dirname(place) });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain("no_such_setting");
  });
});
