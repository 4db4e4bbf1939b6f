import { describe, expect, it } from "vitest";
import { measure, median, row } from "./measure";

describe("median", () => {
  it("is the middle value, whatever their order", () => expect(median([9, 1, 4])).toBe(4));
  it("is the mean of the middle two", () => expect(median([1, 10, 2, 4])).toBe(3));
  it("is no number without values", () => expect(median([])).toBeNaN());
});

it("a row says median, least and most", () => {
  expect(row({ name: "up", runs: [3, 1.04, 2] })).toEqual(["up", "2.0", "1.0–3.0", "3"]);
});

it("measures the work and not what comes before it", async () => {
  const order: string[] = [];
  const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const { runs } = await measure(
    "x",
    2,
    async () => order.push("work"),
    async () => {
      order.push("before");
      await wait(100);
    },
  );
  expect(order).toEqual(["before", "work", "before", "work"]);
  for (const seconds of runs) expect(seconds).toBeLessThan(0.1);
});
