import { setTimeout } from "node:timers/promises";

/** Waits for so many seconds. */
export async function pause(seconds: number): Promise<void> {
  await setTimeout(seconds * 1000);
}
