import { appendFileSync, mkdtempSync, renameSync, rmSync, utimesSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TrialHost } from "../scans/trial-host";
import { scanLogins } from "./logins";
import { attempts, sampleJournal, sampleLog } from "./samples";

const machine = "/var/log/journal/d3e992fef2914ed2adc3f445b34b04db";
/** When the attempts in the journal of `bookworm` were, seconds since 1970. */
const journalTime = 1_795_523_512;
let state: string;
let host: TrialHost;
beforeEach(() => {
  state = mkdtempSync(path.join(os.tmpdir(), "state-"));
  host = new TrialHost(state);
});
afterEach(() => {
  host.remove();
  rmSync(state, { recursive: true });
});

/** One scan: the counts, and what it complains of. */
async function scan(configuration?: string, countsOldEntries = false) {
  const { samples, problems } = await scanLogins({ ...host.context(configuration), countsOldEntries });
  const counts = Object.fromEntries(samples.map(({ labels, value }) => [labels.type, value]));
  return { counts, problems };
}

const failed = (user: string) =>
  `2026-11-24T12:23:23.836091+00:00 web1 sshd[71]: Failed password for ${user} from 10.0.0.50 port 60580 ssh2\n`;
const none = { ssh_password: 0, ssh_invalid_user: 0, sudo: 0 };

it("counts what comes to auth.log, over restarts and rotations", async () => {
  host.write("/var/log/auth.log", failed("old"));
  expect(await scan()).toEqual({ counts: none, problems: [] });
  appendFileSync(host.at("/var/log/auth.log"), failed("a").repeat(20));
  expect((await scan()).counts.ssh_password).toBe(20);
  renameSync(host.at("/var/log/auth.log"), host.at("/var/log/auth.log.1"));
  host.write("/var/log/auth.log", failed("b").repeat(3));
  expect((await scan()).counts.ssh_password).toBe(23);
  expect((await scan()).counts.ssh_password).toBe(23);
});

it("counts from the first line of a log that appears after the first scan", async () => {
  const first = await scan();
  expect(first.counts).toEqual(none);
  expect(first.problems.join()).toMatch("neither /var/log/auth.log nor /var/log/secure nor a journal");
  host.write("/var/log/auth.log", sampleLog("bookworm-auth").join("\n"));
  expect(await scan()).toEqual({ counts: attempts, problems: [] });
});

it("reads the log of Red Hat's systems", async () => {
  host.write("/var/log/secure", "");
  await scan();
  host.write("/var/log/secure", failed("a"));
  expect((await scan()).counts.ssh_password).toBe(1);
});

it("reads the journal of a host without such a log", async () => {
  await scan();
  host.folder(machine);
  sampleJournal("bookworm-system", host.at(`${machine}/system.journal`));
  const { counts, problems } = await scan();
  expect(problems).toEqual([]);
  expect(counts).toMatchObject({ ssh_password: 13, ssh_invalid_user: 15 });
  expect((await scan()).counts).toEqual(counts);
});

it("counts what stands in both the log and the journal once", async () => {
  await scan();
  host.folder(machine).write("/var/log/auth.log", failed("a"));
  sampleJournal("bookworm-system", host.at(`${machine}/system.journal`));
  utimesSync(host.at("/var/log/auth.log"), journalTime + 300, journalTime + 300);
  expect((await scan()).counts).toEqual({ ...none, ssh_password: 1 });
});

it("counts from the journal what a log lacks that nobody writes to any more", async () => {
  await scan();
  host.folder(machine).write("/var/log/auth.log", failed("a"));
  sampleJournal("bookworm-system", host.at(`${machine}/system.journal`));
  utimesSync(host.at("/var/log/auth.log"), journalTime - 86_400, journalTime - 86_400);
  expect((await scan()).counts.ssh_password).toBe(14);
  expect((await scan()).counts.ssh_password).toBe(14);
});

it("a log's first line for a long while, which is just being written, counts once", async () => {
  host.write("/var/log/auth.log", failed("old"));
  utimesSync(host.at("/var/log/auth.log"), journalTime - 86_400, journalTime - 86_400);
  await scan();
  host.folder(machine);
  sampleJournal("bookworm-system", host.at(`${machine}/system.journal`));
  setTimeout(() => appendFileSync(host.at("/var/log/auth.log"), failed("a")), 300);
  expect((await scan()).counts.ssh_password).toBe(1);
});

it("reads what sshd writes itself, where it is told to", async () => {
  const configuration = "scans: { logins: { sshdLog: /srv/sshd.log } }";
  expect((await scan(configuration)).problems.join()).toMatch("/srv/sshd.log is not there");
  host.write("/srv/sshd.log", sampleLog("sshd-e").join("\n"));
  expect(await scan(configuration)).toEqual({
    counts: { ssh_password: 3, ssh_invalid_user: 3, sudo: 0 },
    problems: [],
  });
});

it("counts what is there already when it is asked to", async () => {
  host.write("/var/log/auth.log", sampleLog("trixie-auth").join("\n"));
  expect((await scan(undefined, true)).counts).toEqual(attempts);
});

it("fails when its state is spoilt, and names the file", async () => {
  host.write("/var/log/auth.log", "");
  await scan();
  const file = path.join(state, "logins.json");
  appendFileSync(file, "}");
  await expect(scan()).rejects.toThrow(`${file} cannot be read`);
});

const isRoot = process.getuid?.() === 0;

it.skipIf(isRoot)(
  `says what it takes when it may not read the log${isRoot ? " (skipped: root may read everything)" : ""}`,
  async () => {
    host.write("/var/log/auth.log", "", 0o000);
    expect((await scan()).problems.join()).toMatch("it takes CAP_DAC_READ_SEARCH, or the group adm");
  },
);
