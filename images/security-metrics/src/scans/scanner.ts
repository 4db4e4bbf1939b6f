import { Worker } from "node:worker_threads";
import type { ScanAnswer, ScanSettings } from "./run-scan";
import type { ScanName } from "./scan";

/** MiB of the thread's heap. A scan that needs more ends, and the exporter goes on. */
const heap = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 };

/** Has scans run in a thread of their own, so that a scrape is answered at once whatever they do. */
export class Scanner {
  private thread: Worker | undefined;
  /** Scans whose thread does not even end, as a disk does not answer. */
  private readonly stuck = new Set<ScanName>();

  /**
   * @param program the file that runs {@link scannerThread} when it finds itself in a thread
   * @param grace how much longer than its bound a scan may take to notice that its time is up, seconds
   */
  constructor(
    private readonly program: string,
    private readonly settings: ScanSettings,
    private readonly grace = 5,
  ) {}

  /** @param limit seconds */
  run(scan: ScanName, limit: number): Promise<ScanAnswer> {
    if (this.stuck.has(scan)) {
      return Promise.resolve({
        failure: "its last run still hangs: a disk or filesystem does not answer (see dmesg).",
      });
    }
    const thread = this.thread ?? this.start();
    return new Promise((resolve) => {
      const settle = (answer: ScanAnswer) => {
        clearTimeout(timer);
        thread.off("message", settle).off("error", fail).off("exit", end);
        resolve(answer);
      };
      const fail = (error: Error) => settle({ failure: `its thread has ended: ${error.message}` });
      const end = () => fail(new Error("for no known reason"));
      const timer = setTimeout(
        () => {
          this.abandon(thread, scan);
          settle({ failure: `it was not done within its bound of ${limit} s` });
        },
        (limit + this.grace) * 1000,
      );
      thread.on("message", settle).on("error", fail).on("exit", end);
      thread.postMessage(scan);
    });
  }

  async stop(): Promise<void> {
    await this.thread?.terminate();
  }

  private start(): Worker {
    const thread = new Worker(this.program, { workerData: this.settings, resourceLimits: heap });
    const forget = () => {
      if (this.thread === thread) this.thread = undefined;
    };
    // Also of a failure between scans, which is no reason to end: the next one starts another thread.
    thread.on("error", forget).on("exit", forget);
    this.thread = thread;
    return thread;
  }

  private abandon(thread: Worker, scan: ScanName): void {
    this.thread = undefined;
    this.stuck.add(scan);
    thread.once("exit", () => this.stuck.delete(scan));
    void thread.terminate();
  }
}
