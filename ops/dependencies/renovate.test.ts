import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { images } from "../../stacks/images";
import { checkSchema, findPython } from "../ci/check-schema";
import { projectRoot } from "../project";
import { goBuilds } from "../toolchain/go-builds";

interface CustomManager {
  description: string;
  managerFilePatterns: string[];
  matchStrings: string[];
}

interface PackageRule {
  groupName?: string;
  description?: string;
  matchPackageNames?: string[];
  matchFileNames?: string[];
  allowedVersions?: string;
  enabled?: boolean;
}

const file = path.join(projectRoot, "renovate.json");
const read = (name: string) => readFileSync(path.join(projectRoot, name), "utf8");
const { customManagers, packageRules } = JSON.parse(read("renovate.json")) as {
  customManagers: CustomManager[];
  packageRules: PackageRule[];
};

/** What a custom manager finds in the files that it looks at, as Renovate does. */
function foundBy({ managerFilePatterns, matchStrings }: CustomManager): Record<string, string>[] {
  const candidates = ["stacks/images.ts", "stacks/images.test.ts", "ops/toolchain/go-builds.ts", "package.json"];
  const patterns = managerFilePatterns.map((pattern) => new RegExp(pattern.slice(1, -1)));
  return candidates
    .filter((name) => patterns.some((pattern) => pattern.test(name)))
    .flatMap((name) => matchStrings.flatMap((one) => [...read(name).matchAll(new RegExp(one, "g"))]))
    .map(({ groups }) => ({ ...groups }));
}

/** The modules that the go.mod files name: folder → module → version. */
function goModules(): Record<string, Record<string, string>> {
  const parent = path.join("lab", "toolchain", "go");
  const folders = [
    ...readdirSync(path.join(projectRoot, parent)).map((name) => path.join(parent, name)),
    goBuilds.actionlint.folder,
  ];
  return Object.fromEntries(
    folders.map((folder) => [
      path.join(folder, "go.mod"),
      Object.fromEntries(
        [...read(path.join(folder, "go.mod")).matchAll(/(?:^|\s)([\w.-]+\.[a-z]+\/\S+) (v\S+)/gm)].map(
          ([, name, version]) => [name, version],
        ),
      ),
    ]),
  );
}

describe("renovate.json", () => {
  it("fits Renovate's schema, and what does not fit is seen", async ({ skip }) => {
    const python = await findPython();
    if (!python) return skip("no Python with pip");
    const { code, stdout, stderr } = await checkSchema(python, "renovate", file);
    expect(`${stdout}${stderr}`, String(code)).toContain("ok");
    const scratch = mkdtempSync(path.join(os.tmpdir(), "renovate-"));
    const copy = path.join(scratch, "renovate.json");
    writeFileSync(copy, read("renovate.json").replace('"rangeStrategy": "pin"', '"rangeStrategy": "nail"'));
    expect((await checkSchema(python, "renovate", copy)).code).toBe(1);
    rmSync(scratch, { recursive: true });
  }, 180_000);

  it("finds every image of stacks/images.ts, with its version", () => {
    const [manager] = customManagers;
    if (!manager) throw new Error("no manager");
    const found = foundBy(manager).map(({ depName, currentValue }) => `${depName}:${currentValue}`);
    expect(found.sort()).toEqual(Object.values(images).sort());
  });

  it("finds actionlint's version where it is built", () => {
    const [, manager] = customManagers;
    if (!manager) throw new Error("no manager");
    expect(foundBy(manager)).toEqual([{ currentValue: goBuilds.actionlint.version }]);
  });

  const modules = goModules();
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  const known = [
    ...Object.keys({ ...dependencies, ...devDependencies }),
    ...Object.values(images).map((reference) => reference.slice(0, reference.lastIndexOf(":"))),
    ...Object.values(modules).flatMap((all) => Object.keys(all)),
    // What setup-node's node-version is called.
    "node",
  ];
  const names = [...new Set(packageRules.flatMap(({ matchPackageNames = [] }) => matchPackageNames))];

  it.each(names.filter((name) => !/[*!]/.test(name)))("has a rule about %s, which is there", (name) => {
    expect(known).toContain(name);
  });

  it("names files that are there", () => {
    for (const name of packageRules.flatMap(({ matchFileNames = [] }) => matchFileNames))
      expect(read(name)).toBeTruthy();
  });

  it("moves every program's module, though go mod tidy calls it indirect", () => {
    const enabled = packageRules.find(({ enabled }) => enabled)?.matchPackageNames ?? [];
    for (const [name, required] of Object.entries(modules)) {
      const tools = [...read(name).matchAll(/^(?:tool )?\t?(github\.com\/\S+)$/gm)].map(([, tool = ""]) => tool);
      for (const tool of tools.filter((one) => !(one in required))) {
        const module = Object.keys(required).find((one) => tool.startsWith(`${one}/`)) ?? tool;
        expect(enabled, name).toContain(module);
      }
    }
  });

  it("groups an image with the module that it is built from", () => {
    const groupOf = (name: string) =>
      packageRules.find(({ groupName, matchPackageNames }) => groupName && matchPackageNames?.includes(name))
        ?.groupName;
    for (const [image, module] of [
      ["docker.io/prom/prometheus", "github.com/prometheus/prometheus"],
      ["docker.io/prom/alertmanager", "github.com/prometheus/alertmanager"],
      ["docker.io/prom/node-exporter", "github.com/prometheus/node_exporter"],
      ["ghcr.io/google/cadvisor", "github.com/google/cadvisor"],
      ["docker.io/grafana/loki", "github.com/grafana/loki/v3"],
      ["@pulumi/pulumi", "github.com/pulumi/pulumi/pkg/v3"],
    ] as const) {
      expect(groupOf(image)).toBeTruthy();
      expect(groupOf(module)).toBe(groupOf(image));
    }
  });

  it("is of versions that go together today", () => {
    const version = (folder: string, name: string) => modules[`lab/toolchain/go/${folder}/go.mod`]?.[name];
    const tag = (reference: string) => reference.slice(reference.lastIndexOf(":") + 1).replace(/^v/, "");
    expect(version("pulumi", "github.com/pulumi/pulumi/pkg/v3")).toBe(`v${dependencies["@pulumi/pulumi"]}`);
    expect(version("alertmanager", "github.com/prometheus/alertmanager")).toBe(`v${tag(images.alertmanager)}`);
    expect(version("loki", "github.com/grafana/loki/v3")).toBe(`v${tag(images.loki)}`);
    expect(version("promtail", "github.com/grafana/loki/v3")).toBe(`v${tag(images.promtail)}`);
    expect(version("node-exporter", "github.com/prometheus/node_exporter")).toBe(`v${tag(images["node-exporter"])}`);
    expect(version("cadvisor", "github.com/google/cadvisor")).toBe(`v${tag(images.cadvisor)}`);
    // 3.16.0 is v0.316.0 as a module.
    const [major, minor, patch] = tag(images.prometheus).split(".");
    expect(version("prometheus", "github.com/prometheus/prometheus")).toBe(`v0.${major}${minor}.${patch}`);
  });
});
