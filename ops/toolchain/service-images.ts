import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type ImageName, type ImageSource, imageReference, images } from "../../stacks/images";
import { attempt, must } from "../process";
import { type Report, step } from "../progress";
import { buildImage, builtImages, isBuiltImage, isCurrentImage } from "./built-images";
import { build, buildDirectory } from "./go-builds";
import { cacheDirectory, toolPath } from "./tools";
import { imageVersion } from "./versions";

const standInName = "monitoring-as-code/grafana-stand-in";
/** The stand-in's image; never Grafana's own name, so that nobody takes the one for the other. */
const standIn = `${standInName}:${imageVersion("grafana")}`;

/** Tool → the service whose image has it; all of them check configuration, or ask a service. */
const tools = { promtool: "prometheus", amtool: "alertmanager", loki: "loki", promtail: "promtail" } as const;

/**
 * Puts every service's image on this machine's engine: the one that its registry has, else one made of the same
 * version's Go module. Grafana is in no module; where its image cannot be had, a stand-in takes its place.
 * @returns the image that takes Grafana's place, if one does
 */
export async function prepareImages(
  source: ImageSource,
  report: Report,
  signal: AbortSignal,
): Promise<string | undefined> {
  const usesStandIn = source.images?.grafana?.startsWith(`${standInName}:`) ?? false;
  const names = (Object.keys(images) as ImageName[]).filter((name) => name !== "grafana" || !usesStandIn);
  const missing: ImageName[] = [];
  for (const name of names) if (!(await isThere(name, imageReference(name, source)))) missing.push(name);
  const refused = missing.length === 0 ? [] : await pull(missing, source, report, signal);
  for (const name of refused.filter((name) => name !== "grafana")) {
    await buildImage(name, imageReference(name, source), report, signal);
  }
  if (!usesStandIn && !refused.includes("grafana")) return undefined;
  if (!(await isThere("grafana", standIn))) await buildImage("grafana", standIn, report, signal);
  return standIn;
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

/** The image that takes Grafana's place on this machine's engine, where Grafana's own is not there. */
export async function standInForGrafana(): Promise<string | undefined> {
  return (await labelsOf(images.grafana)) ? undefined : standIn;
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
