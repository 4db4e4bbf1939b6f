import { defineInventory } from "./inventory";
import { onThisMachine } from "./this-machine";

/** The stack `local` once more, for the end-to-end tests: other names, ports and folders, so that both can run. */
export const test = defineInventory(
  onThisMachine({ stack: "test", prefix: "test-", portOffset: 10_000, subnet: "172.31.254.0/24" }),
);
