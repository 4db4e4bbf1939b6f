import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type ImageName, type ImageSource, imageReference, images, unlockedReference } from "../../stacks/images";
import { attempt, must } from "../process";
import { type Report, step } from "../progress";
import { buildImage, builtImages, isBuiltImage, isCurrentImage } from "./built-images";
import { build, buildDirectory } from "./go-builds";
import { cacheDirectory, toolPath } from "./tools";
import { imageVersion } from "./versions";

/** The stand-in's image; never Grafana's own name, so that nobody takes the one for the other. */
const grafanaStandIn = `monitoring-as-code/grafana-stand-in:${imageVersion("grafana")}`;

/** Tool → the service whose image has it; all of them check configuration, or ask a service. */
const tools = { promtool: "prometheus", amtool: "alertmanager", loki: "loki", promtail: "promtail" } as const;

/** Service → the image that was made here in place of its own. */
export type BuiltImages = Partial<Record<ImageName, string>>;

/**
 * Puts every service's image on this machine's engine: the one that its registry has, else one made of the same
 * version's Go module. Grafana is in no module; where its image cannot be had, a stand-in takes its place.
 * @param built what an earlier run made; while it is there and up to date, no registry is asked again
 * @returns the images that go by another name than the stack's own, because they were made here
 */
export async function prepareImages(
  source: ImageSource,
  built: BuiltImages,
  report: Report,
  signal: AbortSignal,
): Promise<BuiltImages> {
  const missing: ImageName[] = [];
  const made: BuiltImages = {};
  for (const name of Object.keys(images) as ImageName[]) {
    const before = built[name];
    if (before && (await isThere(name, before))) made[name] = before;
    else if (!(await isThere(name, imageReference(name, source)))) missing.push(name);
  }
  const refused = missing.length === 0 ? [] : await pull(missing, source, report, signal);
  for (const name of refused) {
    const place = nameOfBuilt(name, source);
    if (!(await isThere(name, place))) await buildImage(name, place, report, signal);
    if (place !== imageReference(name, source)) made[name] = place;
  }
  return made;
}

/** An image made here goes by the upstream image's name, but for the stand-in, and has no registry's digest. */
function nameOfBuilt(name: ImageName, source: ImageSource): string {
  return name === "grafana" ? grafanaStandIn : (source.images?.[name] ?? unlockedReference(name, source));
}

/** Puts `promtool`, `amtool` and the other tools into `.toolchain/bin`: the programs of the very images that run. */
export async function prepareTools(source: ImageSource, report: Report, signal: AbortSignal): Promise<void> {
  mkdirSync(path.dirname(toolPath("promtool")), { recursive: true });
  for (const [tool, service] of Object.entries(tools)) {
    const labels = await labelsOf(imageReference(service, source));
    const built = builtImages[service];
    if (!labels || isBuiltImage(labels)) await build(built.build, report, signal);
    const program =
      !labels || isBuiltImage(labels)
        ? path.join(buildDirectory(built.build), tool)
        : await copyOut(imageReference(service, source), path.join(built.programs, tool));
    rmSync(toolPath(tool), { force: true });
    symlinkSync(program, toolPath(tool));
  }
}

/** Whether the engine has the image; one that was made here of other parts than today's does not count. */
async function isThere(name: ImageName, reference: string): Promise<boolean> {
  const labels = await labelsOf(reference);
  if (!labels) return false;
  return !isBuiltImage(labels) || isCurrentImage(labels, name);
}

/** Pulls images, all at once. @returns those that no registry gave */
async function pull(
  names: ImageName[],
  source: ImageSource,
  report: Report,
  signal: AbortSignal,
): Promise<ImageName[]> {
  return step(report, `pulling ${names.length} images`, async () => {
    const outcomes = names.map(async (name) => {
      const { code } = await attempt("docker", ["pull", "--quiet", imageReference(name, source)], { signal });
      return code === 0 ? [] : [name];
    });
    return (await Promise.all(outcomes)).flat();
  });
}

async function labelsOf(reference: string): Promise<Record<string, string> | undefined> {
  const format = ["--format", "{{json .Config.Labels}}"];
  const { code, stdout } = await attempt("docker", ["image", "inspect", ...format, reference]);
  return code === 0 ? (JSON.parse(stdout) ?? {}) : undefined;
}

/** A program out of an image, kept in the cache under the image's id. */
async function copyOut(reference: string, program: string): Promise<string> {
  const id = (await must("docker", ["image", "inspect", "--format", "{{.Id}}", reference])).trim();
  const place = path.join(
    cacheDirectory,
    "image-tools",
    id.replace("sha256:", "").slice(0, 12),
    path.basename(program),
  );
  if (existsSync(place)) return place;
  mkdirSync(path.dirname(place), { recursive: true });
  const container = (await must("docker", ["create", "--network", "none", id])).trim();
  try {
    await must("docker", ["cp", `${container}:${program}`, `${place}.${process.pid}`]);
    renameSync(`${place}.${process.pid}`, place);
    return place;
  } finally {
    await attempt("docker", ["rm", "--force", container]);
  }
}
