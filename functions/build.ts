import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import tar from "tar-stream";
import { type FunctionId, functionIds } from "../components/appwrite/schema";

/** The file that Appwrite runs, at the archive's root: the deployment's `entrypoint`. */
export const entrypoint = "main.js";

/** A function, ready to be uploaded. */
export interface FunctionBundle {
  id: FunctionId;
  /** The function and everything it imports, as one CommonJS file. */
  main: string;
  /** The archive (`.tar.gz`) that Appwrite takes: nothing has to be installed on the server. */
  archive: Buffer;
  /** SHA-256 of the archive's content, in hexadecimal: another one means another deployment. */
  digest: string;
}

const root = path.dirname(import.meta.dirname);

/** Bundles a function. The same sources give the same bytes, at any time and in any folder. */
export async function bundleFunction(id: FunctionId): Promise<FunctionBundle> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    // Also where node_modules is a link.
    preserveSymlinks: true,
    entryPoints: [`functions/${id}/main.ts`],
    bundle: true,
    write: false,
    platform: "node",
    target: "node22",
    format: "cjs",
    charset: "utf8",
    legalComments: "eof",
    alias: { undici: "./functions/shared/fetch-of-node.ts" },
    // The function itself is what the file exports, not an object that has it.
    footer: { js: "module.exports = module.exports.default;" },
    logLevel: "silent",
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`functions/${id}/main.ts was bundled to nothing.`);
  const content = await archiveOf({ [entrypoint]: output.text, "package.json": packageOf(id) });
  const digest = createHash("sha256").update(content).digest("hex");
  return { id, main: output.text, archive: compressed(content), digest };
}

/** Writes `functions/<id>/dist/main.js` and `…/<id>.tar.gz` of every function. */
export async function buildFunctions(): Promise<FunctionBundle[]> {
  return Promise.all(
    functionIds.map(async (id) => {
      const bundle = await bundleFunction(id);
      const folder = path.join(root, "functions", id, "dist");
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, entrypoint), bundle.main);
      await writeFile(path.join(folder, `${id}.tar.gz`), bundle.archive);
      return bundle;
    }),
  );
}

/** Says what kind of module it is; names nothing to install. */
function packageOf(id: FunctionId): string {
  return `${JSON.stringify({ name: id, private: true, type: "commonjs", main: entrypoint }, null, 2)}\n`;
}

async function archiveOf(files: Record<string, string>): Promise<Buffer> {
  const archive = tar.pack();
  for (const [name, content] of Object.entries(files).sort()) {
    archive.entry({ name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) }, content);
  }
  archive.finalize();
  return buffer(archive);
}

function compressed(content: Buffer): Buffer {
  const result = gzipSync(content, { level: 9 });
  // Byte 9 of the header names the operating system: unknown, so that it is the same on all.
  result[9] = 255;
  return result;
}
