import { readdirSync } from "node:fs";
import path from "node:path";
import { type HostRoot, isMissing } from "../host/host-root";
import type { Deadline } from "../scans/deadline";
import { CompressionError } from "./journal-compression";
import { type JournalEntry, JournalFile } from "./journal-file";

/** How far the files of a journal were read: file id → all entries that it had, and program → how many of its entries were read. */
export type JournalPosition = Record<string, { entries: number; read: Record<string, number> }>;

/** What was read of the journal. */
export interface JournalReading {
  /** In the order in which journald took them. */
  entries: JournalEntry[];
  position: JournalPosition;
  /** How many files there are; none on a host without a journal. */
  files: number;
  problems: string[];
}

/** Kept in memory, and on the disk of a server whose journal is persistent. */
const folders = ["/run/log/journal", "/var/log/journal"];
const programs = new Set(["sshd", "sshd-session", "sshd-auth", "sudo"]);
/** For each reading, so that memory stays bounded; what is more waits for the next. */
const mostEntries = 20_000;

/**
 * Reads the entries of sshd and sudo that came after a position, in all files of the host's journal: that of the system and
 * those of its users, where sudo's are.
 * @param since nothing at the very first look
 * @param old how many of the entries that are there at the first look to read, of each file and program
 */
export function readJournal(
  host: HostRoot,
  since: JournalPosition | undefined,
  deadline: Deadline,
  old = 0,
): JournalReading {
  const reading: JournalReading = { entries: [], position: {}, files: 0, problems: [] };
  for (const file of journalFiles(host)) {
    reading.files++;
    deadline.check();
    try {
      readFile(file, since, old, reading);
    } catch (error) {
      // journald removes old files at any time.
      if (!isMissing(error)) reading.problems.push((error as Error).message);
    }
  }
  // A file that could not be opened this time must not be taken for a new one the next time.
  if (reading.problems.length > 0) reading.position = { ...since, ...reading.position };
  reading.entries.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return reading;
}

function readFile(file: string, since: JournalPosition | undefined, old: number, reading: JournalReading): void {
  const journal = new JournalFile(file);
  const before = since?.[journal.id];
  const now = { entries: journal.entries, read: { ...before?.read } };
  reading.position[journal.id] = now;
  try {
    if (before?.entries === journal.entries) return;
    for (const [program, index] of journal.programs(programs)) {
      const start = before?.read[program] ?? (since || before ? 0 : Math.max(0, index.count - old));
      now.read[program] = start;
      for (const entry of entriesOf(journal, program, index, start, reading.problems)) {
        if (reading.entries.length >= mostEntries) {
          // Looked at again although nothing is added to it.
          now.entries = -1;
          break;
        }
        now.read[program]++;
        if (entry) reading.entries.push(entry);
      }
    }
  } finally {
    journal.close();
  }
}

/** Each entry, or nothing in the place of one that cannot be decompressed. */
function* entriesOf(
  journal: JournalFile,
  program: string,
  index: Parameters<JournalFile["entriesOf"]>[1],
  start: number,
  problems: string[],
): Generator<JournalEntry | undefined> {
  for (let from = start; from < index.count; ) {
    try {
      for (const entry of journal.entriesOf(program, index, from)) {
        from++;
        yield entry;
      }
      return;
    } catch (error) {
      if (!(error instanceof CompressionError)) throw error;
      problems.push(`${journal.file}: ${error.message}`);
      from++;
      yield undefined;
    }
  }
}

/** The files of this machine's journal, not those that other machines have sent here. */
function journalFiles(host: HostRoot): string[] {
  const machine = host.readIfThere("/etc/machine-id")?.trim();
  return folders.flatMap((folder) => {
    const machines = machine ? [machine] : namesIn(host.resolve(folder)).filter((name) => /^[0-9a-f]{32}$/.test(name));
    return machines.flatMap((name) => {
      const place = host.resolve(path.posix.join(folder, name));
      // With a tilde behind its name: one that was not closed well.
      const files = namesIn(place).filter((file) => /\.journal~?$/.test(file));
      return files.sort().map((file) => path.join(place, file));
    });
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
