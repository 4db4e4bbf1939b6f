/** What one figure came to, in seconds. */
export interface Measurement {
  name: string;
  runs: number[];
}

/** The middle of the values, or the mean of the middle two. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A measurement as the cells of a table's row: name, median, least and most, number of runs. */
export function row({ name, runs }: Measurement): string[] {
  const seconds = (value: number) => value.toFixed(1);
  return [
    name,
    seconds(median(runs)),
    `${seconds(Math.min(...runs))}–${seconds(Math.max(...runs))}`,
    String(runs.length),
  ];
}

/**
 * Times something several times over.
 * @param work what is timed
 * @param before puts things back to where they were, untimed, before each run
 */
export async function measure(
  name: string,
  times: number,
  work: () => Promise<unknown>,
  before: () => Promise<unknown> = async () => {},
): Promise<Measurement> {
  const runs: number[] = [];
  for (let run = 0; run < times; run++) {
    await before();
    const start = performance.now();
    await work();
    runs.push((performance.now() - start) / 1000);
  }
  return { name, runs };
}
