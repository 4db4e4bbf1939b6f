import type { Configuration } from "../configuration";
import { timingOf } from "../timing";
import { type ScanName, scanNames } from "./scan";

/** When which scan is due: each as often as configured, one at a time, the one that has waited longest first. */
export class Schedule {
  private readonly due = new Map<ScanName, number>();

  /** All are due at once to begin with, in their own order. @param now milliseconds of any clock that only goes on */
  constructor(
    private readonly configuration: Configuration,
    now: number,
  ) {
    scanNames
      .filter((scan) => timingOf(scan, configuration))
      .forEach((scan, order) => {
        this.due.set(scan, now + order);
      });
  }

  /** The next scan, and when it is due; nothing when none is configured. */
  next(): { scan: ScanName; at: number } | undefined {
    const [first] = [...this.due].sort(([, a], [, b]) => a - b);
    return first && { scan: first[0], at: first[1] };
  }

  /** A scan begins now. What was missed while another one ran is not made up for. */
  begin(scan: ScanName, now: number): void {
    const { every = 0 } = timingOf(scan, this.configuration) ?? {};
    this.due.set(scan, now + every * 1000);
  }
}
