import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { BenchHost, type HostSize } from "./bench-host";
import { bundleSecurityMetrics } from "./bundle";

/** How long scrapes took, milliseconds. */
export interface ScrapeTimes {
  count: number;
  median: number;
  longest: number;
}

/** What the exporter costs. */
export interface SecurityMetricsCosts {
  /** Seconds of a processor that one scan of all files takes, and from its beginning to its end. */
  scanCpuSeconds: number;
  scanSeconds: number;
  /** MiB resident: the most since the start, and at the end. */
  peakMemory: number;
  memory: number;
  /** Of one processor, by the default schedule: what the other scans take, and with its part of the hourly scan of files. */
  otherScansPercent: number;
  processorPercent: number;
  /** While the files are scanned, and 100 after that. */
  scrapesDuring: ScrapeTimes;
  scrapesAfter: ScrapeTimes;
}

export interface SecurityMetricsBench {
  /** @default 200,000 files, 300 processes, 20 containers */
  size?: HostSize;
  /** The program that runs it, as Node.js 22 of the image. @default the one that runs this */
  node?: string;
  /** For how long it is watched after the scan of files. @default 5 */
  minutes?: number;
}

/** Those of the Dockerfile. */
const nodeOptions = ["--max-old-space-size=48", "--max-semi-space-size=1", "--optimize-for-size"];
const environment = { MALLOC_ARENA_MAX: "1" };

/** Measures the exporter, bundled as it is in its image, on what looks like a host with many files. */
export async function benchSecurityMetrics(bench: SecurityMetricsBench = {}): Promise<SecurityMetricsCosts> {
  const { size = { files: 200_000, processes: 300, containers: 20 }, node = process.execPath, minutes = 5 } = bench;
  const folder = mkdtempSync(path.join(os.tmpdir(), "security-metrics-bench-"));
  const host = new BenchHost();
  let exporter: RunningExporter | undefined;
  try {
    const program = path.join(folder, "main.js");
    await bundleSecurityMetrics(program);
    await host.fill(size);
    exporter = new RunningExporter(node, program, host.root, path.join(folder, "state"));
    return await measure(exporter, minutes);
  } finally {
    await exporter?.end();
    host.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(exporter: RunningExporter, minutes: number): Promise<SecurityMetricsCosts> {
  const url = await exporter.url();
  await exporter.logged("scan_begins", "files");
  const cpuBefore = exporter.cpuSeconds();
  let scanSeconds: number | undefined;
  const end = exporter.logged("scan_ends", "files").then(({ seconds }) => {
    scanSeconds = Number(seconds);
  });
  const during: number[] = [];
  while (scanSeconds === undefined) {
    during.push(await timeOf(url));
    await pause(20);
  }
  await end;
  const scanCpuSeconds = exporter.cpuSeconds() - cpuBefore;
  const after: number[] = [];
  for (let n = 0; n < 100; n++) after.push(await timeOf(url));

  const cpuThen = exporter.cpuSeconds();
  await pause(minutes * 60_000);
  const otherScansPercent = ((exporter.cpuSeconds() - cpuThen) / (minutes * 60)) * 100;
  return {
    scanCpuSeconds,
    scanSeconds,
    peakMemory: exporter.memory("VmHWM"),
    memory: exporter.memory("VmRSS"),
    otherScansPercent,
    processorPercent: otherScansPercent + (scanCpuSeconds / 3600) * 100,
    scrapesDuring: summaryOf(during),
    scrapesAfter: summaryOf(after),
  };
}

/** Milliseconds that a scrape takes, until all of it is there. */
async function timeOf(url: string): Promise<number> {
  const start = performance.now();
  await (await fetch(`${url}/metrics`)).text();
  return performance.now() - start;
}

function summaryOf(times: number[]): ScrapeTimes {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    count: sorted.length,
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    longest: sorted.at(-1) ?? Number.NaN,
  };
}

type LogLine = Record<string, string | number>;

/** The exporter as a process of its own, and what the kernel says of it. */
class RunningExporter {
  private readonly child: ChildProcess;
  private readonly log: LogLine[] = [];

  constructor(node: string, program: string, root: string, state: string) {
    const args = ["--root", root, "--state", state, "--listen", "127.0.0.1:0"];
    this.child = spawn(node, [...nodeOptions, program, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    if (this.child.stdout) {
      createInterface(this.child.stdout).on("line", (line) => this.log.push(JSON.parse(line) as LogLine));
    }
  }

  async url(): Promise<string> {
    const { port } = await this.logged("listens");
    return `http://127.0.0.1:${port}`;
  }

  /** The first line about an event; waits for it. */
  async logged(event: string, scan?: string): Promise<LogLine> {
    for (;;) {
      const line = this.log.find((one) => one.event === event && (scan === undefined || one.scan === scan));
      if (line) return line;
      if (this.child.exitCode !== null) throw new Error(`the exporter has ended with ${this.child.exitCode}`);
      await pause(5);
    }
  }

  /** User and system time of all its threads. @see man 5 proc, /proc/pid/stat, fields 14 and 15 */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** MiB. */
  memory(field: "VmHWM" | "VmRSS"): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "latin1");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }
}
