import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createGzip } from "node:zlib";
import tar from "tar-stream";
import { CommandError } from "../command";
import type { Owner } from "./service-volume";

/** An archive that was written. */
export interface WrittenArchive {
  /** Of the file. */
  bytes: number;
  sha256: string;
  /** Before it was compressed. */
  contentBytes: number;
}

/** A tar archive is made of blocks, and ends with two of zeros: https://www.gnu.org/software/tar/manual/html_node/Standard.html */
const block = 512;

/**
 * Writes a tar stream into a compressed file that its user alone can read.
 * @param onBytes called with how many bytes have come so far
 * @throws {CommandError} when the disk here is full
 * @throws {Error} when the stream ends before the archive does
 */
export async function writeArchive(
  source: Readable,
  file: string,
  onBytes: (bytes: number) => void = () => {},
): Promise<WrittenArchive> {
  let contentBytes = 0;
  let tail: Buffer = Buffer.alloc(0);
  const count = new Transform({
    transform(chunk: Buffer, _, next) {
      contentBytes += chunk.length;
      tail = Buffer.concat([tail, chunk.subarray(-2 * block)]).subarray(-2 * block);
      onBytes(contentBytes);
      next(null, chunk);
    },
    flush(next) {
      const isWhole = contentBytes % block === 0 && tail.length === 2 * block && tail.every((byte) => byte === 0);
      next(isWhole ? null : new Error("it broke off before its end"));
    },
  });
  const hashed = hashing();
  // Fast: chunks of metrics and of log lines are compressed already.
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  // `flush`: on the disk, not only on its way there. Known to Node since 20.10, and to its types later.
  const options = { mode: 0o600, flush: true };
  try {
    await pipeline(source, count, gzip, hashed.stream, createWriteStream(file, options));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ENOSPC" ? diskFull(file) : error;
  }
  return { bytes: hashed.bytes(), sha256: hashed.sha256(), contentBytes };
}

/** What to say when the disk of the backups is full. */
function diskFull(file: string): CommandError {
  return new CommandError(
    `the disk of ${file} is full, and nothing was kept of this backup. Remove old backups there, or name another disk by --out.`,
    "wrong",
  );
}

/** Size and SHA-256 of a file. */
export async function checksumOf(
  file: string,
  onBytes: (bytes: number) => void = () => {},
): Promise<{ bytes: number; sha256: string }> {
  const hashed = hashing(onBytes);
  await pipeline(createReadStream(file), hashed.stream, async (chunks) => {
    for await (const _ of chunks);
  });
  return { bytes: hashed.bytes(), sha256: hashed.sha256() };
}

/** Small files as a tar stream: path → content. */
export function packed(files: Record<string, string>): Readable {
  const archive = tar.pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o600, mtime: new Date() }, content);
  archive.finalize();
  return archive.pipe(new PassThrough());
}

/** The small files of an archive: path → content. */
export async function unpacked(file: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const extract = tar.extract();
  const read = async () => {
    for await (const entry of extract) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      files[entry.header.name] = Buffer.concat(chunks).toString("utf8");
    }
  };
  await Promise.all([pipeline(createReadStream(file), createGunzip(), extract), read()]);
  return files;
}

/**
 * Sends an archive's content as a tar archive in which everything belongs to `owner`; its root, which is the volume
 * itself, is left out.
 * @param send takes the archive to its end
 * @param onBytes called with how many bytes of the file have been read
 */
export async function sendArchive(
  file: string,
  owner: Owner,
  send: (archive: tar.Pack) => Promise<void>,
  onBytes: (bytes: number) => void = () => {},
): Promise<void> {
  const extract = tar.extract();
  const archive = tar.pack();
  const copy = async () => {
    for await (const entry of extract) {
      const { name, type, size, mode, mtime, linkname } = entry.header;
      const path = name.replace(/^(\.\/)+/, "");
      if (path === "" || path === ".") {
        entry.resume();
        continue;
      }
      const header = { name: path, mode, mtime, uid: owner.user, gid: owner.group, ...(type ? { type } : {}) };
      await new Promise<void>((resolve, reject) => {
        const whole = { ...header, size, ...(linkname ? { linkname } : {}) };
        const content = archive.entry(whole, (error) => (error ? reject(error) : resolve()));
        content.on("error", reject);
        entry.on("error", reject);
        entry.pipe(content);
      });
    }
    archive.finalize();
  };
  // Without an end that it would take for the archive's, the other side has to see that none will come.
  const giveUp = (error: Error) => {
    archive.destroy(error);
    throw error;
  };
  const counted = hashing(onBytes);
  await Promise.all([
    pipeline(createReadStream(file), counted.stream, createGunzip(), extract),
    copy().catch(giveUp),
    send(archive),
  ]);
}

/** Counts and hashes what goes through. */
function hashing(onBytes: (bytes: number) => void = () => {}) {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _, next) {
      hash.update(chunk);
      bytes += chunk.length;
      try {
        onBytes(bytes);
        next(null, chunk);
      } catch (error) {
        next(error as Error);
      }
    },
  });
  return { stream, bytes: () => bytes, sha256: () => hash.digest("hex") };
}
