import type { ImageSource } from "../../stacks/images";
import type { Report } from "../progress";
import { type DockerEngine, prepareDockerEngine } from "./docker-engine";
import { preparePulumi } from "./pulumi-engine";
import { prepareImages, prepareTools } from "./service-images";

/** What a command needs to know of the tools that it runs on. */
export interface Preparation {
  engine: DockerEngine;
  /** The image that takes Grafana's place, where Grafana's own cannot be had. */
  grafanaImage: string | undefined;
}

/**
 * Finds, fetches or builds everything that the local stack and the tests run on. Quick when all is there; what an
 * interrupted run has finished is kept.
 * @param source where the local stack takes its images from
 * @throws {CommandError} when something can neither be fetched nor built, with what a person can do
 */
export async function prepareToolchain(source: ImageSource, report: Report, signal: AbortSignal): Promise<Preparation> {
  const engine = await prepareDockerEngine(report, signal);
  await preparePulumi(report, signal);
  const grafanaImage = await prepareImages(source, report, signal);
  await prepareTools(source, report, signal);
  return { engine, grafanaImage };
}
