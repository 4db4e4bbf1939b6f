import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";

/** One file of a service's configuration. */
export interface ConfigFile {
  content: string;
  /** Readable by the container's user alone (mode 0400 instead of 0444). @default false */
  secret?: boolean;
}

/** Path inside the directory → the file. */
export type ConfigFiles = Record<string, ConfigFile>;

/**
 * Path → what stands there, in a form that people can read and that differs when anything does: for a file
 * `0444 65534:65534 sha256:2cf24dba5fb0a30e`, for a directory (its path ends in `/`) its mode.
 */
export type Digests = Record<string, string>;

const directoryMode = 0o755;

/** What the directory must look like once `files` are in place, owned by `owner` (user and group id). */
export function expectedDigests(files: ConfigFiles, owner: number): Digests {
  const digests: Digests = {};
  for (const directory of ["", ...directoriesOf(files)]) digests[`${directory}/`] = octal(directoryMode);
  for (const [path, file] of Object.entries(files)) {
    digests[path] = digest(modeOf(file), owner, owner, Buffer.from(file.content));
  }
  return sorted(digests);
}

/** The directories below the configuration's own, parents first. */
export function directoriesOf(files: ConfigFiles): string[] {
  const directories = new Set<string>();
  for (const path of Object.keys(files)) {
    const parts = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) directories.add(parts.slice(0, depth).join("/"));
  }
  return [...directories].sort();
}

/** The files as a tar archive that carries their owner and modes. */
export async function pack(files: ConfigFiles, owner: number): Promise<Buffer> {
  const archive = tar.pack();
  for (const [name, file] of Object.entries(files)) {
    archive.entry({ name, mode: modeOf(file), uid: owner, gid: owner, mtime: new Date() }, file.content);
  }
  archive.finalize();
  return buffer(archive);
}

/** What stands in the directory of which `docker cp CONTAINER:/config -` made this archive. */
export async function digestsOf(archive: Buffer): Promise<Digests> {
  const digests: Digests = {};
  const extract = tar.extract();
  extract.on("entry", (header, stream, next) => {
    // The archive's first folder is the directory itself.
    const path = header.name.replace(/^[^/]+\/?/, "").replace(/\/$/, "");
    const mode = header.mode ?? 0;
    buffer(stream).then((content) => {
      if (header.type === "directory") digests[`${path}/`] = octal(mode);
      else if (header.type === "file") digests[path] = digest(mode, header.uid ?? 0, header.gid ?? 0, content);
      else digests[path] = `${header.type} ${header.linkname ?? ""}`.trim();
      next();
    }, next);
  });
  await pipeline(Readable.from([archive]), extract);
  return sorted(digests);
}

function modeOf(file: ConfigFile): number {
  return file.secret ? 0o400 : 0o444;
}

function digest(mode: number, uid: number, gid: number, content: Buffer): string {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return `${octal(mode)} ${uid}:${gid} sha256:${hash}`;
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

function sorted(digests: Digests): Digests {
  return Object.fromEntries(Object.entries(digests).sort(([a], [b]) => (a < b ? -1 : 1)));
}
