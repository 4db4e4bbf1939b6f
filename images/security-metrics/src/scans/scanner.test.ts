import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { parseConfiguration } from "../configuration";
import { Scanner } from "./scanner";

const folder = mkdtempSync(path.join(os.tmpdir(), "scanner-"));
const settings = {
  root: "/",
  dockerSocket: "/none",
  state: undefined,
  configuration: parseConfiguration("", "c.yml"),
  countsOldEntries: false,
  share: 1,
};
let scanner: Scanner | undefined;
afterEach(() => scanner?.stop());
afterAll(() => rmSync(folder, { recursive: true }));

/** A scanner whose thread runs this in place of scans. */
function scannerThatRuns(code: string): Scanner {
  const file = path.join(folder, `thread-${Math.random()}.cjs`);
  writeFileSync(file, `const { parentPort } = require("node:worker_threads"); let runs = 0;\n${code}`);
  scanner = new Scanner(file, settings, 0.2);
  return scanner;
}

const found = (value: string) => `{ result: { samples: [], findings: [], problems: [${value}] } }`;

it("has scans answered by a thread, which stays for the next", async () => {
  const one = scannerThatRuns(`parentPort.on("message", (scan) => parentPort.postMessage(${found("scan + ++runs")}));`);
  expect(await one.run("ports", 5)).toEqual({ result: { samples: [], findings: [], problems: ["ports1"] } });
  expect(await one.run("files", 5)).toEqual({ result: { samples: [], findings: [], problems: ["files2"] } });
});

it("gives up a scan that is not done in time, and starts the next in a new thread", async () => {
  const one = scannerThatRuns(
    `parentPort.on("message", (scan) => { if (scan === "files") for (;;); parentPort.postMessage(${found("scan")}); });`,
  );
  expect(await one.run("files", 0.3)).toEqual({ failure: "it was not done within its bound of 0.3 s" });
  expect(await one.run("ports", 5)).toMatchObject({ result: { problems: ["ports"] } });
});

it("tells when a thread ends in the middle of a scan, and goes on", async () => {
  const one = scannerThatRuns(
    `parentPort.on("message", (scan) => { if (scan === "files") throw new Error("no"); parentPort.postMessage(${found("scan")}); });`,
  );
  expect(await one.run("files", 5)).toEqual({ failure: "its thread has ended: no" });
  expect(await one.run("ports", 5)).toMatchObject({ result: { problems: ["ports"] } });
});

it("ends a scan that takes too much memory, and goes on", async () => {
  const one = scannerThatRuns(
    `parentPort.on("message", (scan) => { const all = []; if (scan === "files") while (all.length < 40_000) all.push(new Array(1000).fill(all.length));
     parentPort.postMessage(${found("scan")}); });`,
  );
  expect(await one.run("files", 30)).toEqual({ failure: expect.stringContaining("its thread has ended: ") });
  expect(await one.run("ports", 5)).toMatchObject({ result: { problems: ["ports"] } });
});
