/** A scan's bound of time, and its share of a processor. */
export class Deadline {
  private readonly end: number;
  private workSince = performance.now();

  /**
   * @param seconds how long the scan may take
   * @param share how much of one processor it takes at most: after a while of work it sleeps in proportion
   */
  constructor(
    private readonly seconds: number,
    private readonly share = 1,
  ) {
    this.end = performance.now() + seconds * 1000;
  }

  /** To be called often: rests where the share demands it. @throws {Error} when the time is up */
  check(): void {
    const now = performance.now();
    if (now > this.end) throw new Error(`it was not done within its bound of ${this.seconds} s`);
    const worked = now - this.workSince;
    if (this.share >= 1 || worked < restAfter) return;
    sleep(Math.min((worked * (1 - this.share)) / this.share, longestRest));
    this.workSince = performance.now();
  }

  /** Whether less than this many seconds are left: for what can stop, and go on at the next scan. */
  isNear(seconds: number): boolean {
    return performance.now() > this.end - seconds * 1000;
  }
}

/** Milliseconds of work before a rest. */
const restAfter = 20;
/** After a wait for a slow disk, which is no work, there is no need to rest as long. */
const longestRest = 100;

/** Blocks this thread, which has nothing else to do. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
