import type { Store } from "../store";
import { isDue } from "./cron";
import { functionsIn } from "./functions";

/** Runs functions by their schedules, in UTC. */
export class Clock {
  private timer: NodeJS.Timeout | undefined;

  /** @param run runs a function */
  constructor(
    private readonly store: Store,
    private readonly run: (functionId: string) => Promise<unknown>,
  ) {}

  start(): void {
    let last = minuteOf(Date.now());
    this.timer = setInterval(() => {
      const minute = minuteOf(Date.now());
      if (minute === last) return;
      last = minute;
      this.runDue(new Date(minute * 60_000));
    }, 1000);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Runs those whose schedule names this minute. What becomes of an execution can be read from it. */
  runDue(minute: Date): void {
    for (const { $id, schedule, enabled, deploymentId } of functionsIn(this.store).all()) {
      const scheduled = enabled && deploymentId !== "" && schedule !== "";
      if (scheduled && isDue(schedule, minute)) this.run($id).catch(() => {});
    }
  }
}

const minuteOf = (time: number) => Math.floor(time / 60_000);
