// The feed itself: run in its room by feed.ts as `node --import=tsx lab/feed/serve.ts FOLDER SECONDS`. It starts everything, says
// on its standard output how far it is, a JSON line each, and ends with its standard input.
import { chmodSync } from "node:fs";
import path from "node:path";
import { openDoor } from "./door";
import { startEverything } from "./everything";
import { Programs } from "./programs";

const [folder = "", seconds = ""] = process.argv.slice(2);
const longestMinutes = 20;
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);

async function main(): Promise<void> {
  // Whoever started it may be killed, or forget it.
  process.stdin.resume().on("end", () => process.exit(0));
  setTimeout(() => process.exit(1), longestMinutes * 60_000).unref();
  // PostgreSQL has a user of its own, who has to come in.
  chmodSync(folder, 0o755);
  await startEverything(new Programs(folder), Number(seconds), (line) => say({ step: line }));
  await openDoor(path.join(folder, "door.sock"));
  say({ ready: true });
}

main().catch((error: unknown) => {
  say({ failed: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
