import digests from "./images.lock.json";

/**
 * The images that the fleet runs, by exact version. A version is taken over only after it was seen in a source: the
 * release of the same number for the services that are also Go modules (and are built from them where no image can be
 * had), a deployment that runs it for the others.
 */
export const images = {
  "node-exporter": "docker.io/prom/node-exporter:v1.12.1",
  // The first since 0.54 that speaks with Docker 20.10 as well as with 29.
  cadvisor: "ghcr.io/google/cadvisor:v0.57.0",
  prometheus: "docker.io/prom/prometheus:v3.16.0",
  alertmanager: "docker.io/prom/alertmanager:v0.34.2",
  loki: "docker.io/grafana/loki:3.7.8",
  promtail: "docker.io/grafana/promtail:3.5.7",
  grafana: "docker.io/grafana/grafana:13.1.3",
  "postgres-exporter": "docker.io/prometheuscommunity/postgres-exporter:v0.20.1",
  // The one with a shell, for its health check.
  "redis-exporter": "docker.io/oliver006/redis_exporter:v1.88.0-alpine",
  "celery-exporter": "ghcr.io/danihodovic/celery-exporter:0.11.2",
  "blackbox-exporter": "docker.io/prom/blackbox-exporter:v0.28.0",
  "dcgm-exporter": "nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-ubuntu22.04",
  // What security-metrics' own image is built on, each server by itself.
  node: "docker.io/library/node:22.23.3-bookworm-slim",
} as const;

/** An image that is taken from elsewhere. */
export type ImageName = keyof typeof images;

/** Digest of each image, as `sha256:…`, by its reference above; written by `npm run images -- lock`. */
export type ImageDigests = Record<string, string>;

/** Where a stack takes its images from, when not from the places above. */
export interface ImageSource {
  /** A registry that mirrors the public ones, as `registry.example.lan/mirror`; it replaces their host name. */
  registry?: string | undefined;
  /** Other images for single services, as `{ grafana: "example.lan/our-grafana:13.1.3" }`; these win over `registry`. */
  images?: Partial<Record<ImageName, string>> | undefined;
}

/**
 * The full reference of a service's image, `registry/name:tag`, after the stack's mirror or replacement; with
 * `@sha256:…` where the digest is known, which is the same in every mirror.
 */
export function imageReference(name: ImageName, source: ImageSource = {}, known: ImageDigests = digests): string {
  const replacement = source.images?.[name];
  if (replacement) return replacement;
  const digest = known[images[name]];
  const reference = unlockedReference(name, source);
  return digest ? `${reference}@${digest}` : reference;
}

/** The same by its version alone: what a registry is asked for when the digest is not known yet. */
export function unlockedReference(name: ImageName, source: ImageSource = {}): string {
  const reference = images[name];
  if (!source.registry) return reference;
  return `${source.registry.replace(/\/+$/, "")}/${reference.slice(reference.indexOf("/") + 1)}`;
}
