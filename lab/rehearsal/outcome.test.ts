import { expect, it } from "vitest";
import { failedOf, lastLine, picked, type RowOutcome, rowLine } from "./outcome";

const passed: RowOutcome = {
  done: "server-82 is off",
  seen: "server-82 (10.0.0.82): SSH port 22\n  cannot be reached",
  found: true,
  putRight: true,
  seconds: 31.4,
};
const failed: RowOutcome = { ...passed, seen: "", found: false, failure: "exit code 0, not 2:\nDeployed to all." };
const cannot: RowOutcome = { ...failed, cannot: "the hosts share this machine's clock" };

it("a row is a line: what was done, what was seen, found, put right, seconds", () => {
  expect(rowLine(passed)).toBe(
    "✔ passed | server-82 is off | server-82 (10.0.0.82): SSH port 22 cannot be reached | found | put right | 31 s",
  );
});

it("one that failed says why below, and what was not seen is nothing", () => {
  expect(rowLine(failed)).toBe(
    "✖ failed | server-82 is off | nothing | not found | put right | 31 s\n    exit code 0, not 2:\n    Deployed to all.",
  );
});

it("one that cannot be done says why, and counts neither way", () => {
  expect(rowLine(cannot)).toBe("– not done | server-82 is off | the hosts share this machine's clock");
  expect(lastLine([passed, failed, cannot, passed])).toBe("2 passed, 1 failed");
  expect(failedOf([passed, failed, cannot])).toEqual([failed]);
});

it("what was seen is cut where it gets long", () => {
  expect(rowLine({ ...passed, seen: "x".repeat(1000) })).toContain(`| ${"x".repeat(200)}… | found`);
});

it("a pattern picks rows by what they do, in small or large letters; none picks all", () => {
  const rows = ["server-82 is off", "sshd hangs on server-82", "Loki is down"];
  const pick = (pattern?: string) => picked(rows, (row) => row, pattern);
  expect(pick()).toEqual(rows);
  expect(pick("loki")).toEqual(["Loki is down"]);
  expect(pick("^server-82|hangs")).toEqual(rows.slice(0, 2));
  expect(pick("nothing of it")).toEqual([]);
  expect(() => pick("(")).toThrow(SyntaxError);
});
