import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildFunctions } from "../functions/build";
import { buildImageContext } from "../images/security-metrics/bundle";
import { ProjectCopy } from "../lab/project-copy";
import { must } from "../ops/process";
import { projectRoot } from "../ops/project";

let copy: ProjectCopy;

beforeAll(async () => {
  copy = new ProjectCopy("none");
  const built = [
    'import { buildFunctions } from "./functions/build";',
    'import { buildImageContext } from "./images/security-metrics/bundle";',
    "Promise.all([buildFunctions(), buildImageContext()]);",
  ].join("\n");
  const tsx = path.join(projectRoot, "node_modules", "tsx", "dist", "cli.mjs");
  await Promise.all([
    buildFunctions(),
    buildImageContext(),
    must(process.execPath, [tsx, "--eval", built], { cwd: copy.root }),
  ]);
}, 60_000);

afterAll(() => copy.remove());

// Else an `up` from another checkout would be a change of all that is bundled.
it.each([
  "images/security-metrics/dist/main.js",
  "functions/alert-processor/dist/main.js",
  "functions/heartbeat-check/dist/main.js",
])("is the same in another folder, where node_modules is a link: %s", (file) => {
  expect(readFileSync(path.join(copy.root, file), "utf8")).toBe(readFileSync(path.join(projectRoot, file), "utf8"));
});
