import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import { AppwriteError } from "./appwrite-error";

/**
 * A function's bundle, as `npm run build` leaves it.
 * @param file relative to the project, as `functions/heartbeat-check/dist/heartbeat-check.tar.gz`
 */
export function readBundle(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new AppwriteError(
      `${file} ${isMissing ? "is not there" : `cannot be read: ${error}`}: npm run build makes it.`,
    );
  }
}

/**
 * What a bundle is known by: a hash over the names and contents of its files. Times, owners and how it was compressed do
 * not count, so that building the same sources again is no reason to deploy again.
 */
export async function contentHash(archive: Buffer): Promise<string> {
  const files: string[] = [];
  const extract = tar.extract();
  extract.on("entry", ({ name, type }, stream, next) => {
    buffer(stream).then((content) => {
      const path = name.replace(/^\.\//, "");
      if (type === "file") files.push(`${path}\0${createHash("sha256").update(content).digest("hex")}`);
      next();
    }, next);
  });
  await pipeline(Readable.from([archive]), createGunzip(), extract);
  return createHash("sha256").update(files.sort().join("\n")).digest("hex");
}
