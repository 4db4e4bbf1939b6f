import { loadInventory } from "../../stacks";
import { imagesOf } from "../../stacks/placed-images";
import type { LocalStack } from "../local-stack";
import type { Report } from "../progress";
import { type DockerEngine, prepareDockerEngine } from "./docker-engine";
import { preparePulumi } from "./pulumi-engine";
import { type BuiltImages, prepareImages, prepareTools } from "./service-images";

/** What a command needs to know of the tools that it runs on. */
export interface Preparation {
  engine: DockerEngine;
  /** The images that go by another name than the stack's own, because they were made here. */
  builtImages: BuiltImages;
}

/**
 * Finds, fetches or builds everything that the local stack and the tests run on. Quick when all is there; what an
 * interrupted run has finished is kept.
 * @param stack whose images are needed on this machine's engine
 * @param others names of stacks whose images are needed there as well, to be taken to lab hosts
 * @throws {CommandError} when something can neither be fetched nor built, with what a person can do
 */
export async function prepareToolchain(
  stack: LocalStack,
  report: Report,
  signal: AbortSignal,
  others: string[] = [],
): Promise<Preparation> {
  const engine = await prepareDockerEngine(report, signal);
  await preparePulumi(report, signal);
  const source = stack.imageSource();
  const inventories = await Promise.all([stack.name, ...others].map(loadInventory));
  const images = [...new Set(inventories.flatMap(imagesOf))];
  const builtImages = await prepareImages(images, source, stack.builtImages(), report, signal);
  await prepareTools({ ...source, images: { ...source.images, ...builtImages } }, report, signal);
  return { engine, builtImages };
}
