import { type InstalledPackage, installedPackages } from "./installed";

/**
 * Licences that anybody may use, change and pass on the project under, with no duty but to keep their notices.
 * A package under another one is not taken in without a decision, which is a line here.
 */
export const allowedLicences = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-3.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense",
];

/** Whether an SPDX expression can be met with the allowed licences: one of those beside an OR, all beside an AND. */
export function isAllowed(expression: string, allowed = allowedLicences): boolean {
  const choices = expression.replace(/[()]/g, "").split(/\s+OR\s+/);
  return choices.some((choice) => choice.split(/\s+AND\s+/).every((licence) => allowed.includes(licence)));
}

/** `docs/licences.md`. */
export function licencesPage(packages: InstalledPackage[] = installedPackages()): string {
  const used = packages.filter(({ development }) => !development);
  const forBuilding = packages.filter(({ development }) => development);
  const list = (some: InstalledPackage[]) => [
    "| Package | Version | Licence |",
    "| --- | --- | --- |",
    ...some.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
  ];
  const counts = new Map<string, number>();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const summary = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return [
    "# Licences",
    "",
    "Written by `npm run licences` from the lock file; a test sees that it is current, and that no licence is outside of the list",
    "that is allowed (`ops/dependencies/licences.ts`). The project's own is [Apache-2.0](../LICENSE). Packages for other kinds of",
    "machines are listed too. The services' images are their makers' and are not passed on by this project.",
    "",
    "| Licence | Packages |",
    "| --- | --- |",
    ...summary.map(([licence, count]) => `| ${licence} | ${count} |`),
    "",
    "## At deployment and in what is deployed",
    "",
    ...list(used),
    "",
    "## For building and testing",
    "",
    ...list(forBuilding),
    "",
  ].join("\n");
}
