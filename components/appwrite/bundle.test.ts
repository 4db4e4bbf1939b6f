import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import tar from "tar-stream";
import { describe, expect, it } from "vitest";
import { contentHash, readBundle } from "./bundle";

async function archiveOf(files: Record<string, string>, { time = 0, level = 6 } = {}): Promise<Buffer> {
  const archive = tar.pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mtime: new Date(time) }, content);
  archive.finalize();
  return gzipSync(await buffer(archive), { level });
}

describe("the content of a bundle", () => {
  const files = { "main.js": "1", "package.json": "{}" };
  const hash = async (...of: Parameters<typeof archiveOf>) => contentHash(await archiveOf(...of));

  it("is the same however and whenever it was packed", async () => {
    const first = await hash(files);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await hash(files, { time: 1e12, level: 1 })).toBe(first);
    expect(await hash({ "package.json": "{}", "./main.js": "1" })).toBe(first);
  });

  it.each([
    ["a file's content", { "main.js": "2", "package.json": "{}" }],
    ["a file's name", { "other.js": "1", "package.json": "{}" }],
    ["a file more", { ...files, "more.js": "" }],
  ])("differs by %s", async (_, other) => {
    expect(await hash(other)).not.toBe(await hash(files));
  });
});

it("a bundle that is not there is an error that says how to make it", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bundle-"));
  const file = path.join(folder, "x.tar.gz");
  expect(() => readBundle(file)).toThrow(`${file} is not there: npm run build makes it.`);
  writeFileSync(file, "x");
  expect(readBundle(file).toString()).toBe("x");
  rmSync(folder, { recursive: true });
});
