import { defineInventory } from "./inventory";
import { onThisMachine } from "./this-machine";

/** The same services on this machine's Docker engine, for trying things out; everything is on 127.0.0.1. */
export const local = defineInventory(onThisMachine({ stack: "local" }));
