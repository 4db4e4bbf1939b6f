import { createHash } from "node:crypto";
import { fstatSync, readdirSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { isMissing } from "../host/host-root";
import { withFile } from "../host/open-file";
import type { Deadline } from "../scans/deadline";

/** How far a log was read. */
export interface LogPosition {
  /** 0 where there was no file: what appears is new from its first line. */
  inode: number;
  /** Bytes. */
  offset: number;
  /** Checksum of what stands before the offset: the same inode and a larger size do not yet make it the same file. */
  before: string;
}

/** What was read of a log. */
export interface LogReading {
  position: LogPosition;
  /** When it, or what it was before a rotation, was written last; milliseconds, 0 where there is none. */
  writtenAt: number;
  /** The bound was reached before its end; the rest comes with the next reading. */
  isBehind: boolean;
}

const chunkBytes = 256 * 1024;
/** Longer ones are no log lines. */
const longestLine = 64 * 1024;
const bytesBefore = 256;
/** For each reading; what is more waits for the next. */
const mostBytes = 256 * 1024 * 1024;
const nowhere: LogPosition = { inode: 0, offset: 0, before: "" };

/** Where a log ends now, or `bytes` before that. */
export function endOf(file: string, bytes = 0): LogPosition {
  return (
    withFile(file, (descriptor) => {
      const { ino, size } = fstatSync(descriptor);
      return positionAt(descriptor, ino, Math.max(0, size - bytes));
    }) ?? nowhere
  );
}

/**
 * Reads the lines that came after a position: also when the log was rotated meanwhile (what is left of the old file first) or
 * truncated. An unfinished line waits for its end.
 * @throws when it is there and cannot be read
 */
export function readLines(
  file: string,
  since: LogPosition,
  deadline: Deadline,
  onLine: (line: string) => void,
): LogReading {
  const budget = { bytes: mostBytes };
  const read = (name: string, position: LogPosition, isFinished: boolean) =>
    withFile(name, (descriptor) => readFrom(descriptor, position, { isFinished, budget, deadline, onLine }));
  const older = olderFiles(file);
  const writtenAt = Math.max(
    0,
    ...[file, ...older].map((name) => statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );

  if (!goesOn(file, since)) {
    const from = older.findIndex((name) => goesOn(name, since));
    // What was rotated after the file that was being read is wholly new.
    for (const [index, name] of (from === -1 ? [] : older.slice(from)).entries()) {
      const position = read(name, index === 0 ? since : startOf(name), true);
      if (position && budget.bytes <= 0) return { position, writtenAt, isBehind: true };
    }
  }
  const position = read(file, goesOn(file, since) ? since : nowhere, false);
  return { position: position ?? nowhere, writtenAt, isBehind: budget.bytes <= 0 };
}

interface Reading {
  isFinished: boolean;
  budget: { bytes: number };
  deadline: Deadline;
  onLine: (line: string) => void;
}

function readFrom(descriptor: number, { offset }: LogPosition, reading: Reading): LogPosition {
  const { isFinished, budget, deadline, onLine } = reading;
  const chunk = Buffer.alloc(chunkBytes);
  let rest = "";
  let end = offset;
  for (;;) {
    const bytes = readSync(descriptor, chunk, 0, chunkBytes, end);
    if (bytes === 0) break;
    end += bytes;
    budget.bytes -= bytes;
    // One character a byte, so that lengths are bytes, and garbage is as good as text.
    const lines = (rest + chunk.toString("latin1", 0, bytes)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.length <= longestLine) onLine(line);
    // Too long already: what matters is only that it is.
    if (rest.length > longestLine) rest = rest.slice(-longestLine - 1);
    if (deadline.isNear(2)) budget.bytes = 0;
    if (budget.bytes <= 0) break;
    deadline.check();
  }
  const isAtEnd = budget.bytes > 0;
  if (isFinished && isAtEnd && rest && rest.length <= longestLine) onLine(rest);
  const kept = isFinished && isAtEnd ? 0 : rest.length;
  return positionAt(descriptor, fstatSync(descriptor).ino, end - kept);
}

/** Whether a file is the one that the position is about. */
function goesOn(file: string, position: LogPosition): boolean {
  const answer = withFile(file, (descriptor) => {
    // With nothing read of it there is nothing to compare but the inode.
    if (position.offset === 0) return fstatSync(descriptor).ino === position.inode;
    return checksumBefore(descriptor, position.offset) === position.before;
  });
  return answer ?? false;
}

function positionAt(descriptor: number, inode: number, offset: number): LogPosition {
  return { inode, offset, before: offset === 0 ? "" : checksumBefore(descriptor, offset) };
}

function startOf(file: string): LogPosition {
  return { ...nowhere, inode: statSync(file, { throwIfNoEntry: false })?.ino ?? 0 };
}

function checksumBefore(descriptor: number, offset: number): string {
  const bytes = Buffer.alloc(Math.min(bytesBefore, offset));
  const read = readSync(descriptor, bytes, 0, bytes.length, offset - bytes.length);
  return createHash("sha256").update(bytes.subarray(0, read)).digest("hex");
}

/** What a log was called before rotations, as `auth.log.1` and `auth.log-20261124`: the oldest first, without compressed ones. */
function olderFiles(file: string): string[] {
  const folder = path.dirname(file);
  const isOlder = new RegExp(`^${path.basename(file).replace(/\./g, "\\.")}[.-]\\d+$`);
  try {
    return readdirSync(folder)
      .filter((name) => isOlder.test(name))
      .map((name) => ({ name: path.join(folder, name), time: statSync(path.join(folder, name)).mtimeMs }))
      .sort((a, b) => a.time - b.time)
      .map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
