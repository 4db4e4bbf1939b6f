import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { gunzipSync } from "node:zlib";
import tar from "tar-stream";
import { afterAll, describe, expect, it } from "vitest";
import { checksumOf, packed, sendArchive, unpacked, writeArchive } from "./archive-file";

const folder = mkdtempSync(path.join(os.tmpdir(), "archives-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, "one.tar.gz");

describe("an archive", () => {
  it("is written with its size and hash, for its user alone, and read back", async () => {
    const written = await writeArchive(packed({ "a/b.txt": "first", "c.txt": "second" }), file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await checksumOf(file)).toEqual({ bytes: written.bytes, sha256: written.sha256 });
    expect(gunzipSync(readFileSync(file)).length).toBe(written.contentBytes);
    expect(await unpacked(file)).toEqual({ "a/b.txt": "first", "c.txt": "second" });
  });

  it("is not taken for whole when the stream ended early, even at the end of a file in it", async () => {
    const whole = await buffer(packed({ "a.txt": "x".repeat(2000) }));
    for (const length of [0, 700, whole.length - 1024, whole.length - 1]) {
      const cut = Readable.from(length > 0 ? [whole.subarray(0, length)] : []);
      await expect(writeArchive(cut, path.join(folder, "cut.tar.gz")), `${length}`).rejects.toThrow(/broke off/);
    }
    // However the pieces come.
    const pieces = Array.from({ length: whole.length }, (_, index) => whole.subarray(index, index + 1));
    await writeArchive(Readable.from(pieces), path.join(folder, "pieces.tar.gz"));
  });

  it("says what to do when the disk is full", async () => {
    await expect(writeArchive(packed({ "a.txt": "first" }), "/dev/full")).rejects.toThrow(
      /the disk of \/dev\/full is full.*--out/,
    );
  });

  it("is sent with another owner, without its root, and with everything else as it was", async () => {
    const archive = tar.pack();
    const mtime = new Date("2026-11-24T12:00:00Z");
    const long = `${"d".repeat(90)}/${"f".repeat(120)}`;
    archive.entry({ name: "./", type: "directory", uid: 0 });
    archive.entry({ name: "./wal/", type: "directory", mode: 0o750, uid: 0, mtime });
    archive.entry({ name: "./wal/1", mode: 0o640, uid: 0, mtime }, "content");
    archive.entry({ name: `./${long}`, mode: 0o600, mtime }, Buffer.alloc(300_000, 7));
    archive.entry({ name: "./empty", mtime }, "");
    archive.entry({ name: "./link", type: "symlink", linkname: "wal/1", mtime });
    archive.finalize();
    await writeArchive(archive.pipe(new PassThrough()), file);

    const seen: object[] = [];
    const extract = tar.extract();
    const read = async () => {
      for await (const entry of extract) {
        const { name, type, mode, uid, gid, size, mtime, linkname } = entry.header;
        seen.push({ name, type, mode, owner: `${uid}:${gid}`, size, mtime: mtime?.toISOString(), linkname });
        entry.resume();
      }
    };
    const owner = { user: 10_001, group: 10_002 };
    await Promise.all([sendArchive(file, owner, (stream) => pipeline(stream, extract)), read()]);
    const common = { owner: "10001:10002", mtime: mtime.toISOString() };
    expect(seen).toMatchObject([
      { ...common, name: "wal/", type: "directory", mode: 0o750 },
      { ...common, name: "wal/1", type: "file", mode: 0o640, size: 7 },
      { ...common, name: long, mode: 0o600, size: 300_000 },
      { ...common, name: "empty", size: 0 },
      { ...common, name: "link", type: "symlink", linkname: "wal/1" },
    ]);
  });

  it("fails when it cannot be read, or nobody takes it", async () => {
    await writeArchive(packed({ "a.txt": "x".repeat(1_000_000), "b.txt": "y" }), file);
    const owner = { user: 1, group: 1 };
    const refusing = async (stream: tar.Pack) => {
      stream.destroy();
      throw new Error("no room there");
    };
    await expect(sendArchive(file, owner, refusing)).rejects.toThrow(/no room there|closed|destroyed/);
    truncateSync(file, 200);
    await expect(sendArchive(file, owner, (stream) => pipeline(stream, new PassThrough().resume()))).rejects.toThrow();
    writeFileSync(file, "no archive");
    await expect(unpacked(file)).rejects.toThrow();
  });
});
