import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { removeStaleLocks } from "./stale-locks";

let state: string;
let locks: string;

beforeEach(() => {
  state = mkdtempSync(path.join(os.tmpdir(), "state-"));
  locks = path.join(state, ".pulumi", "locks", "organization", "monitoring", "prod");
  mkdirSync(locks, { recursive: true });
});

afterEach(() => rmSync(state, { recursive: true, force: true }));

const lock = (name: string, pid: number, hostname = os.hostname()) =>
  writeFileSync(path.join(locks, `${name}.json`), JSON.stringify({ pid, username: "root", hostname }));

it("of a process that is gone goes, one that runs and another machine's stay", () => {
  // Above the greatest process id there can be.
  const gone = 4_194_305;
  lock("gone", gone);
  lock("running", process.pid);
  lock("elsewhere", gone, "another-machine");
  removeStaleLocks("prod", `file://${state}`);
  expect(readdirSync(locks).sort()).toEqual(["elsewhere.json", "running.json"]);
});

it("where there are none, or the state is in no files, there is nothing to do", () => {
  removeStaleLocks("local", `file://${state}`);
  removeStaleLocks("prod", "postgres://db.example.org/pulumi");
  expect(readdirSync(locks)).toEqual([]);
});
