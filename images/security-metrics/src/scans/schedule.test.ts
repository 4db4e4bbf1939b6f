import { expect, it } from "vitest";
import { parseConfiguration } from "../configuration";
import { type ScanName, scanNames } from "./scan";
import { Schedule } from "./schedule";

/** Which scans begin when, in seconds, when each takes as long as told. */
function run(
  seconds: number,
  configuration: string,
  takes: Partial<Record<ScanName, number>> = {},
): [number, ScanName][] {
  const schedule = new Schedule(parseConfiguration(configuration, "c.yml"), 0);
  const begun: [number, ScanName][] = [];
  for (let now = 0; ; ) {
    const next = schedule.next();
    if (!next) return begun;
    now = Math.max(now, Math.floor(next.at / 1000) * 1000);
    if (now > seconds * 1000) return begun;
    schedule.begin(next.scan, now);
    begun.push([now / 1000, next.scan]);
    now += (takes[next.scan] ?? 0) * 1000;
  }
}

/** A configuration with some scans alone. */
function only(scans: Partial<Record<ScanName, number>>): string {
  return JSON.stringify({
    scans: Object.fromEntries(
      scanNames.map((scan) => {
        const every = scans[scan];
        return [scan, every === undefined ? false : { every }];
      }),
    ),
  });
}

it("to begin with runs all that are configured, what takes long last", () => {
  expect(run(0, "").map(([, scan]) => scan)).toEqual(["logins", "ports", "processes", "docker", "integrity", "files"]);
});

it("runs each as often as it should", () => {
  const begun = run(120, only({ ports: 30, docker: 60 }));
  expect(begun.filter(([, scan]) => scan === "ports").map(([at]) => at)).toEqual([0, 30, 60, 90, 120]);
  expect(begun.filter(([, scan]) => scan === "docker").map(([at]) => at)).toEqual([0, 60, 120]);
});

it("one at a time: what waited for another runs once, and not again for what it missed", () => {
  const begun = run(500, only({ ports: 60, files: 3600 }), { files: 250 });
  expect(begun).toEqual([
    [0, "ports"],
    [0, "files"],
    [250, "ports"],
    [310, "ports"],
    [370, "ports"],
    [430, "ports"],
    [490, "ports"],
  ]);
});

it("the one that has waited longest is next", () => {
  const begun = run(150, only({ ports: 60, docker: 50 }), { ports: 70 });
  expect(begun).toEqual([
    [0, "ports"],
    [70, "docker"],
    [70, "ports"],
    [140, "docker"],
    [140, "ports"],
  ]);
});

it("with no scan at all there is none to come", () => {
  expect(run(10, only({}))).toEqual([]);
});
