import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packed, writeArchive } from "./archive-file";
import { checkArchives, formatVersion, type Manifest, readManifest } from "./manifest";

let folder: string;
let manifest: Manifest;
const write = (content: object | string) =>
  writeFileSync(path.join(folder, "manifest.json"), typeof content === "string" ? content : JSON.stringify(content));

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "backup-"));
  const archive = async (file: string) => ({
    file,
    ...(await writeArchive(packed({ [file]: file }), path.join(folder, file))),
  });
  manifest = {
    ...{ format: formatVersion, stack: "test", time: "2026-11-24T18:00:00.000Z" },
    state: await archive("state.tar.gz"),
    rendered: await archive("rendered.tar.gz"),
    parts: [],
    missing: [{ name: "loki", server: "server-84", why: "away" }],
  };
  write(manifest);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a backup's manifest", () => {
  it("is read as it was written", async () => {
    expect(await readManifest(folder, "test")).toEqual(manifest);
  });

  it.each<[string, () => void, RegExp]>([
    ["another stack's", () => write({ ...manifest, stack: "prod" }), /is of the stack prod, not test/],
    ["a newer form", () => write({ ...manifest, format: 2 }), /has the form 2, newer than .* update the checkout/],
    ["an unknown entry", () => write({ ...manifest, more: 1 }), /not as it was written.*more/s],
    ["a missing entry", () => write({ ...manifest, state: undefined }), /not as it was written.*state/s],
    [
      "an archive elsewhere",
      () => write({ ...manifest, state: { ...manifest.state, file: "../../etc/shadow.tar.gz" } }),
      /not as it was written.*state\.file/s,
    ],
    ["no JSON", () => write("{"), /is no JSON/],
    ["none", () => rmSync(path.join(folder, "manifest.json")), /holds no manifest.json: name the folder/],
  ])("is refused: %s", async (_, change, message) => {
    change();
    await expect(readManifest(folder, "test")).rejects.toThrow(message);
  });

  it("is refused while the backup is being written", async () => {
    const part = path.join(folder, "test-2026-11-24-180000Z.part");
    mkdirSync(part);
    renameSync(path.join(folder, "manifest.json"), path.join(part, "manifest.json"));
    await expect(readManifest(`${part}/`, "test")).rejects.toThrow(/did not come to its end/);
  });
});

describe("a backup's archives", () => {
  const check = () => checkArchives(folder, [manifest.state, manifest.rendered]);

  it("are whole as they were written", async () => {
    await check();
  });

  it("are all named when they are not", async () => {
    rmSync(path.join(folder, "state.tar.gz"));
    appendFileSync(path.join(folder, "rendered.tar.gz"), "x");
    await expect(check()).rejects.toThrow(
      /damaged, and nothing was changed: state\.tar\.gz is not there; rendered\.tar\.gz has \d+ bytes instead of \d+/,
    );
  });

  it("are compared by their content too", async () => {
    writeFileSync(path.join(folder, "state.tar.gz"), Buffer.alloc(manifest.state.bytes));
    await expect(check()).rejects.toThrow(/state\.tar\.gz has another content/);
  });
});
