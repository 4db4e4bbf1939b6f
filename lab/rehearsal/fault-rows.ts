import type { FaultRow } from "./fault-row";
import { configurationFaults } from "./faults/configuration";
import { deploymentFaults } from "./faults/deployments";
import { dockerFaults } from "./faults/docker";
import { lossFaults } from "./faults/loss";
import { rollFaults } from "./faults/roll";
import { serverFaults } from "./faults/servers";
import { serviceFaults } from "./faults/services";
import { sshFaults } from "./faults/ssh";
import type { Fleet } from "./fleet";
import type { RowOutcome } from "./outcome";
import { runRows } from "./run-rows";

/** Every fault that the fleet has to survive, in the order in which they are caused. */
export const faultRows: FaultRow[] = [
  ...serverFaults,
  ...sshFaults,
  ...dockerFaults,
  ...configurationFaults,
  ...rollFaults,
  ...deploymentFaults,
  ...serviceFaults,
  ...lossFaults,
];

/**
 * Causes one fault after the other on a fleet that is deployed, and has the next deployment put right what is left.
 * @param report told of every row at its end
 * @param signal no row begins after it
 */
export async function runFaultRows(
  fleet: Fleet,
  rows: FaultRow[],
  report: (outcome: RowOutcome) => void,
  signal?: AbortSignal,
): Promise<RowOutcome[]> {
  return runRows(rows, (row) => outcomeOf(fleet, row), report, signal);
}

async function outcomeOf(fleet: Fleet, row: FaultRow): Promise<RowOutcome> {
  const outcome: RowOutcome = { done: row.fault, seen: "", found: false, putRight: false, seconds: 0 };
  const start = Date.now();
  const failures: string[] = [];
  const fail = (error: unknown) => {
    failures.push(error instanceof Error ? error.message : String(error));
  };
  try {
    await row.cause?.(fleet);
    outcome.seen = await row.look(fleet);
    outcome.found = true;
  } catch (error) {
    fail(error);
  }
  await row.end?.(fleet).catch(fail);
  await fleet.deployed(...(row.refresh || failures.length > 0 ? ["--refresh"] : [])).then(() => {
    outcome.putRight = true;
  }, fail);
  outcome.seconds = (Date.now() - start) / 1000;
  return failures.length > 0 ? { ...outcome, failure: failures.join("\n") } : outcome;
}
