import { createHash } from "node:crypto";
import { closeSync, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { isMissing } from "./host/host-root";
import type { Deadline } from "./scans/deadline";

const chunkBytes = 64 * 1024;

/** What stands for a file that is not there. */
export const missing = "missing";

/**
 * A file in a form that people can read and that differs when anything about it does:
 * `0440 0:0 sha256:2cf24dba5fb0a30e…`, or `missing`.
 * @throws when it cannot be read, or the time is up
 */
export function digestOf(file: string, deadline: Deadline): string {
  const descriptor = openIfThere(file);
  if (descriptor === undefined) return missing;
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return modeDigest(stats);
    const hash = createHash("sha256");
    const chunk = Buffer.alloc(chunkBytes);
    for (let bytes = readSync(descriptor, chunk); bytes > 0; bytes = readSync(descriptor, chunk)) {
      hash.update(chunk.subarray(0, bytes));
      deadline.check();
    }
    return `${modeDigest(stats)} sha256:${hash.digest("hex")}`;
  } finally {
    closeSync(descriptor);
  }
}

/** The same without the content, for a file that changes in use: `0640 0:42`. */
export function modeDigestOf(file: string): string {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return stats ? modeDigest(stats) : missing;
}

function modeDigest({ mode, uid, gid }: { mode: number; uid: number; gid: number }): string {
  return `${(mode & 0o7777).toString(8).padStart(4, "0")} ${uid}:${gid}`;
}

function openIfThere(file: string): number | undefined {
  // A pipe in its place would wait for a writer for ever.
  if (lstatSync(file, { throwIfNoEntry: false })?.isFIFO()) return undefined;
  try {
    return openSync(file, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
