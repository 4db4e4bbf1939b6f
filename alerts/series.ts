/** What an exporter says over time, in the notation of `promtool test rules`. */
export interface Series {
  metric: string;
  labels: Record<string, string>;
  values: string;
}

/** Seconds between two samples, as Prometheus scrapes. */
export const sampleSeconds = 15;
/** How long a series goes on, in minutes. */
export const seriesMinutes = 120;
const samples = (seriesMinutes * 60) / sampleSeconds;

type Labels = Record<string, string>;

/** The same value all the time. */
export function flat(metric: string, value: number, labels: Labels = {}): Series {
  return { metric, labels, values: `${value}x${samples}` };
}

/** A value that rises (or falls) by so much a second, from `start` on. */
export function rising(metric: string, perSecond: number, labels: Labels = {}, start = 0): Series {
  const step = perSecond * sampleSeconds;
  return { metric, labels, values: `${start}${step < 0 ? "-" : "+"}${Math.abs(step)}x${samples}` };
}

/** A value from each of the given minutes on, as `{ 0: 1, 30: 0 }`; `null` where there is none. */
export function steps(metric: string, from: Record<number, number | null>, labels: Labels = {}): Series {
  const changes = Object.entries(from).map(([minute, value]) => ({ at: (Number(minute) * 60) / sampleSeconds, value }));
  const parts = changes.map(({ at, value }, index) => {
    const length = (changes[index + 1]?.at ?? samples) - at;
    return value === null ? `_x${length}` : `${value}x${length - 1}`;
  });
  return { metric, labels, values: parts.join(" ") };
}

/** A value that changes every `seconds`, by one. */
export function changing(metric: string, seconds: number, labels: Labels = {}): Series {
  const each = Math.max(1, Math.round(seconds / sampleSeconds));
  const parts = Array.from({ length: Math.ceil(samples / each) }, (_, index) => `${1000 + index}x${each - 1}`);
  return { metric, labels, values: parts.join(" ") };
}
