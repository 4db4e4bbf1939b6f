import type { Inventory } from "../../stacks/inventory";
import { LocalStack } from "../local-stack";
import { type PulumiOptions, pulumi } from "../pulumi";

/** The Pulumi CLI for one stack, with the state and passphrase that the stack has: this checkout's, or the environment's. */
export function engineOf(inventory: Inventory): (args: string[], options?: PulumiOptions) => Promise<string> {
  if (inventory.servers.some(({ ssh }) => ssh)) return pulumi;
  const local = new LocalStack(inventory.stack);
  return (args, options) => local.pulumi(args, options);
}

/** How the stack's settings say that its servers are reached. */
export async function reachedBy(inventory: Inventory) {
  const { stack } = inventory;
  const settings = JSON.parse(await engineOf(inventory)(["config", "--stack", stack, "--json"]));
  const setting = (name: string): string | undefined => settings[`monitoring:${name}`]?.value || undefined;
  const knownHosts = setting("knownHosts") ?? inventory.knownHosts;
  return { inventory: { ...inventory, knownHosts }, identity: { keyFile: setting("sshKeyFile") } };
}
