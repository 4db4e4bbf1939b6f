import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BackupFolder } from "./backup-folder";
import type { Manifest } from "./manifest";

let out: string;
const time = new Date("2026-11-24T18:35:10.123Z");
const create = () => BackupFolder.create(path.join(out, "backups"), "test", time);

beforeEach(() => {
  out = mkdtempSync(path.join(os.tmpdir(), "backups-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

describe("a backup's folder", () => {
  it("has its name only once it is whole, and is its user's alone", async () => {
    const folder = await create();
    expect(readdirSync(path.join(out, "backups"))).toEqual(["test-2026-11-24-183510Z.part"]);
    const whole = await folder.finish({ stack: "test" } as Manifest);
    expect(whole).toBe(path.join(out, "backups", "test-2026-11-24-183510Z"));
    expect(readdirSync(path.dirname(whole))).toEqual(["test-2026-11-24-183510Z"]);
    expect(readdirSync(whole)).toEqual(["manifest.json"]);
    expect(JSON.parse(readFileSync(path.join(whole, "manifest.json"), "utf8"))).toEqual({ stack: "test" });
    expect(statSync(whole).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(whole, "manifest.json")).mode & 0o777).toBe(0o600);
  });

  it("is removed when it is given up", async () => {
    await (await create()).remove();
    expect(readdirSync(path.join(out, "backups"))).toEqual([]);
  });

  it("takes away what a killed backup of the stack left, and nothing else", async () => {
    const leave = (name: string, pid: string) => {
      mkdirSync(path.join(out, "backups", name), { recursive: true });
      writeFileSync(path.join(out, "backups", name, "pid"), `${pid}\n`);
    };
    leave("test-2026-11-23-000000Z.part", "4194305");
    leave("test-2026-11-22-000000Z.part", `${process.pid}`);
    leave("test-2026-11-21-000000Z", "4194305");
    leave("test-more-2026-11-21-000000Z.part", "4194305");
    const folder = await create();
    expect(existsSync(folder.path)).toBe(true);
    expect(readdirSync(path.join(out, "backups")).sort()).toEqual([
      "test-2026-11-21-000000Z",
      "test-2026-11-22-000000Z.part",
      "test-2026-11-24-183510Z.part",
      "test-more-2026-11-21-000000Z.part",
    ]);
  });

  it("says before anything is stopped that its disk has no room", async () => {
    const folder = await create();
    await folder.mustHold(1000);
    await expect(folder.mustHold(1e18)).rejects.toThrow(/only .*B are free on the disk of .*backups, .*--out/);
  });
});
