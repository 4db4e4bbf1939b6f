import { comparedInputs } from "./container-settings";
import type { ContainerRow } from "./containers";
import type { EngineRow, EngineRows } from "./engine-rows";
import { type Difference, type DriftReport, type DriftRow, sortedRows, type Unreachable } from "./row";
import { settingName } from "./things";

/** What our own look has found, and on which servers it could look. */
export interface ContainerRows {
  rows: ContainerRow[];
  looked: string[];
}

/**
 * What both looks have found, each thing once. Of a container our own look knows more than the engine; the engine knows
 * whether a deployment would put it right.
 */
export function driftReport(
  stack: string,
  { drifted, undeployed }: EngineRows,
  { rows, looked }: ContainerRows,
  unreachable: Unreachable[],
): DriftReport {
  // After a deployment that failed halfway, the state has what its look found: then it is not deployed yet, and the same.
  const repaired = new Set([...drifted, ...undeployed].filter((row) => row.repaired).map(placeOf));
  const others = drifted.filter((row) => !isLookedAt(row, looked));
  const told = new Set(rows.map(placeOf));
  const leftOver = drifted.filter((row) => isLookedAt(row, looked) && !told.has(placeOf(row))).flatMap(withoutCompared);
  return {
    stack,
    drifted: sortedRows([
      ...others.map(withoutUrn),
      ...leftOver.map(withoutUrn),
      ...rows.map((row) => ({
        ...withoutUrn({
          ...row,
          repaired: !row.isForeign && repaired.has(placeOf(row)),
        }),
        differences: withRest(row, drifted),
      })),
    ]),
    undeployed: sortedRows(undeployed.filter((row) => !told.has(placeOf(row))).map(withoutUrn)),
    unreachable,
  };
}

/** A container on a server that answered. */
function isLookedAt({ type, server }: DriftRow, looked: string[]): boolean {
  return type.endsWith("container") && looked.includes(server);
}

/** What our look compares and found alike is alike, whatever the engine reads: it does not know every form. */
function withoutCompared(row: EngineRow): EngineRow[] {
  const differences = row.differences.filter(isForEngine);
  return differences.length > 0 || row.what === "is gone" ? [{ ...row, differences }] : [];
}

/** Our look's differences, and those that only the engine knows. */
function withRest({ urn, differences }: ContainerRow, drifted: EngineRow[]): Difference[] {
  const rest = drifted.filter((row) => row.urn === urn).flatMap((row) => row.differences);
  return [...differences, ...rest.filter(isForEngine)];
}

const comparedNames = new Set([...comparedInputs].map(settingName));

function isForEngine({ setting }: Difference): boolean {
  return !comparedNames.has(setting.split(" › ")[0] ?? setting);
}

function placeOf({ server, type, resource }: Omit<DriftRow, "repaired">): string {
  // A container, and that it runs as it should, are one thing to people.
  return [server, type.replace("running container", "container"), resource].join("\n");
}

function withoutUrn({ server, resource, type, what, differences, repaired, refused }: DriftRow): DriftRow {
  return { server, resource, type, what, differences, repaired, ...(refused ? { refused } : {}) };
}
