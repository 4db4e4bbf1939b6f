import * as pulumi from "@pulumi/pulumi";
import { Monitoring } from "./components/monitoring/monitoring";
import { preflight } from "./components/server/preflight";
import { loadInventory } from "./stacks";
import { type Inventory, InventoryError } from "./stacks/inventory";
import { readSettings, SettingsError } from "./stacks/settings";

/** The program: the stack's inventory, checked against the servers, deployed. */
async function deploy() {
  const settings = readSettings(new pulumi.Config());
  const inventory = withSettings(await loadInventory(pulumi.getStack()));
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

/** Before anything is touched: every problem of every server at once. */
function stopOn(problems: string[]): void {
  if (problems.length === 0) return;
  throw refusal(["Nothing was changed, because:", ...problems.map((problem) => `  - ${problem}`)].join("\n"));
}

/** Ends the program with a message to a person. Without a stack, which the engine would take seconds to colour. */
function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = "";
  return error;
}

async function main() {
  try {
    return await deploy();
  } catch (error) {
    const isMistake = error instanceof InventoryError || error instanceof SettingsError;
    throw isMistake ? refusal(error.message) : error;
  }
}

export = main;
