import { expect, it } from "vitest";
import { secretMark } from "./secret-mark";

it("a mark tells values apart, says the same every time, and nothing without the key", () => {
  expect(secretMark("key", "+491234")).toMatch(/^hmac:[0-9a-f]{16}$/);
  expect(secretMark("key", "+491234")).toBe(secretMark("key", "+491234"));
  expect(secretMark("key", "+491235")).not.toBe(secretMark("key", "+491234"));
  expect(secretMark("other", "+491234")).not.toBe(secretMark("key", "+491234"));
});
