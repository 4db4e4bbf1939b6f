import { log } from "../log";
import type { ScanOutcome } from "../page";
import type { ScanAnswer } from "./run-scan";
import type { Finding, ScanName } from "./scan";

/** Of one scan, so many findings are logged one by one. */
const mostLogged = 100;

/** Writes to the log what scans find and why they fail: each finding once, when it appears. */
export class ScanReport {
  private readonly known = new Map<ScanName, Set<string>>();

  begins(scan: ScanName): void {
    log("info", "scan_begins", { scan });
  }

  /** @param seconds how long the scan took */
  ends(scan: ScanName, answer: ScanAnswer, seconds: number): ScanOutcome {
    const problems = "failure" in answer ? [answer.failure] : answer.result.problems;
    for (const reason of problems) log("error", "scan_failed", { scan, reason });
    if ("result" in answer) this.tellNew(scan, answer.result.findings);
    const isSuccess = problems.length === 0;
    const duration = Math.round(seconds * 1000) / 1000;
    log("info", "scan_ends", { scan, seconds: duration, success: isSuccess ? 1 : 0 });
    const samples = "result" in answer ? answer.result.samples : undefined;
    return { scan, duration, samples, isSuccess, time: Date.now() / 1000 };
  }

  private tellNew(scan: ScanName, findings: Finding[]): void {
    const known = this.known.get(scan) ?? new Set();
    const now = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
    const fresh = [...now].filter(([key]) => !known.has(key)).map(([, finding]) => finding);
    for (const finding of fresh.slice(0, mostLogged)) log(levelOf(finding), "finding", { scan, ...finding });
    if (fresh.length > mostLogged) log("warn", "findings_left_out", { scan, count: fresh.length - mostLogged });
    this.known.set(scan, new Set(now.keys()));
  }
}

/** A port that something listens on is nothing wrong in itself. */
function levelOf({ finding }: Finding): "info" | "warn" {
  return finding === "listening_port" ? "info" : "warn";
}
