import { type Inventory, InventoryError } from "./inventory";

// Loaded when asked for, so that a mistake in one inventory does not stop the other stacks.
const inventories: Record<string, () => Promise<Inventory>> = {
  prod: async () => (await import("./prod")).prod,
  local: async () => (await import("./local")).local,
  test: async () => (await import("./test")).test,
};

/** The names of all stacks that have an inventory. */
export const stackNames = Object.keys(inventories);

/**
 * The inventory of a stack.
 * @throws {InventoryError} when there is no such stack, or its inventory is wrong
 */
export async function loadInventory(stack: string): Promise<Inventory> {
  const load = inventories[stack];
  if (!load) {
    const file = `stacks/${stack}.ts`;
    throw new InventoryError(file, [
      `there is no such stack (there are: ${stackNames.join(", ")}); describe its fleet in ${file} and name it in stacks/index.ts`,
    ]);
  }
  return load();
}
