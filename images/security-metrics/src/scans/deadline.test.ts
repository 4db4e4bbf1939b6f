import { expect, it, vi } from "vitest";
import { Deadline } from "./deadline";

/** Works for so many milliseconds, and looks at the deadline all the time. */
function work(deadline: Deadline, milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) deadline.check();
}

it("lets pass what is in time, and ends what is not", () => {
  const deadline = new Deadline(0.05);
  deadline.check();
  expect(() => work(deadline, 1000)).toThrow("it was not done within its bound of 0.05 s");
});

it("leaves the rest of a processor to others", () => {
  const rests = vi.spyOn(Atomics, "wait").mockReturnValue("timed-out");
  work(new Deadline(10, 0.25), 100);
  expect(rests.mock.calls.length).toBeGreaterThan(0);
  // Three times as long as it has worked, which is 20 ms at least; not longer than 100 ms.
  for (const [, , , milliseconds] of rests.mock.calls) {
    expect(milliseconds).toBeGreaterThanOrEqual(60);
    expect(milliseconds).toBeLessThanOrEqual(100);
  }
  rests.mockClear();
  work(new Deadline(10), 100);
  expect(rests).not.toHaveBeenCalled();
  rests.mockRestore();
});

it("tells when its end is near", () => {
  const deadline = new Deadline(10);
  expect(deadline.isNear(5)).toBe(false);
  expect(deadline.isNear(11)).toBe(true);
});
