import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildImageContext } from "../../images/security-metrics/bundle";
import { images } from "../../stacks/images";
import { projectRoot } from "../project";
import { installedPackages } from "./installed";
import { isAllowed, licencesPage } from "./licences";
import { bundledPackages, sbomFile, securityMetricsSbom } from "./sbom";

const read = (file: string) => readFileSync(path.resolve(projectRoot, file), "utf8");

describe("licences", () => {
  it("of all packages are allowed", () => {
    const refused = installedPackages().filter(({ licence }) => !isAllowed(licence));
    expect(refused).toEqual([]);
    expect(installedPackages().length).toBeGreaterThan(300);
  });

  it("stand in docs/licences.md as they are (npm run licences)", () => {
    expect(read("docs/licences.md")).toBe(licencesPage());
  });

  it.each([
    ["MIT", true],
    ["(BSD-3-Clause AND Apache-2.0)", true],
    ["(MIT OR EUPL-1.1+)", true],
    ["GPL-3.0-only OR AGPL-3.0-only", false],
    ["MIT AND GPL-2.0-only", false],
    ["SEE LICENSE IN LICENSE", false],
    ["unknown", false],
    ["MIT-evil", false],
  ])("%s: allowed is %s", (licence, expected) => expect(isAllowed(licence)).toBe(expected));

  it("are those that packages say themselves, where the lock file has none", () => {
    expect(installedPackages().find(({ name }) => name === "ssh2")?.licence).toBe("MIT");
    expect(JSON.parse(read("node_modules/ssh2/package.json")).licenses[0].type).toBe("MIT");
    expect(read("node_modules/@logdna/tail-file/LICENSE")).toContain("MIT License");
  });
});

describe("the SBOM of security-metrics", () => {
  let bundle: string;

  beforeAll(async () => {
    const { context } = await buildImageContext();
    bundle = read(path.join(context, "main.js"));
  }, 60_000);

  it("is current (npm run licences)", () => {
    expect(JSON.parse(read(sbomFile))).toEqual(JSON.parse(JSON.stringify(securityMetricsSbom(bundle))));
  });

  it("names what is in the bundle, with version and hash, and Node.js", () => {
    const names = bundledPackages(bundle).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["prom-client", "yaml", "zod", "commander", "bcryptjs"]));
    expect(names).not.toContain("vitest");
    const { components, specVersion } = JSON.parse(read(sbomFile));
    expect(specVersion).toBe("1.5");
    const client = components.find((one: { name: string }) => one.name === "prom-client");
    expect(client).toMatchObject({
      version: JSON.parse(read("node_modules/prom-client/package.json")).version,
      purl: "pkg:npm/prom-client@15.1.3",
      licenses: [{ license: { id: "Apache-2.0" } }],
    });
    expect(client.hashes[0].content).toMatch(/^[0-9a-f]{128}$/);
    const node = components.find((one: { name: string }) => one.name === "node");
    expect(images.node).toContain(`:${node.version}-`);
  });

  it("takes a package only from what is bundled", () => {
    expect(
      bundledPackages("// node_modules/zod/index.js\n  // ../../node_modules/@opentelemetry/api/x.js\n"),
    ).toMatchObject([{ name: "@opentelemetry/api" }, { name: "zod" }]);
    expect(() => bundledPackages("// node_modules/no-such-package/x.js")).toThrow("no-such-package is in the image");
  });
});
