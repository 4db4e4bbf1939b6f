import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { buildImageContext } from "../images/security-metrics/bundle";
import { CommandError, exitWith, run } from "./command";
import { installedPackages } from "./dependencies/installed";
import { isAllowed, licencesPage } from "./dependencies/licences";
import { sbomFile, securityMetricsSbom } from "./dependencies/sbom";
import { projectRoot, shown } from "./project";

const program = new Command("npm run licences --")
  .description("Writes docs/licences.md, and what is in the image security-metrics (an SBOM in CycloneDX).")
  .showHelpAfterError("(--help tells more)");

run(program, async () => {
  const packages = installedPackages();
  const page = path.join(projectRoot, "docs", "licences.md");
  writeFileSync(page, licencesPage(packages));
  const { context } = await buildImageContext();
  const bundle = readFileSync(path.join(projectRoot, context, "main.js"), "utf8");
  writeFileSync(sbomFile, `${JSON.stringify(securityMetricsSbom(bundle), null, 2)}\n`);
  console.log(`${packages.length} packages in ${shown(page)}; ${shown(sbomFile)}`);
  const refused = packages.filter(({ licence }) => !isAllowed(licence));
  if (refused.length > 0) {
    const list = refused.map(({ name, version, licence }) => `  - ${name} ${version}: ${licence}`).join("\n");
    throw new CommandError(
      `licences that ops/dependencies/licences.ts does not allow:\n${list}\nDo without the package, or allow its licence.`,
      "wrong",
    );
  }
  exitWith("good");
});
