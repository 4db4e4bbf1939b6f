import path from "node:path";
import { projectRoot } from "../../ops/project";
import { outsideAddress } from "./inventory";
import type { Programs } from "./programs";

/** What answers outside of the fleet, for Appwrite and for Slack; in the second network of the room. */
export async function startOutside(programs: Programs): Promise<void> {
  const script = path.join(projectRoot, "lab", "feed", "outside.mjs");
  const program = programs.start("outside", "nsenter", [
    ...["--net=/run/netns/outside", process.execPath, script, outsideAddress],
  ]);
  await programs.answers(program, `http://${outsideAddress}/v1/health/version`);
}
