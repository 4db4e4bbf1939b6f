/** What is to go wrong, and how long things take. */
export class Faults {
  /** Every connection is dropped. */
  away = false;
  /** Milliseconds that a column, index or message is processed, and that each state of a build lasts. */
  stateMs = 20;
  /** Messages of the next builds, columns and indexes that fail. */
  readonly failingBuilds: string[] = [];
  readonly failingColumns: string[] = [];
  private readonly losing: { left: number; of: string }[] = [];

  /** The next answers get lost: the work is done, then the connection closes. @param of beginning of `METHOD /path` */
  lose(count: number, of: string): void {
    this.losing.push({ left: count, of });
  }

  /** Whether this answer gets lost. */
  loses(method: string, path: string): boolean {
    const one = this.losing.find(({ left, of }) => left > 0 && `${method} ${path}`.startsWith(of));
    if (one) one.left--;
    return one !== undefined;
  }
}

/** Work that is done a little later, as by Appwrite's workers, and never after the server has stopped. */
export class Later {
  /** Whether the server has: whatever is still under way then is of no interest. */
  stopped = false;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly faults: Faults) {}

  /** Does it once the state's time is over. */
  after(work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, this.faults.stateMs);
    this.timers.add(timer);
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
