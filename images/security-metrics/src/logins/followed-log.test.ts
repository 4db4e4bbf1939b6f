import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Deadline } from "../scans/deadline";
import { endOf, type LogPosition, readLines } from "./followed-log";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "followed-log-"));
  file = path.join(folder, "auth.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Follows the log as the scans do: each reading goes on where the one before ended. */
function follower(start: LogPosition = endOf(file)) {
  let position = start;
  return (): string[] => {
    const lines: string[] = [];
    // Over a restart, all that there is of it is JSON.
    const since = JSON.parse(JSON.stringify(position)) as LogPosition;
    position = readLines(file, since, new Deadline(30), (line) => lines.push(line)).position;
    return lines;
  };
}

/** Makes a file older than the others, as rotations do. */
function age(name: string, days: number): void {
  const time = Date.now() / 1000 - days * 86_400;
  utimesSync(path.join(folder, name), time, time);
}

it("begins at the end, and reads what comes, once", () => {
  writeFileSync(file, "old\n");
  const read = follower();
  expect(read()).toEqual([]);
  appendFileSync(file, "a\nb\n");
  expect(read()).toEqual(["a", "b"]);
  expect(read()).toEqual([]);
});

it("reads a log that appears from its first line on", () => {
  const read = follower();
  expect(read()).toEqual([]);
  writeFileSync(file, "a\n");
  expect(read()).toEqual(["a"]);
  expect(read()).toEqual([]);
});

it("waits for the end of a line", () => {
  writeFileSync(file, "");
  const read = follower();
  appendFileSync(file, "a\nhal");
  expect(read()).toEqual(["a"]);
  appendFileSync(file, "f\n");
  expect(read()).toEqual(["half"]);
});

it("reads what was left of a rotated log, then the new one", () => {
  writeFileSync(file, "old\n");
  const read = follower();
  appendFileSync(file, "a\nunfinished");
  renameSync(file, `${file}.1`);
  writeFileSync(file, "b\n");
  expect(read()).toEqual(["a", "unfinished", "b"]);
  expect(read()).toEqual([]);
});

it("reads a log that was rotated and is not there again yet", () => {
  writeFileSync(file, "old\n");
  const read = follower();
  appendFileSync(file, "a\n");
  renameSync(file, `${file}.1`);
  expect(read()).toEqual(["a"]);
  expect(read()).toEqual([]);
  writeFileSync(file, "b\n");
  expect(read()).toEqual(["b"]);
});

it("reads all that was rotated while it was away, in order", () => {
  writeFileSync(file, "old\n");
  const read = follower();
  appendFileSync(file, "a\n");
  renameSync(file, `${file}.2`);
  age("auth.log.2", 2);
  writeFileSync(`${file}.1`, "b\n");
  age("auth.log.1", 1);
  writeFileSync(file, "c\n");
  expect(read()).toEqual(["a", "b", "c"]);
  expect(read()).toEqual([]);
});

it("reads a log that was rotated while it was still empty", () => {
  writeFileSync(file, "");
  const read = follower();
  appendFileSync(file, "a\n");
  renameSync(file, `${file}-20261124`);
  writeFileSync(file, "b\n");
  expect(read()).toEqual(["a", "b"]);
});

it("reads a log that was copied away and truncated", () => {
  writeFileSync(file, "old\n");
  const read = follower();
  appendFileSync(file, "a\n");
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
  appendFileSync(file, "b\n");
  expect(read()).toEqual(["a", "b"]);
  expect(read()).toEqual([]);
});

it("reads a truncated log from its start, also when it is longer than before by then", () => {
  writeFileSync(file, "old line\n");
  const read = follower();
  truncateSync(file);
  appendFileSync(file, "a\n");
  expect(read()).toEqual(["a"]);
  truncateSync(file);
  appendFileSync(file, "another line\nand one more\n");
  expect(read()).toEqual(["another line", "and one more"]);
});

it("takes a new file with the old inode for a new one", () => {
  writeFileSync(file, "old line\n");
  const read = follower();
  const { ino } = statSync(file);
  unlinkSync(file);
  // Most filesystems give out the number again; where not, this is the case of a log that is simply another.
  writeFileSync(file, "the new file's first line\n");
  expect([ino, statSync(file).ino]).toHaveLength(2);
  expect(read()).toEqual(["the new file's first line"]);
});

it("counts nothing of an old log that it has read to its end", () => {
  writeFileSync(file, "old\n");
  const read = follower();
  appendFileSync(file, "a\n");
  expect(read()).toEqual(["a"]);
  renameSync(file, `${file}.1`);
  writeFileSync(file, "b\n");
  expect(read()).toEqual(["b"]);
});

it("passes over garbage, zeros and endless lines, and goes on behind them", () => {
  writeFileSync(file, "");
  const read = follower();
  appendFileSync(file, Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
  appendFileSync(file, Buffer.alloc(1_000_000));
  appendFileSync(file, `\n${"x".repeat(700_000)}\nb\n`);
  const lines = read();
  expect(lines).toHaveLength(2);
  expect(lines.at(-1)).toBe("b");
  expect(read()).toEqual([]);
});

it("does not keep an endless line that has no end yet", () => {
  writeFileSync(file, "");
  const read = follower();
  appendFileSync(file, "x".repeat(700_000));
  expect(read()).toEqual([]);
  appendFileSync(file, "x".repeat(700_000));
  expect(read()).toEqual([]);
  appendFileSync(file, "x\nb\n");
  expect(read().at(-1)).toBe("b");
});

it("is not slowed down by a line that is longer than memory should be", () => {
  writeFileSync(file, "");
  const read = follower();
  truncateSync(file, 128 * 1024 ** 2);
  appendFileSync(file, "\nb\n");
  const start = performance.now();
  expect(read()).toEqual(["b"]);
  expect(performance.now() - start).toBeLessThan(3000);
});

it("of gigabytes reads only what is new", () => {
  writeFileSync(file, "old\n");
  // Sparse: 4 GiB without a block on the disk.
  truncateSync(file, 4 * 1024 ** 3);
  const read = follower();
  appendFileSync(file, "\na\n");
  const start = performance.now();
  expect(read()).toEqual(["", "a"]);
  expect(performance.now() - start).toBeLessThan(200);
});

it("stops in time, and goes on at the next reading", () => {
  writeFileSync(file, "");
  let position = endOf(file);
  const line = `${"x".repeat(99)}\n`;
  appendFileSync(file, line.repeat(20_000));
  let lines = 0;
  // With less than two seconds left from the start, each reading is one piece.
  for (let reading = 0; reading < 100; reading++) {
    const result = readLines(file, position, new Deadline(1), () => lines++);
    position = result.position;
    if (reading === 0) expect(result.isBehind).toBe(true);
    if (!result.isBehind) break;
  }
  expect(lines).toBe(20_000);
});

it("tells when a log was written last, also after it was rotated", () => {
  writeFileSync(file, "a\n");
  const written = () => readLines(file, endOf(file), new Deadline(30), () => {}).writtenAt;
  expect(Math.abs(written() - Date.now())).toBeLessThan(5000);
  renameSync(file, `${file}.1`);
  expect(Math.abs(written() - Date.now())).toBeLessThan(5000);
  unlinkSync(`${file}.1`);
  expect(written()).toBe(0);
});
