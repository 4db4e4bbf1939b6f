import { expect, it } from "vitest";
import { FunctionLog } from "./function-log";

function logOf(secrets: string[] = []) {
  const logs: string[] = [];
  const errors: string[] = [];
  const log = new FunctionLog(
    { log: (line) => logs.push(String(line)), error: (line) => errors.push(String(line)) },
    secrets,
  );
  return { log, logs, errors };
}

it("hides secrets, also those that contain another, and not what is too short to be one", () => {
  const { log, logs } = logOf(["token", "token-of-twilio", "+1"]);
  log.say("token-of-twilio, token, +15");
  expect(logs).toEqual(["[hidden], [hidden], +15"]);
  expect(log.redacted("a token")).toBe("a [hidden]");
});

it("keeps what is long, in pieces that Appwrite does not cut", () => {
  const { log, errors } = logOf();
  const whole = Array.from({ length: 5_000 }, (_, index) => index).join(" ");
  log.problem("not stored", whole);
  expect(errors.length).toBeGreaterThan(1);
  for (const line of errors) expect(line.length).toBeLessThanOrEqual(8_000);
  expect(errors.map((line) => line.replace(/^\(\d+\/\d+\) /, "")).join("")).toBe(`not stored: ${whole}`);
  expect(errors[0]).toMatch(/^\(1\/4\) not stored: 0 1 2/);
});

it("says when there is no more room, and what there was", () => {
  const { log, errors } = logOf();
  log.problem("first", "x".repeat(2_000_000));
  log.problem("second", "y".repeat(10_000));
  const text = errors.join("");
  expect(text).toContain("… (2000007 characters; the log is full)");
  expect(text).toContain("second: yyy");
  expect(text).toContain("… (10008 characters; the log is full)");
  expect(text.length).toBeLessThan(1_000_000);
});
