const units = ["B", "kB", "MB", "GB", "TB"];

/** Bytes as a person reads them, in units of 1000, as `3.1 GB`. */
export function byteSize(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
