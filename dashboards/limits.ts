import {
  type DynamicConfigValue,
  type MatcherConfig,
  type Threshold,
  type ThresholdsConfig,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Inventory } from "../stacks/inventory";
import { defaultThresholds, type ThresholdName } from "../stacks/thresholds";

/** From which values on a panel changes its colour. */
export interface Limits {
  steps: Threshold[];
  /** Servers for which other values apply: they have thresholds of their own in the inventory. */
  own: { server: string; steps: Threshold[] }[];
}

/** Where nothing is right or wrong about a value. */
export const neutral: Limits = limits({ from: "blue" });

/** Good is 1, bad is 0. */
export const upOrDown: Limits = limits({ from: "red", 1: "green" });

/** Good is 0, bad is anything more. */
export const noneOrSome: Limits = limits({ from: "green", 1: "red" });

/**
 * Green, then orange above the threshold of the alert rules, then red above the graver one.
 * @param critical the threshold of the critical rule; `high` is red where there is none
 */
export function above(inventory: Inventory, high: ThresholdName, critical?: ThresholdName): Limits {
  return byThresholds(inventory, (valueIn) => {
    const first = { value: valueIn(high), color: critical ? "orange" : "red" };
    return [{ value: null, color: "green" }, first, ...(critical ? [{ value: valueIn(critical), color: "red" }] : [])];
  });
}

/**
 * Green, then orange below the threshold of the alert rules, then red below the graver one.
 * @param critical the threshold of the critical rule; below `low` is red where there is none
 */
export function below(inventory: Inventory, low: ThresholdName, critical?: ThresholdName): Limits {
  return byThresholds(inventory, (valueIn) => {
    const good = { value: valueIn(low), color: "green" };
    if (!critical) return [{ value: null, color: "red" }, good];
    return [{ value: null, color: "red" }, { value: valueIn(critical), color: "orange" }, good];
  });
}

/**
 * Colours for values that no alert rule knows: `from` for the lowest, then value → colour from there on. Whatever has a
 * threshold in `stacks/thresholds.ts` takes its colours from there, by `above` and `below`.
 */
export function limits({ from, ...others }: { from: string } & Record<number, string>): Limits {
  const steps = Object.entries(others)
    .map(([value, color]) => ({ value: Number(value), color }))
    .sort((one, other) => one.value - other.value);
  return { steps: [{ value: null, color: from }, ...steps], own: [] };
}

export function thresholdsConfig(steps: Threshold[]): ThresholdsConfig {
  return { mode: ThresholdsMode.Absolute, steps };
}

/** Overrides for the series whose names have the name of a server with thresholds of its own. */
export function ownLimits({ own }: Limits): { matcher: MatcherConfig; properties: DynamicConfigValue[] }[] {
  return own.map(({ server, steps }) => ({
    matcher: { id: "byRegexp", options: `/(^|[^\\w-])${server}($|[^\\w-])/` },
    properties: [{ id: "thresholds", value: thresholdsConfig(steps) }],
  }));
}

function byThresholds(
  inventory: Inventory,
  stepsOf: (valueIn: (name: ThresholdName) => number) => Threshold[],
): Limits {
  const general = (name: ThresholdName) => inventory.thresholds[name] ?? defaultThresholds[name];
  const steps = stepsOf(general);
  const own = inventory.servers
    .map(({ name: server, thresholds }) => ({ server, steps: stepsOf((name) => thresholds[name] ?? general(name)) }))
    .filter((one) => JSON.stringify(one.steps) !== JSON.stringify(steps));
  return { steps, own };
}
