import type { Models } from "node-appwrite";
import type { Check } from "../http/checks";
import { AppwriteError } from "../http/errors";

/** An object of headers, or its JSON text. */
export const headersCheck: Check<Record<string, unknown>> = {
  description: "Value must be a valid object",
  accepts: (value) => typeof value === "string" || (typeof value === "object" && value !== null),
  read: (value) => {
    try {
      return typeof value === "string" ? JSON.parse(value || "{}") : value;
    } catch {
      return {};
    }
  },
};

/** The caller's headers. @throws {AppwriteError} 400 `general_argument_invalid` for those that a caller may not say */
export function readHeaders(headers: Record<string, unknown>): Record<string, string> {
  const read = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const wrong = read.some(([name]) => !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) || name.startsWith("x-appwrite-"));
  if (wrong || read.length > 100) {
    const message =
      'Invalid headers: Alphanumeric characters or hyphens only, cannot start with "x-appwrite", maximum 100 keys, and total size 16384.';
    throw new AppwriteError("general_argument_invalid", message);
  }
  return Object.fromEntries(read);
}

/** Headers as executions list them. */
export const listed = (headers: Record<string, string>): Models.Headers[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));
