import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CompressionError, decompress } from "./journal-compression";

/** An entry of the journal, as far as logins go. */
export interface JournalEntry {
  /** When journald took it, microseconds since 1970. */
  time: bigint;
  program: string;
  pid: string;
  message: string;
}

/** Where all entries of one program are listed. */
interface ProgramIndex {
  count: number;
  firstEntry: number;
  entryArray: number;
}

const signature = "LPKSHHRH";
const compactFlag = 16;
/** Compressions, keyed hashes and the compact layout; a file that needs more is of a newer systemd than this knows. */
const knownFlags = 1 | 2 | 4 | 8 | compactFlag;
const objectTypes = { data: 1, field: 2, entry: 3, entryArray: 6 } as const;
const identifierField = "SYSLOG_IDENTIFIER";
/** Longer fields are none of those that are looked for. */
const mostBytes = 64 * 1024;
const itemsAtOnce = 4096;
const mostTableBytes = 16 * 1024 * 1024;
/** A file that is damaged may lead round in circles. */
const mostHops = 100_000;

/**
 * A file of systemd's journal, read in the way of `journalctl SYSLOG_IDENTIFIER=sshd`: by the index that each file has of
 * all entries with the same value of a field, so that nothing else of it is looked at. journald may write to it meanwhile.
 * @see https://systemd.io/JOURNAL_FILE_FORMAT/
 */
export class JournalFile {
  /** Stays the same when the file is renamed. */
  readonly id: string;
  /** How many entries it holds, of whatever program. */
  readonly entries: number;
  private readonly descriptor: number;
  private readonly isCompact: boolean;
  private readonly fieldTable: { offset: number; bytes: number };

