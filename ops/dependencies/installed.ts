import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../project";

/** A package of npm, as the lock file has it. */
export interface InstalledPackage {
  name: string;
  version: string;
  /** SPDX expression. */
  licence: string;
  /** Only for building and testing: nothing of it is deployed, or runs at a deployment. */
  development: boolean;
  /** As `sha512-…`, in base64. */
  integrity: string | undefined;
}

/** What the lock file does not know, as it stands in the packages themselves. */
const saidInPackage: Record<string, string> = {
  // By the field `licenses` of old.
  ssh2: "MIT",
  "cpu-features": "MIT",
  buildcheck: "MIT",
  // In its file LICENSE.
  "@logdna/tail-file": "MIT",
};

interface LockEntry {
  version?: string;
  license?: string;
  integrity?: string;
  dev?: boolean;
  link?: boolean;
}

/** Every package of the lock file, each version once, by name. */
export function installedPackages(): InstalledPackage[] {
  const { packages } = JSON.parse(readFileSync(path.join(projectRoot, "package-lock.json"), "utf8")) as {
    packages: Record<string, LockEntry>;
  };
  const found = new Map<string, InstalledPackage>();
  for (const [place, { version = "", license, integrity, dev = false, link }] of Object.entries(packages)) {
    if (place === "" || link) continue;
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const licence = saidInPackage[name] ?? license ?? "unknown";
    const before = found.get(`${name}@${version}`);
    const development = dev && (before?.development ?? true);
    found.set(`${name}@${version}`, { name, version, licence, development, integrity });
  }
  const key = ({ name, version }: InstalledPackage) => `${name} ${version}`;
  return [...found.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
