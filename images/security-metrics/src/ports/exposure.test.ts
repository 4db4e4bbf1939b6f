import { expect, it } from "vitest";
import { exposureOf } from "./exposure";

it.each(["127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1"])("%s is loopback", (address) => {
  expect(exposureOf(address)).toBe("loopback");
});

it.each([
  "10.0.0.84",
  "172.16.0.1",
  "172.31.255.254",
  "192.168.1.10",
  "169.254.3.4",
  "100.64.0.7",
  "fd12:3456::1",
  "fe80::1",
  "::ffff:192.168.1.10",
])("%s is private", (address) => {
  expect(exposureOf(address)).toBe("private");
});

it.each([
  "0.0.0.0",
  "::",
  "203.0.113.9",
  "172.32.0.1",
  "100.128.0.1",
  "2001:db8::1",
  "::ffff:203.0.113.9",
  "::ffff:0.0.0.0",
])("%s is public", (address) => {
  expect(exposureOf(address)).toBe("public");
});
