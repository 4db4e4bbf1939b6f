import type { Inventory } from "../../stacks/inventory";
import { CommandError } from "../command";
import type { Manifest, SavedPart } from "./manifest";
import { type ServicePart, servicePartsOf } from "./service-part";

/** A service of the stack, and what the backup has of it. */
export interface Wanted {
  part: ServicePart;
  saved: SavedPart;
}

/**
 * What of a backup is to be restored. By name: where a service is placed now counts, and not where it was.
 * @param only names with commas between; all when it is left out
 * @throws {CommandError} when the backup does not have one of them
 */
export function partsWanted(manifest: Manifest, inventory: Inventory, only: string | undefined): Wanted[] {
  const parts = servicePartsOf(inventory);
  const names = only?.split(",").map((name) => name.trim());
  const known = manifest.parts.map(({ name }) => name);
  const unknown = (names ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new CommandError(`--only: the backup has no ${unknown.join(", ")} (it has: ${known.join(", ")}).`);
  }
  return manifest.parts.flatMap((saved) => {
    const part = parts.find(({ name }) => name === saved.name);
    return part && (names?.includes(saved.name) ?? true) ? [{ part, saved }] : [];
  });
}
