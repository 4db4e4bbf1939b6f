import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { StateFolder } from "./state-folder";

let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(os.tmpdir(), "state-")), "deep");
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

it("keeps what it is given for who comes after, and for nobody else to read", () => {
  const first = new StateFolder(folder);
  expect(first.load("logins")).toBeUndefined();
  first.save("logins", { count: 3 });
  expect(new StateFolder(folder).load("logins")).toEqual({ count: 3 });
  expect(statSync(path.join(folder, "logins.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["logins.json"]);
});

it("writes nothing where nothing is new", () => {
  const state = new StateFolder(folder);
  state.save("logins", { count: 3 });
  const written = statSync(path.join(folder, "logins.json")).ino;
  state.save("logins", { count: 3 });
  expect(statSync(path.join(folder, "logins.json")).ino).toBe(written);
  state.save("logins", { count: 4 });
  expect(statSync(path.join(folder, "logins.json")).ino).not.toBe(written);
});

it("sees what another process has written, and that somebody has removed it", () => {
  const state = new StateFolder(folder);
  state.save("integrity", { a: 1 });
  new StateFolder(folder).save("integrity", { a: 2 });
  expect(state.load("integrity")).toEqual({ a: 2 });
  rmSync(path.join(folder, "integrity.json"));
  expect(state.load("integrity")).toBeUndefined();
  state.save("integrity", { a: 2 });
  expect(readFileSync(path.join(folder, "integrity.json"), "utf8")).toBe('{"a":2}\n');
});

it("names the file that is spoilt, and does not begin anew in silence", () => {
  const state = new StateFolder(folder);
  state.save("logins", {});
  writeFileSync(path.join(folder, "logins.json"), "{");
  expect(() => state.load("logins")).toThrow(`${path.join(folder, "logins.json")} cannot be read`);
});

it("names the file that cannot be written", () => {
  writeFileSync(folder, "no folder");
  expect(() => new StateFolder(folder).save("logins", {})).toThrow(/logins\.json cannot be written .*--state/);
});

it("without a folder, keeps it in memory alone", () => {
  const state = new StateFolder(undefined);
  state.save("logins", { count: 3 });
  expect(state.load("logins")).toEqual({ count: 3 });
  expect(new StateFolder(undefined).load("logins")).toBeUndefined();
  expect(existsSync("logins.json")).toBe(false);
});
