import { expect, it } from "vitest";
import { hiddenProblem, missingCapabilities } from "./rights";

it("knows which capabilities a process has", () => {
  expect(missingCapabilities("Name:\tnode\nCapPrm:\t0000000000080004\nCapEff:\t0000000000080004\n")).toEqual([]);
  expect(missingCapabilities("CapPrm:\t0000000000080004\nCapEff:\t0000000000000004\n")).toEqual(["CAP_SYS_PTRACE"]);
  expect(missingCapabilities("CapEff:\t0000000000000000\n")).toEqual(["CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"]);
});

it("names the capability that is missing", () => {
  expect(hiddenProblem(3, 200, ["CAP_SYS_PTRACE"])).toBe(
    "3 of 200 processes cannot be looked at: it takes CAP_SYS_PTRACE.",
  );
});

it("suspects a security module when most are hidden from one who may look", () => {
  expect(hiddenProblem(180, 200, [])).toMatch("apparmor=unconfined");
});

it("makes nothing of a few that are hidden from one who may look", () => {
  expect(hiddenProblem(1, 200, [])).toBeUndefined();
  expect(hiddenProblem(0, 200, ["CAP_SYS_PTRACE"])).toBeUndefined();
});
