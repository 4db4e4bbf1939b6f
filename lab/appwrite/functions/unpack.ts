import { createReadStream, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";

/**
 * Unpacks a tar.gz into a folder of its own, which is made anew.
 * @returns bytes of all its files
 */
export async function unpack(archive: string, folder: string): Promise<number> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let size = 0;
  const extract = tar.extract();
  extract.on("entry", ({ name, type }, stream, next) => {
    buffer(stream).then((content) => {
      const file = path.resolve(folder, name);
      if (!file.startsWith(folder)) return next(new Error(`${name} is outside the archive`));
      if (type === "file") {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content);
        size += content.length;
      }
      next();
    }, next);
  });
  await pipeline(createReadStream(archive), createGunzip(), extract);
  return size;
}
