import type { Inventory, Server } from "../../stacks/inventory";
import { CommandError } from "../command";
import { alsoExcluded } from "./exclusions";

/** The servers that a deployment is for, and those that it leaves as they are, each with why, in whole sentences. */
export interface Division {
  deployedTo: Server[];
  leftOut: Map<Server, string[]>;
}

/**
 * Leaves out every server that has a problem.
 * @param problems server's name → what is wrong with it, as the preflight tells
 * @throws {CommandError} when no server is left
 */
export function divide(inventory: Inventory, problems: Map<string, string[]>): Division {
  const { servers } = inventory;
  const leftOut = new Map<Server, string[]>();
  for (const server of servers) {
    const found = problems.get(server.name) ?? [];
    if (found.length === 0) continue;
    leftOut.set(server, found);
    for (const other of alsoExcluded(server, inventory)) {
      if (problems.get(other.name)?.length) continue;
      leftOut.set(other, [`${other.name}: left out with ${server.name}, whose name its own begins with.`]);
    }
  }
  const deployedTo = servers.filter((server) => !leftOut.has(server));
  if (deployedTo.length > 0) return { deployedTo, leftOut };
  const all = [...leftOut.values()].flat().map((problem) => `  - ${problem}`);
  throw new CommandError(["Nothing was changed: no server can be deployed to.", ...all].join("\n"));
}

/** What a person reads at the end: where it was deployed, and who was left out, and why. */
export function divisionPage({ deployedTo, leftOut }: Division): string {
  const names = (servers: Iterable<Server>) => [...servers].map(({ name }) => name).join(", ");
  const deployed = deployedTo.length > 0 ? [`Deployed to ${names(deployedTo)}.`] : [];
  if (leftOut.size === 0) return deployed.join("\n");
  return [
    ...deployed,
    `Left out, and as before: ${names(leftOut.keys())}. Put this right, and run the same command again:`,
    ...[...leftOut.values()].flat().map((problem) => `  - ${problem}`),
  ].join("\n");
}
