import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { bundleSecurityMetrics } from "../images/security-metrics/bundle";

// `npm run -s security-metrics -- --once --root /`: the exporter by hand, as the one file that it is in its image.
const folder = mkdtempSync(path.join(os.tmpdir(), "security-metrics-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const program = path.join(folder, "main.js");
void bundleSecurityMetrics(program).then(() => import(program));
