import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { attempt } from "../ops/process";
import { writeRendered } from "../ops/rendered";
import { toolPath } from "../ops/toolchain/tools";
import { loadInventory, stackNames } from "../stacks";
import { serverOf } from "../stacks/inventory";

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

  it("pleases promtool", async () => {
    const prometheus = folder(serverOf(inventory, "prometheus").name, "prometheus");
    expect(await checked(prometheus, "promtool", ["check", "config", "prometheus.yml"])).toContain("SUCCESS");
  });

  it("pleases promtool as a web configuration", async () => {
    const webs = files.filter((file) => path.basename(file) === "web.yml");
    expect(webs.length).toBeGreaterThanOrEqual(3);
    for (const file of webs) await checked(root, "promtool", ["check", "web-config", file]);
  });

  it("pleases amtool", async () => {
    const alertmanager = folder(serverOf(inventory, "alertmanager").name, "alertmanager");
    expect(await checked(alertmanager, "amtool", ["check-config", "alertmanager.yml"])).toContain("SUCCESS");
  });

  it("pleases Loki", async () => {
    const loki = folder(serverOf(inventory, "loki").name, "loki");
    await checked(loki, "loki", ["-verify-config", "-config.file=loki.yml"]);
  });

  it.each(inventory.servers.map(({ name }) => name))("pleases Promtail on %s", async (server) => {
    await checked(folder(server, "promtail"), "promtail", ["-check-syntax", "-config.file=promtail.yml"]);
  });

  it("is of a kind that one of these checks, or Grafana's settings and a password", () => {
    const known = /\/(prometheus|alertmanager|loki|promtail|web)\.yml$|\/grafana\.ini$|\/secrets\/[a-z]+-password$/;
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
