import { randomBytes } from "node:crypto";

/** What everything that is stored has. */
export interface Stored {
  $id: string;
  /** `2026-01-01T00:00:00.000+00:00` */
  $createdAt: string;
  $updatedAt: string;
  /** The order of creation, from 1. */
  $sequence: number;
}

/** A time as Appwrite writes it: milliseconds, and an offset instead of `Z`. */
export function timeText(time: Date = new Date()): string {
  return time.toISOString().replace("Z", "+00:00");
}

/** The id to store under: `unique()` asks for a new one. */
export function idFrom(asked: string): string {
  return asked === "unique()" ? randomBytes(10).toString("hex") : asked;
}
