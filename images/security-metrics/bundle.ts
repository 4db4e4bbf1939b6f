import { copyFile, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

/**
 * Bundles the exporter, with all that it depends on, into one file for Node.js 22: no `node_modules` go with it.
 * @param outfile where to, as `dist/security-metrics/main.js`
 */
export async function bundleSecurityMetrics(outfile: string): Promise<void> {
  await build({
    // The same sources give the same bytes in any folder, also where node_modules is a link.
    absWorkingDir: path.join(__dirname, "..", ".."),
    preserveSymlinks: true,
    entryPoints: [path.join(__dirname, "src/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minifySyntax: true,
    // Names and lines stay, for the traces of errors; comments of licences too.
    legalComments: "inline",
    logLevel: "error",
  });
}

/** Puts together what Docker builds the image of: `dist/main.js`, and the Dockerfile beside it. */
export async function buildImageContext(): Promise<{ context: string; bytes: number }> {
  const context = path.join(__dirname, "dist");
  await mkdir(context, { recursive: true });
  await bundleSecurityMetrics(path.join(context, "main.js"));
  await copyFile(path.join(__dirname, "Dockerfile"), path.join(context, "Dockerfile"));
  const { size } = await stat(path.join(context, "main.js"));
  return { context: path.join("images", "security-metrics", "dist"), bytes: size };
}
