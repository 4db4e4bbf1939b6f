import { expect, it } from "vitest";
import { isCron, isDue } from "./cron";

it.each(["*/5 * * * *", "0 0 1 1 *", "1,2,30-40/5 8-18 * * 1-5", "0 0 * * 7"])("takes %o", (expression) => {
  expect(isCron(expression)).toBe(true);
});

it.each(["", "* * * *", "60 * * * *", "*/0 * * * *", "5-1 * * * *", "every 5 minutes a day", "@daily"])(
  "refuses %o",
  (expression) => {
    expect(isCron(expression)).toBe(false);
  },
);

it.each<[string, string, boolean]>([
  ["*/5 * * * *", "2026-01-01T00:10:00Z", true],
  ["*/5 * * * *", "2026-01-01T00:11:00Z", false],
  ["30 8 * * *", "2026-01-01T08:30:00Z", true],
  ["30 8 * * *", "2026-01-01T09:30:00Z", false],
  // A Sunday, by either of its numbers.
  ["0 0 * * 7", "2026-01-04T00:00:00Z", true],
  ["0 0 * * 0", "2026-01-04T00:00:00Z", true],
  ["0 0 * * 1", "2026-01-04T00:00:00Z", false],
  // Of two days either will do.
  ["0 0 13 * 5", "2026-01-13T00:00:00Z", true],
  ["0 0 13 * 5", "2026-01-16T00:00:00Z", true],
  ["0 0 13 * 5", "2026-01-14T00:00:00Z", false],
])("%s at %s: %s", (expression, time, due) => {
  expect(isDue(expression, new Date(time))).toBe(due);
});
