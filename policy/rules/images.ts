import digests from "../../stacks/images.lock.json";
import type { ContainerRule, ImageRule } from "../rule";

/** A tag that says which version, as `v3.16.0`, `22.23.3-bookworm-slim`, or the hash of what was built. */
const exactTag = /^(v?\d+\.\d+(\.\d+)?([.+_-][\w.+-]+)?|[0-9a-f]{12,64}|[a-z]+-\d+(\.\d+)*)$/;

export const imagePinned: ImageRule = {
  name: "image-pinned",
  about: "image",
  description: "An image is named by an exact version, never by a tag that moves.",
  whatToDo: "Name the version in stacks/images.ts (or in the setting images), as docker.io/prom/prometheus:v3.16.0.",
  violations: ({ name }) => {
    const { tag, digest } = partsOf(name);
    if (digest) return [];
    if (!tag) return [`names no version: ${name}`];
    return exactTag.test(tag) ? [] : [`names no exact version: ${name}`];
  },
};

export const imageByDigest = imageByDigestOf(digests);

/**
 * The rule for these locked digests.
 * @param locked reference → digest, as in stacks/images.lock.json
 */
export function imageByDigestOf(locked: Record<string, string>): ImageRule {
  return {
    name: "image-by-digest",
    about: "image",
    description: "An image whose digest is locked is taken by that digest, from whatever registry.",
    whatToDo: "Take the reference from imageReference (stacks/images.ts), or lock anew: npm run images -- lock.",
    violations: ({ name }) => {
      const { path, tag, digest } = partsOf(name);
      const [, expected] = Object.entries(locked).find(([reference]) => {
        const known = partsOf(reference);
        return known.tag === tag && (path === known.path || path.endsWith(`/${known.path}`));
      }) ?? [undefined, digest];
      return digest === expected ? [] : [`has not the digest that stacks/images.lock.json has for it: ${name}`];
    },
  };
}

export const containerRunsImage: ContainerRule = {
  name: "container-runs-pinned-image",
  about: "container",
  description: "A container runs an image by its id or by an exact version.",
  whatToDo: "Give it the imageId of a docker.RemoteImage, as ServiceContainer does.",
  violations: (container) => {
    const { image } = container;
    return /^(sha256:)?[0-9a-f]{64}$/.test(image) || imagePinned.violations({ name: image }).length === 0
      ? []
      : [`runs ${image}, which is no exact version`];
  },
};

/** `docker.io/prom/prometheus:v3.16.0@sha256:…`, taken apart; the path is what follows the registry's name. */
function partsOf(reference: string): { path: string; tag?: string | undefined; digest?: string | undefined } {
  const [named = "", digest] = reference.split("@");
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const repository = hasTag ? named.slice(0, colon) : named;
  const [first = ""] = repository.split("/");
  const path = /[.:]|^localhost$/.test(first) ? repository.slice(first.length + 1) : repository;
  return { path, tag: hasTag ? named.slice(colon + 1) : undefined, digest };
}
