import { readlinkSync } from "node:fs";
import os from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { log } from "../log";
import { ScanRunner, type ScanSettings } from "./run-scan";
import type { ScanName } from "./scan";

/** The thread in which scans run: they block it, and nobody waits for it. */
export function scannerThread(): void {
  takeLowestPriority();
  const runner = new ScanRunner(workerData as ScanSettings);
  parentPort?.on("message", async (scan: ScanName) => {
    parentPort?.postMessage(await runner.run(scan));
  });
}

/** Of this thread alone; from it follows that of its reads from disks. */
function takeLowestPriority(): void {
  try {
    // `PID/task/TID`: what Linux calls a process here is a thread as well.
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    os.setPriority(thread, os.constants.priority.PRIORITY_LOW);
  } catch (error) {
    log("warn", "priority_kept", { reason: (error as Error).message });
  }
}
