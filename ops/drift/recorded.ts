import { readFileSync } from "node:fs";
import path from "node:path";
import { Deployment, type StateResource } from "./deployment";
import type { InspectedContainer, InspectedImage } from "./inspected";
import { Preview } from "./steps";

/** What the engine and Docker have said once, shortened; for the tests. */
const folder = path.join(__dirname, "recorded");

/** What the engine said when containers, files and a datasource had been changed, gone, or their Grafana was stopped. */
export function recordedPreview(name: "changed" | "gone" | "grafana-stopped"): Preview {
  const preview = new Preview();
  for (const line of readFileSync(path.join(folder, `${name}.jsonl`), "utf8").split("\n")) preview.take(line);
  return preview;
}

/** The stack's state at that time. */
export function recordedDeployment(): Deployment {
  return Deployment.parse(readFileSync(path.join(folder, "state.json"), "utf8"), "prod");
}

/** A container as it was declared and as Docker showed it: one in a second network, one made anew by hand. */
export function recordedContainer(name: "loki" | "alertmanager"): RecordedContainer {
  return JSON.parse(readFileSync(path.join(folder, "containers.json"), "utf8"))[name];
}

export interface RecordedContainer {
  declared: StateResource & { inputs: Record<string, unknown> };
  container: InspectedContainer;
  image: InspectedImage;
}
