import { scannerThread } from "./scans/scanner-thread";
import { isPasswordThread, passwordThread } from "./web/password-thread";

/** What this program does when it finds itself in a thread of its own. */
export function runThread(): void {
  if (isPasswordThread()) passwordThread();
  else scannerThread();
}
