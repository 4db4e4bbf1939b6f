import { closeSync, openSync } from "node:fs";
import { isMissing } from "./host-root";

/** Opens a file for as long as it is used. @returns nothing when there is no such file */
export function withFile<Result>(file: string, use: (descriptor: number) => Result): Result | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
