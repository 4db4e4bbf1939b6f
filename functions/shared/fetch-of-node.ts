// Stands in for `undici` in the bundles: node-appwrite asks that package for what Node 22 has itself.
export const { fetch, FormData, File } = globalThis;

/** Only asked for when certificates are not to be checked, which no function does. */
export class Agent {
  constructor() {
    throw new Error("unchecked certificates are not supported");
  }
}
