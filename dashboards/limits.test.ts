import { describe, expect, it } from "vitest";
import { trialFleet } from "../alerts/trial-fleet";
import { above, below, limits, ownLimits } from "./limits";

const [one, other] = trialFleet.servers;
if (!one || !other) throw new Error("the trial fleet has two servers");

describe("colours", () => {
  it("rise from the thresholds of the alert rules on", () => {
    expect(above(trialFleet, "cpuHighPercent", "cpuCriticalPercent")).toEqual({
      steps: [
        { value: null, color: "green" },
        { value: 80, color: "orange" },
        { value: 95, color: "red" },
      ],
      own: [],
    });
    expect(above(trialFleet, "swapPercent").steps.map(({ color }) => color)).toEqual(["green", "red"]);
  });

  it("fall below them, from the graver one up", () => {
    expect(below(trialFleet, "diskFreeLowPercent", "diskFreeCriticalPercent").steps).toEqual([
      { value: null, color: "red" },
      { value: 10, color: "orange" },
      { value: 20, color: "green" },
    ]);
  });

  it("are the stack's own where it has some", () => {
    const changed = { ...trialFleet, thresholds: { swapPercent: 50 } };
    expect(above(changed, "swapPercent").steps[1]).toEqual({ value: 50, color: "red" });
  });

  it("are a server's own on the series that have its name, and on no other's", () => {
    const changed = { ...trialFleet, servers: [{ ...one, thresholds: { swapPercent: 50 } }, other] };
    const [override, ...more] = ownLimits(above(changed, "swapPercent"));
    expect(more).toEqual([]);
    const [, pattern = ""] = String(override?.matcher.options).match(/^\/(.*)\/$/) ?? [];
    expect("server-80 /var".match(pattern)).not.toBeNull();
    expect("loki on server-80".match(pattern)).not.toBeNull();
    expect("server-801 /var".match(pattern)).toBeNull();
    expect("my-server-80 /var".match(pattern)).toBeNull();
    expect(override?.properties[0]?.value.steps[1]).toEqual({ value: 50, color: "red" });
  });

  it("are in the order of their values, whatever order they are written in", () => {
    expect(limits({ from: "red", 99.9: "green", 99: "orange" }).steps.map(({ value }) => value)).toEqual([
      null,
      99,
      99.9,
    ]);
  });
});
