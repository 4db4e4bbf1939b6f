import * as pulumi from "@pulumi/pulumi";
import { Monitoring } from "./components/monitoring/monitoring";
import { preflight } from "./components/server/preflight";
import { loadInventory } from "./stacks";
import { type Inventory, InventoryError } from "./stacks/inventory";
import { readSettings } from "./stacks/settings";

/** The program: the stack's inventory, checked against the servers, deployed. */
async function main() {
  const settings = readSettings(new pulumi.Config());
  const inventory = withSettings(await inventoryOf(pulumi.getStack()));
  const identity = { keyFile: settings.sshKeyFile };

  if (settings.preflight) stopOn(await preflight(inventory, identity));
  const monitoring = new Monitoring("monitoring", { inventory, identity });

  return {
    urls: monitoring.urls,
    /** Shown by `pulumi stack output passwords --show-secrets`. */
    passwords: monitoring.passwords,
  };

  function withSettings(inventory: Inventory): Inventory {
    return { ...inventory, knownHosts: settings.knownHosts ?? inventory.knownHosts, imageSource: settings.imageSource };
  }
}

async function inventoryOf(stack: string): Promise<Inventory> {
  try {
    return await loadInventory(stack);
  } catch (error) {
    if (error instanceof InventoryError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** Before anything is touched: every problem of every server at once. */
function stopOn(problems: string[]): void {
  if (problems.length === 0) return;
  throw new pulumi.RunError(
    ["Nothing was changed, because:", ...problems.map((problem) => `  - ${problem}`)].join("\n"),
  );
}

export = main;