  /** @throws {Error} when it cannot be read, or is no journal */
  constructor(readonly file: string) {
    this.descriptor = openSync(file, "r");
    try {
      const header = this.bytes(0, 208);
      if (header.toString("latin1", 0, 8) !== signature) throw new Error("it is no journal");
      const flags = header.readUInt32LE(12);
      if ((flags & ~knownFlags) !== 0) throw new Error(`it is of a format that is not known here (flags ${flags})`);
      this.isCompact = (flags & compactFlag) !== 0;
      this.id = header.toString("hex", 24, 40);
      this.fieldTable = { offset: numberAt(header, 120), bytes: numberAt(header, 128) };
      this.entries = numberAt(header, 152);
    } catch (error) {
      this.close();
      throw new Error(`${file}: ${(error as Error).message}`);
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }

  /** The index of each of the programs that the file has entries of. */
  programs(wanted: ReadonlySet<string>): Map<string, ProgramIndex> {
    const found = new Map<string, ProgramIndex>();
    for (const { value, index } of this.valuesOf(identifierField)) if (wanted.has(value)) found.set(value, index);
    return found;
  }

  /**
   * Entries of a program in the order in which they came, from the one of this number on.
   * @throws {Error} when one is compressed in a way that cannot be undone here
   */
  *entriesOf(program: string, index: ProgramIndex, from: number): Generator<JournalEntry> {
    for (const offset of this.entryOffsets(index, from)) {
      // Listed, but not written yet: the next scan sees it.
      if (offset === 0) return;
      yield this.entryAt(offset, program);
    }
  }

  private *entryOffsets({ count, firstEntry, entryArray }: ProgramIndex, from: number): Generator<number> {
    if (from === 0 && count > 0) yield firstEntry;
    const itemBytes = this.isCompact ? 4 : 8;
    let passed = 1;
    let array = entryArray;
    for (let hop = 0; array !== 0 && passed < count && hop < mostHops; hop++) {
      const { size } = this.object(array, objectTypes.entryArray);
      const items = Math.floor((size - 24) / itemBytes);
      const first = Math.max(0, from - passed);
      const last = Math.min(items, count - passed);
      // Piece by piece: of a damaged file the numbers may be anything.
      for (let item = first; item < last; item += itemsAtOnce) {
        const list = this.bytes(array + 24 + item * itemBytes, Math.min(itemsAtOnce, last - item) * itemBytes);
        for (let at = 0; at < list.length; at += itemBytes) {
          yield this.isCompact ? list.readUInt32LE(at) : numberAt(list, at);
        }
      }
      passed += items;
      array = numberAt(this.bytes(array + 16, 8), 0);
    }
  }

  private entryAt(offset: number, program: string): JournalEntry {
    const { size } = this.object(offset, objectTypes.entry);
    const entry = this.bytes(offset, Math.min(size, mostBytes));
    const fields = new Map<string, string>();
    let unreadable: CompressionError | undefined;
    const itemBytes = this.isCompact ? 4 : 16;
    for (let at = 64; at + itemBytes <= entry.length; at += itemBytes) {
      try {
        const field = this.fieldAt(this.isCompact ? entry.readUInt32LE(at) : numberAt(entry, at));
        if (field) fields.set(field.name, field.value);
      } catch (error) {
        if (!(error instanceof CompressionError)) throw error;
        unreadable = error;
      }
    }
    if (unreadable && !fields.has("MESSAGE")) throw unreadable;
    const pid = fields.get("SYSLOG_PID") ?? fields.get("_PID") ?? "";
    return { time: entry.readBigUInt64LE(24), program, pid, message: fields.get("MESSAGE") ?? "" };
  }

  /** A field of an entry, when it is one that is wanted. */
  private fieldAt(offset: number): { name: string; value: string } | undefined {
    const { size, flags } = this.object(offset, objectTypes.data);
    const start = this.isCompact ? 72 : 64;
    if (size - start > mostBytes) return undefined;
    const isCompressed = flags !== 0;
    // Most fields are others, which their first bytes tell.
    let payload = this.bytes(offset + start, isCompressed ? size - start : Math.min(size - start, 512));
    if (isCompressed) payload = decompress(payload, flags);
    const name = /^(MESSAGE|SYSLOG_PID|_PID)=/.exec(payload.toString("latin1", 0, 16))?.[1];
    if (!name) return undefined;
    if (!isCompressed && size - start > payload.length) payload = this.bytes(offset + start, size - start);
    return { name, value: payload.toString("utf8", name.length + 1) };
  }

  /** All values that a field has in this file. */
  private *valuesOf(field: string): Generator<{ value: string; index: ProgramIndex }> {
    const start = this.isCompact ? 72 : 64;
    let data = this.firstValueOf(field);
    for (let hop = 0; data !== 0 && hop < mostHops; hop++) {
      const { size, flags } = this.object(data, objectTypes.data);
      const object = this.bytes(data, Math.min(size, start + 128));
      if (flags === 0) {
        yield {
          value: object.toString("utf8", start + field.length + 1),
          index: { firstEntry: numberAt(object, 40), entryArray: numberAt(object, 48), count: numberAt(object, 56) },
        };
      }
      data = numberAt(object, 32);
    }
  }

  /** Looked for in all of the table, which is small, so that the hash need not be known. */
  private firstValueOf(field: string): number {
    const table = this.bytes(this.fieldTable.offset, this.fieldTable.bytes);
    for (let bucket = 0; bucket + 16 <= table.length; bucket += 16) {
      let offset = numberAt(table, bucket);
      for (let hop = 0; offset !== 0 && hop < mostHops; hop++) {
        const { size } = this.object(offset, objectTypes.field);
        const object = this.bytes(offset, Math.min(size, 40 + 128));
        if (object.toString("latin1", 40) === field) return numberAt(object, 32);
        offset = numberAt(object, 24);
      }
    }
    return 0;
  }

  private object(offset: number, type: number): { flags: number; size: number } {
    const header = this.bytes(offset, 16);
    const size = numberAt(header, 8);
    if (header[0] !== type || size < 16) throw new Error(`${this.file} is damaged at byte ${offset}`);
    return { flags: header[1] ?? 0, size };
  }

  private bytes(offset: number, length: number): Buffer {
    if (length > mostTableBytes) throw new Error(`${this.file} is damaged: something of ${length} bytes`);
    const buffer = Buffer.alloc(length);
    const read = readSync(this.descriptor, buffer, 0, length, offset);
    if (read < length)
      throw new Error(`${this.file} ends before byte ${offset + length} of ${fstatSync(this.descriptor).size}`);
    return buffer;
  }
}

/** Offsets and counts are below 2^53: journald ends a file at 4 GiB at the latest. */
function numberAt(buffer: Buffer, offset: number): number {
  return Number(buffer.readBigUInt64LE(offset));
}
