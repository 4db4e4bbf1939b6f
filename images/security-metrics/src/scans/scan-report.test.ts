import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Finding } from "./scan";
import { ScanReport } from "./scan-report";

let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const found = (...findings: Finding[]) => ({ result: { samples: [], findings, problems: [] as string[] } });
const door: Finding = { finding: "suid_file_unknown", path: "/usr/local/bin/door" };
const toolOf = (n: number): Finding => ({ finding: "suid_file_unknown", path: `/opt/${n}` });
const events = (event: string) => lines.filter((line) => line.event === event);

it("tells when a scan begins and ends, and how it went", () => {
  const report = new ScanReport();
  report.begins("files");
  const outcome = report.ends("files", found(), 1.23456);
  expect(lines).toEqual([
    { time: expect.stringMatching(/^\d{4}-.*Z$/), level: "info", event: "scan_begins", scan: "files" },
    { time: expect.any(String), level: "info", event: "scan_ends", scan: "files", seconds: 1.235, success: 1 },
  ]);
  expect(outcome).toMatchObject({ scan: "files", duration: 1.235, samples: [], isSuccess: true });
  expect(Math.abs(outcome.time - Date.now() / 1000)).toBeLessThan(5);
});

it("tells why a scan failed, and keeps what it found out nevertheless", () => {
  const report = new ScanReport();
  const partly = report.ends("files", { result: { samples: [], findings: [door], problems: ["/a", "/b"] } }, 1);
  const wholly = report.ends("ports", { failure: "no /proc" }, 1);
  expect(events("scan_failed").map(({ scan, reason }) => [scan, reason])).toEqual([
    ["files", "/a"],
    ["files", "/b"],
    ["ports", "no /proc"],
  ]);
  expect(partly).toMatchObject({ isSuccess: false, samples: [] });
  expect(wholly).toMatchObject({ isSuccess: false, samples: undefined });
});

it("tells of a finding once while it lasts, and again when it comes back", () => {
  const report = new ScanReport();
  for (const findings of [[door], [door, toolOf(1)], [], [door]]) report.ends("files", found(...findings), 1);
  expect(events("finding").map(({ path }) => path)).toEqual(["/usr/local/bin/door", "/opt/1", "/usr/local/bin/door"]);
});

it("a scan that finds out nothing makes no finding new", () => {
  const report = new ScanReport();
  for (const answer of [found(door), { failure: "busy" }, found(door)]) report.ends("files", answer, 1);
  expect(events("finding")).toHaveLength(1);
});

it("does not fill the log with findings of a kind", () => {
  new ScanReport().ends("files", found(...Array.from({ length: 250 }, (_, n) => toolOf(n))), 1);
  expect(events("finding")).toHaveLength(100);
  expect(events("findings_left_out")).toEqual([expect.objectContaining({ scan: "files", count: 150 })]);
});
