import { loadInventory } from "../../stacks";
import { type DeployedStack, deployedStack } from "../deployed-stack";
import type { Source } from "./save-part";
import { reachedBy } from "./stack-engine";

/** A deployed stack, and how its servers are reached. @throws {CommandError} when it is not deployed */
export async function sourceOf(stack: string): Promise<Source> {
  const [deployed, reached]: [DeployedStack, Awaited<ReturnType<typeof reachedBy>>] = await Promise.all([
    deployedStack(stack),
    loadInventory(stack).then(reachedBy),
  ]);
  const { knownHosts } = reached.inventory;
  return { inventory: { ...deployed.inventory, knownHosts }, outputs: deployed.outputs, identity: reached.identity };
}
