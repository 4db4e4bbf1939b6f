import { createHmac } from "node:crypto";

/**
 * A hash that shows whether a secret value has changed, and that nobody can guess the value from: a telephone number has
 * few enough digits to try them all, but not under a key that is itself a secret.
 */
export function secretMark(key: string, value: string): string {
  return `hmac:${createHmac("sha256", key).update(value).digest("hex").slice(0, 16)}`;
}
