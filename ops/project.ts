import path from "node:path";

/** The checkout. */
export const projectRoot = path.dirname(__dirname);

/** State and passphrase of the stacks that are kept on this machine; see the wrapper in `.toolchain/bin/pulumi`. */
export const stateDirectory = path.join(projectRoot, ".state");

/** A path as a person would type it, from where they are. */
export function shown(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith("..") ? file : relative || ".";
}
