import type { Clock } from "../shared/clock";

interface Waiting {
  go: () => void;
  /** When it goes on by itself; undefined where somebody has to choose it. */
  until?: number;
}

/**
 * Lets several executions go on one step at a time, in an order that a test chooses.
 *
 * Time stands still until everybody sleeps or has ended: what a server does within a request is short against any pause.
 * With `timePasses` it does not: whoever sleeps may wake while others are held up for as long.
 */
export class Interleaving {
  private waiting: Waiting[] = [];
  /** At each choice, from how many it was made. */
  readonly choices: number[] = [];

  constructor(
    private time: number,
    private readonly timePasses = false,
  ) {}

  readonly step = (): Promise<void> => new Promise((go) => this.waiting.push({ go }));

  readonly clock: Clock = {
    now: () => this.time,
    sleep: (milliseconds) => new Promise((go) => this.waiting.push({ go, until: this.time + milliseconds })),
    random: () => 0.5,
  };

  /** @param choose which of so many goes on */
  async run<Result>(executions: (() => Promise<Result>)[], choose: (count: number) => number): Promise<Result[]> {
    let ended = false;
    const all = Promise.all(executions.map((execution) => execution())).finally(() => {
      ended = true;
    });
    // Whoever can go on without a choice does so before `setImmediate`.
    for (await settled(); !ended; await settled()) this.goOn(choose);
    return all;
  }

  private goOn(choose: (count: number) => number): void {
    const ready = this.waiting.filter(({ until }) => this.timePasses || until === undefined || until <= this.time);
    if (ready.length === 0) {
      this.time = Math.min(...this.waiting.map(({ until = 0 }) => until));
      return;
    }
    this.choices.push(ready.length);
    const chosen = ready[choose(ready.length)];
    this.waiting = this.waiting.filter((one) => one !== chosen);
    this.time = Math.max(this.time, chosen?.until ?? 0);
    chosen?.go();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Tries every order of steps there is.
 * @param attempt runs everything anew with these choices, and returns from how many each was made
 * @returns how many orders there were
 */
export async function everyOrder(attempt: (choose: (count: number) => number) => Promise<number[]>): Promise<number> {
  let choices: number[] = [];
  for (let count = 1; ; count++) {
    let position = 0;
    const sizes = await attempt(() => choices[position++] ?? 0);
    choices = sizes.map((_, index) => choices[index] ?? 0);
    while (choices.length > 0 && (choices.at(-1) ?? 0) + 1 >= (sizes[choices.length - 1] ?? 0)) choices.pop();
    if (choices.length === 0) return count;
    choices[choices.length - 1] = (choices.at(-1) ?? 0) + 1;
  }
}

/** Chance that is the same at every run of the tests (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
