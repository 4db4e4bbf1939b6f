import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HostRoot } from "./host-root";

const folder = mkdtempSync(path.join(os.tmpdir(), "host-root-"));
const host = new HostRoot(folder);

beforeAll(() => {
  mkdirSync(path.join(folder, "run/lock"), { recursive: true });
  mkdirSync(path.join(folder, "var"));
  mkdirSync(path.join(folder, "etc"));
  symlinkSync("/run", path.join(folder, "var/run"));
  symlinkSync("../../../../etc", path.join(folder, "var/settings"));
  symlinkSync("/etc/loop", path.join(folder, "etc/loop"));
  symlinkSync("/etc/hostname", path.join(folder, "etc/name"));
  writeFileSync(path.join(folder, "etc/hostname"), "web1\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

it("an absolute link begins at the host's root, not at this one's", () => {
  expect(host.resolve("/var/run/docker.sock")).toBe(path.join(folder, "run/docker.sock"));
  expect(host.read("/etc/name")).toBe("web1\n");
});

it("no link leads out of the host's root", () => {
  expect(host.resolve("/var/settings/file")).toBe(path.join(folder, "etc/file"));
  expect(host.resolve("/../../etc/hostname")).toBe(path.join(folder, "etc/hostname"));
});

it("links that lead to each other are an error that names the file", () => {
  expect(() => host.resolve("/etc/loop")).toThrow("/etc/loop: its symbolic links lead to each other");
});

it("tells a file that is not there from one that cannot be read", () => {
  expect(host.readIfThere("/etc/none")).toBeUndefined();
  expect(() => host.readIfThere("/etc")).toThrow("EISDIR");
});
