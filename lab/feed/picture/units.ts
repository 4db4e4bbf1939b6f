/** Units of Grafana's, as far as the dashboards use them, and how it writes a number in them. */
type Writer = (value: number, decimals: number | undefined) => string;

const writers: Record<string, Writer> = {
  none: (value, decimals) => rounded(value, decimals),
  short: scaled(1000, ["", " K", " Mil", " Bil", " Tri"]),
  percent: (value, decimals) => `${rounded(value, decimals)}%`,
  percentunit: (value, decimals) => `${rounded(value * 100, decimals)}%`,
  bytes: scaled(1024, [" B", " KiB", " MiB", " GiB", " TiB", " PiB"]),
  decbytes: scaled(1000, [" B", " kB", " MB", " GB", " TB", " PB"]),
  Bps: scaled(1000, [" B/s", " kB/s", " MB/s", " GB/s"]),
  binBps: scaled(1024, [" B/s", " KiB/s", " MiB/s", " GiB/s"]),
  bps: scaled(1000, [" b/s", " kb/s", " Mb/s", " Gb/s"]),
  cps: suffixed(" c/s"),
  ops: suffixed(" ops/s"),
  reqps: suffixed(" req/s"),
  rps: suffixed(" rd/s"),
  wps: suffixed(" wr/s"),
  pps: suffixed(" p/s"),
  rowsps: suffixed(" rows/s"),
  s: duration,
  ms: (value, decimals) => duration(value / 1000, decimals),
  d: (value, decimals) => `${rounded(value, decimals)} ${rounded(value, decimals) === "1" ? "day" : "days"}`,
  dtdurations: (value) => spelled(value),
  dateTimeFromNow: (value) => `${spelled(Math.max(0, (Date.now() - value) / 1000))} ago`,
  celsius: (value, decimals) => `${rounded(value, decimals)} °C`,
  watt: scaled(1000, [" W", " kW", " MW"]),
};

/** A number as a person reads it. Of a unit that is not known here, the number alone. */
export function written(value: number, unit = "none", decimals?: number): string {
  return (writers[unit] ?? rounded)(value, decimals);
}

export function isKnown(unit: string): boolean {
  return unit in writers;
}

/** Three digits that matter, or so many places after the point. */
function rounded(value: number, decimals?: number): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  if (Number.isInteger(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return String(Number(value.toFixed(digits)));
}

function scaled(base: number, names: string[]): Writer {
  return (value, decimals) => {
    let [rest, power] = [value, 0];
    while (Math.abs(rest) >= base && power < names.length - 1) {
      rest /= base;
      power++;
    }
    return `${rounded(rest, decimals)}${names[power]}`;
  };
}

function suffixed(name: string): Writer {
  return (value, decimals) => `${rounded(value, decimals)}${name}`;
}

function duration(seconds: number, decimals?: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return "0 s";
  if (size < 0.001) return `${rounded(seconds * 1e6, decimals)} µs`;
  if (size < 1) return `${rounded(seconds * 1000, decimals)} ms`;
  if (size < 60) return `${rounded(seconds, decimals)} s`;
  if (size < 3600) return `${rounded(seconds / 60, decimals ?? 1)} min`;
  return size < 86_400
    ? `${rounded(seconds / 3600, decimals ?? 1)} h`
    : `${rounded(seconds / 86_400, decimals ?? 1)} days`;
}

/** As `3h 20m`: the two greatest parts. */
function spelled(seconds: number): string {
  const parts: [string, number][] = [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ];
  if (seconds !== 0 && Math.abs(seconds) < 1) return duration(seconds);
  let rest = Math.round(Math.abs(seconds));
  const said: string[] = [];
  for (const [name, size] of parts) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || said.length > 0) said.push(`${count}${name}`);
  }
  return `${seconds < 0 ? "-" : ""}${said.slice(0, 2).join(" ") || "0s"}`;
}
