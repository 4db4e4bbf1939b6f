import { expect, it } from "vitest";
import { dashboardsFor } from "../../../dashboards";
import { feedInventory } from "../inventory";
import { panelsOf } from "../questions";
import { isKnown, written } from "./units";

it.each([
  [0, "percent", undefined, "0%"],
  [95.4321, "percent", undefined, "95.4%"],
  [100, "percent", 3, "100.000%"],
  [1536, "bytes", undefined, "1.5 KiB"],
  [13_300, "short", undefined, "13.3 K"],
  [-1536, "bytes", undefined, "-1.5 KiB"],
  [0.0532, "s", undefined, "53.2 ms"],
  [346, "ms", undefined, "346 ms"],
  [1.2, "d", 0, "1 day"],
  [331, "dtdurations", undefined, "5m 31s"],
  [90_061, "dtdurations", 0, "1d 1h"],
  [0.25, "dtdurations", undefined, "250 ms"],
])("%d in %s is written as %s", (value, unit, decimals, text) => {
  expect(written(value, unit, decimals)).toBe(text);
});

it("knows every unit of the dashboards", () => {
  const units = dashboardsFor(feedInventory)
    .flatMap(panelsOf)
    .flatMap(({ fieldConfig }) => [
      fieldConfig?.defaults?.unit,
      ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
        properties.filter(({ id }) => id === "unit").map(({ value }) => String(value)),
      ),
    ])
    .filter((unit) => unit !== undefined);
  expect([...new Set(units)].filter((unit) => !isKnown(unit))).toEqual([]);
});
