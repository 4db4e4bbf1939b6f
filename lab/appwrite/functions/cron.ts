/** The five fields of a cron expression: what each may be. */
const fields = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12 },
  { least: 0, most: 7 },
] as const;

/** Whether it is a cron expression of five fields, of numbers, ranges, lists and steps. */
export function isCron(expression: string): boolean {
  const parts = expression.trim().split(/\s+/);
  return parts.length === 5 && fields.every((field, at) => valuesOf(parts[at] ?? "", field) !== undefined);
}

/** Whether a function with this schedule is to run in that minute, in UTC. */
export function isDue(expression: string, time: Date): boolean {
  const now = [time.getUTCMinutes(), time.getUTCHours(), time.getUTCDate(), time.getUTCMonth() + 1, time.getUTCDay()];
  const parts = expression.trim().split(/\s+/);
  const fits = fields.map((field, at) => {
    const values = valuesOf(parts[at] ?? "", field) ?? [];
    return values.includes(now[at] ?? -1) || (at === 4 && now[4] === 0 && values.includes(7));
  });
  const [minute, hour, day, month, weekday] = fits;
  // Where both days are said, either will do.
  const both = parts[2] !== "*" && parts[4] !== "*";
  return Boolean(minute && hour && month && (both ? day || weekday : day && weekday));
}

function valuesOf(part: string, { least, most }: (typeof fields)[number]): number[] | undefined {
  const values: number[] = [];
  for (const one of part.split(",")) {
    const [, range = "", from, to, step = "1"] = /^(\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(one) ?? [];
    if (range === "") return undefined;
    const low = from === undefined ? least : Number(from);
    const high = from === undefined || (to === undefined && one.includes("/")) ? most : Number(to ?? from);
    if (low < least || high > most || low > high || Number(step) < 1) return undefined;
    for (let value = low; value <= high; value += Number(step)) values.push(value);
  }
  return values;
}
