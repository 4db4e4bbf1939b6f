import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as zlib from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HostRoot } from "../host/host-root";
import { Deadline } from "../scans/deadline";
import { FailedLogins } from "./failed-logins";
import { type JournalPosition, readJournal } from "./journal";
import type { JournalEntry } from "./journal-file";
import { JournalFile } from "./journal-file";
import { attempts, sampleJournal } from "./samples";

const machine = "d3e992fef2914ed2adc3f445b34b04db";
let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "journal-"));
  folder = path.join(root, "var/log/journal", machine);
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const read = (since: JournalPosition | undefined, old = 0) =>
  readJournal(new HostRoot(root), since, new Deadline(30), old);

function countsIn(entries: JournalEntry[]) {
  const logins = new FailedLogins();
  for (const entry of entries) logins.see(entry);
  return logins.counts;
}

it.each(["bookworm", "trixie"] as const)("counts each of the attempts in the journal of %s once", (release) => {
  sampleJournal(`${release}-system`, at("system.journal"));
  sampleJournal(`${release}-user-1000`, at("user-1000.journal"));
  const { entries, files, problems } = read({});
  expect(problems).toEqual([]);
  expect(files).toBe(2);
  // The wrong passwords of the second user of sudo are in a journal of that user's own.
  expect(countsIn(entries)).toEqual({ ...attempts, sudo: attempts.sudo - 1 });
});

it("reads what journald has of an entry", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  const entry = read({}).entries.find(({ message }) => message.startsWith("Failed password"));
  expect(entry).toEqual({
    time: 1_795_523_512_440_913n,
    program: "sshd",
    pid: "66",
    message: "Failed password for wiz from 127.0.0.1 port 46640 ssh2",
  });
});

it("brings the entries of all files into the order in which they came", () => {
  sampleJournal("trixie-system", at("system.journal"));
  sampleJournal("trixie-user-1000", at("user-1000.journal"));
  const times = read({}).entries.map(({ time }) => time);
  expect(times.length).toBeGreaterThan(80);
  expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)));
});

it("at the very first look all that is there is old", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  const { entries, position } = read(undefined);
  expect(entries).toEqual([]);
  expect(read(position).entries).toEqual([]);
});

it("reads the last of the old entries on demand", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  const programs = new Set(read(undefined, 2).entries.map(({ program }) => program));
  expect(programs).toEqual(new Set(["sshd", "sudo"]));
  expect(read(undefined, 2).entries).toHaveLength(4);
});

it("reads nothing twice when journald has renamed its file", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  const { position } = read({});
  renameSync(at("system.journal"), at("system@2bad31d280a04da09a4fa9aef4657853-0000000000000001-0006610.journal"));
  sampleJournal("trixie-system", at("system.journal"));
  const { entries } = read(JSON.parse(JSON.stringify(position)));
  expect(countsIn(entries).ssh_password).toBe(attempts.ssh_password);
});

it("goes on behind the entries of each program that it has read", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  const all = read({}).entries.filter(({ program }) => program === "sshd");
  const journal = new JournalFile(at("system.journal"));
  const index = journal.programs(new Set(["sshd"])).get("sshd");
  // In the middle of one list of entries, and at the seams to the next.
  for (const from of [0, 1, 2, 4, 5, 6, 20, all.length - 1, all.length]) {
    expect(index && [...journal.entriesOf("sshd", index, from)]).toEqual(all.slice(from));
  }
  journal.close();
});

it("forgets files that journald has removed", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  const { position } = read({});
  rmSync(at("system.journal"));
  expect(read(position)).toEqual({ entries: [], position: {}, files: 0, problems: [] });
});

it("looks at the journal of this machine alone, when it knows which that is", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  mkdirSync(path.join(root, "etc"));
  writeFileSync(path.join(root, "etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
  expect(read({}).files).toBe(0);
  writeFileSync(path.join(root, "etc/machine-id"), `${machine}\n`);
  expect(read({}).files).toBe(1);
});

it("reads the journal that is kept in memory as well", () => {
  const volatile = path.join(root, "run/log/journal", machine);
  mkdirSync(volatile, { recursive: true });
  sampleJournal("trixie-system", path.join(volatile, "system.journal"));
  expect(read({}).files).toBe(1);
});

it("reads long messages that are compressed with LZ4", () => {
  sampleJournal("long-lz4", at("system.journal"));
  expect(read({}).entries[0]?.message).toMatch(/^ +wiz : 3 incorrect password .* \/srv\/archive\/folder-60\/ $/);
});

const hasZstd = "zstdDecompressSync" in zlib;
const whyNot = hasZstd ? "" : " (skipped: this Node.js has no zstd)";

it.runIf(hasZstd)(`reads long messages that are compressed with zstd${whyNot}`, () => {
  sampleJournal("long-zstd", at("system.journal"));
  expect(read({}).entries[0]?.message).toMatch(/^ +wiz : 3 incorrect password .* \/srv\/archive\/folder-60\/ $/);
});

it("says what it cannot decompress, once", () => {
  sampleJournal("long-xz", at("system.journal"));
  const { entries, problems, position } = read({});
  expect(entries).toEqual([]);
  expect(problems).toEqual([`${at("system.journal")}: a field is compressed with XZ`]);
  expect(read(position).problems).toEqual([]);
});

it("a damaged file is named, and keeps nobody from reading the others", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  sampleJournal("bookworm-user-1000", at("user-1000.journal"));
  truncateSync(at("user-1000.journal"), 300_000);
  writeFileSync(at("user-1001.journal"), "no journal at all");
  writeFileSync(at("user-1002.journal"), Buffer.alloc(4096));
  const { entries, problems } = read({});
  expect(countsIn(entries).ssh_password).toBe(attempts.ssh_password);
  expect(problems).toHaveLength(3);
  expect(problems[0]).toMatch(/user-1000\.journal.*ends before byte/);
  expect(problems[2]).toMatch(/user-1002\.journal: it is no journal$/);
});

it("a file that cannot be opened for a while is not new afterwards", () => {
  sampleJournal("bookworm-system", at("system.journal"));
  const { position } = read({});
  writeFileSync(at("system.journal"), "");
  const meanwhile = read(position);
  expect(meanwhile.problems).toHaveLength(1);
  sampleJournal("bookworm-system", at("system.journal"));
  expect(read(meanwhile.position).entries).toEqual([]);
});

it("random damage is an error at most, and soon found", () => {
  sampleJournal("long-lz4", at("system.journal"));
  const original = readFileSync(at("system.journal"));
  const used = [...original.keys()].filter((offset) => original[offset] !== 0);
  let random = 1;
  const next = (below: number) => {
    // A linear congruential generator, so that every run of the test is the same.
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    return random % below;
  };
  const start = performance.now();
  for (let run = 0; run < 60; run++) {
    const damaged = Buffer.from(original.subarray(0, (used.at(-1) ?? 0) + 1));
    for (let byte = 0; byte < 3; byte++) damaged[used[next(used.length)] ?? 0] = next(256);
    writeFileSync(at("system.journal"), damaged);
    const { entries, problems } = read({});
    expect(entries.length).toBeLessThan(100);
    expect(problems.length).toBeLessThan(100);
  }
  expect(performance.now() - start).toBeLessThan(20_000);
});
