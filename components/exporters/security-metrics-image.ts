import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { BuiltImage } from "../service-container/service-container";

/** What a server builds the image of, relative to the project; `npm run build` puts it there. */
const context = path.join("images", "security-metrics", "dist");
const parts = ["main.js", "Dockerfile"];

/**
 * The exporter's own image, which each server builds: its tag is a hash of what it is made of, so that other sources are
 * another image, and the same ones none.
 * @param base full reference of Node.js' image
 * @throws {Error} that names what is missing, and the command that makes it
 */
export function securityMetricsImage(base: string): BuiltImage {
  const hash = createHash("sha256").update(base);
  for (const part of parts) {
    const file = path.join(context, part);
    if (!existsSync(file)) throw new Error(`${file} is not there: npm run build makes it.`);
    hash.update(readFileSync(file));
  }
  const tag = hash.digest("hex").slice(0, 12);
  return { reference: `monitoring-as-code/security-metrics:${tag}`, context, buildArgs: { BASE: base } };
}
