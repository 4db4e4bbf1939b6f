import type { Clock } from "./clock";
import { ServiceError } from "./service-error";

const firstPause = 200;
const longestPause = 2000;

/** Repeats what failed for a passing reason, with growing pauses, until a time that the whole execution shares. */
export class Retries {
  /** @param until no further attempt begins after it, in milliseconds since 1970 */
  constructor(
    private readonly clock: Clock,
    private readonly until: number,
  ) {}

  /**
   * @param call told which attempt it is, 0 first: from the second on, an earlier one may have had its effect although
   *   its answer was lost
   * @throws what the last attempt threw
   */
  async run<Answer>(call: (attempt: number) => Promise<Answer>): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await call(attempt);
      } catch (error) {
        // Between three and five quarters, so that those who failed together do not come back together.
        const pause = Math.min(longestPause, firstPause * 2 ** attempt) * (0.75 + this.clock.random() / 2);
        const isTemporary = error instanceof ServiceError && error.isTemporary;
        if (!isTemporary || this.clock.now() + pause > this.until) throw error;
        await this.clock.sleep(pause);
      }
    }
  }
}
