import { readFileSync } from "node:fs";
import path from "node:path";
import { images } from "../../stacks/images";
import { projectRoot } from "../project";
import { type InstalledPackage, installedPackages } from "./installed";

/** Beside the image's Dockerfile. */
export const sbomFile = path.join(projectRoot, "images", "security-metrics", "sbom.cdx.json");

interface Component {
  type: "library" | "application" | "container" | "platform";
  "bom-ref": string;
  name: string;
  version: string;
  purl?: string;
  licenses?: ({ license: { id: string } } | { expression: string })[];
  hashes?: { alg: "SHA-512"; content: string }[];
}

/**
 * What is in the image security-metrics, as CycloneDX 1.5: the packages that are bundled into its one file, Node.js, and the
 * image that Node.js and the libraries that it is linked with come from. Without time and number, so that the same content
 * is the same file.
 * @param bundle the image's `main.js`
 * @see https://cyclonedx.org/docs/1.5/json/
 */
export function securityMetricsSbom(bundle: string): object {
  const { version } = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8"));
  const subject: Component = {
    type: "container",
    "bom-ref": "security-metrics",
    name: "monitoring-as-code/security-metrics",
    version,
    licenses: [{ license: { id: "Apache-2.0" } }],
  };
  const components = [...bundledPackages(bundle).map(packageComponent), ...baseComponents()];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: subject },
    components,
    dependencies: [
      { ref: subject["bom-ref"], dependsOn: components.map((component) => component["bom-ref"]) },
      ...components.map((component) => ({ ref: component["bom-ref"] })),
    ],
  };
}

/** By the comments that esbuild leaves before what it takes from each file. */
export function bundledPackages(bundle: string): InstalledPackage[] {
  const places = [...bundle.matchAll(/^\s*\/\/ (?:\.\.\/)*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)];
  const names = new Set(places.map(([, name = ""]) => name));
  const installed = installedPackages();
  return [...names].sort().map((name) => {
    const found = installed.filter((one) => one.name === name);
    const [only] = found;
    if (!only || found.length > 1) {
      throw new Error(`${name} is in the image, and in package-lock.json ${found.length} times: which one is it?`);
    }
    return only;
  });
}

function packageComponent({ name, version, licence, integrity }: InstalledPackage): Component {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const [, sha512] = /^sha512-(.*)$/.exec(integrity ?? "") ?? [];
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    licenses: [/\s/.test(licence) ? { expression: licence } : { license: { id: licence } }],
    ...(sha512
      ? { hashes: [{ alg: "SHA-512" as const, content: Buffer.from(sha512, "base64").toString("hex") }] }
      : {}),
  };
}

/** Node.js and, as far as this project names it, where it and its libraries come from. */
function baseComponents(): Component[] {
  const [, repository = "", tag = ""] = /^docker\.io\/(.*):(.*)$/.exec(images.node) ?? [];
  const node = tag.replace(/-.*$/, "");
  return [
    {
      type: "platform",
      "bom-ref": `pkg:generic/node@${node}`,
      name: "node",
      version: node,
      purl: `pkg:generic/node@${node}`,
      licenses: [{ license: { id: "MIT" } }],
    },
    {
      type: "container",
      "bom-ref": `pkg:docker/${repository}@${tag}`,
      name: repository,
      version: tag,
      purl: `pkg:docker/${repository}@${tag}`,
    },
  ];
}
