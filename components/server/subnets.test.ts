import { expect, it } from "vitest";
import { overlap } from "./subnets";

it("networks that share an address overlap, whichever is the larger", () => {
  expect(overlap("172.31.255.0/24", "172.31.255.0/24")).toBe(true);
  expect(overlap("172.31.255.0/24", "172.16.0.0/12")).toBe(true);
  expect(overlap("10.0.0.0/8", "10.200.3.0/24")).toBe(true);
  expect(overlap("0.0.0.0/0", "192.168.1.0/24")).toBe(true);
});

it("neighbours do not", () => {
  expect(overlap("172.31.255.0/24", "172.31.254.0/24")).toBe(false);
  expect(overlap("172.31.255.0/25", "172.31.255.128/25")).toBe(false);
  expect(overlap("172.17.0.0/16", "172.18.0.0/16")).toBe(false);
});

it("what is no IPv4 network overlaps with nothing", () => {
  expect(overlap("fd00::/64", "172.31.255.0/24")).toBe(false);
  expect(overlap("", "172.31.255.0/24")).toBe(false);
});
