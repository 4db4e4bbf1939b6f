import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type ImageName, type ImageSource, imageReference, unlockedReference } from "../../stacks/images";
import { attempt, must } from "../process";
import { type Report, step } from "../progress";
import {
  buildImage,
  builtImages,
  isBuiltImage,
  isCurrentImage,
  makePrograms,
  programsOf,
  recipeOf,
} from "./built-images";
import { cacheDirectory, toolPath } from "./tools";

/** Tool → the service whose image has it; all of them check configuration, or ask a service. */
const tools = {
  promtool: "prometheus",
  amtool: "alertmanager",
  loki: "loki",
  promtail: "promtail",
  prometheus: "prometheus",
  alertmanager: "alertmanager",
} as const;

/** Service → the image that was made here in place of its own. */
export type BuiltImages = Partial<Record<ImageName, string>>;

/**
 * Puts images on this machine's engine: the ones that their registries have, else ones made here. What a registry of
 * packages has in the same version is the same program; for the others another one takes its place, under its own name.
 * @param names of the images that are needed
 * @param built what an earlier run made; while it is there and up to date, no registry is asked again
 * @returns the images that go by another name than the stack's own, because they were made here
 */
export async function prepareImages(
  names: ImageName[],
  source: ImageSource,
  built: BuiltImages,
  report: Report,
  signal: AbortSignal,
): Promise<BuiltImages> {
  const missing: ImageName[] = [];
  const made: BuiltImages = {};
  for (const name of names) {
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

/** An image made here goes by the upstream image's name, if it is the same, and has no registry's digest. */
function nameOfBuilt(name: ImageName, source: ImageSource): string {
  return recipeOf(name).reference ?? source.images?.[name] ?? unlockedReference(name, source);
}

/** Puts `promtool`, `amtool` and the other tools into `.toolchain/bin`: the programs of the very images that run. */
export async function prepareTools(source: ImageSource, report: Report, signal: AbortSignal): Promise<void> {
  mkdirSync(path.dirname(toolPath("promtool")), { recursive: true });
  for (const [tool, service] of Object.entries(tools)) {
    const labels = await labelsOf(imageReference(service, source));
    if (!labels || isBuiltImage(labels)) await makePrograms(service, report, signal);
    const program =
      !labels || isBuiltImage(labels)
        ? path.join(programsOf(service), tool)
        : await copyOut(imageReference(service, source), path.join(builtImages[service].programs, tool));
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
