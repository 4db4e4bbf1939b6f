import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { CommandError } from "../command";
import { checksumOf } from "./archive-file";

/** Of the folder's form; a newer one than this is refused. */
export const formatVersion = 1;
export const manifestFile = "manifest.json";

const findingSchema = z.strictObject({
  /** As `series`. */
  what: z.string(),
  count: z.number(),
  /** Seconds since 1970 that the count was asked for. */
  at: z.number(),
  /** Seconds since 1970 from which the service may have let go of some of it. */
  until: z.number().optional(),
});

const archiveSchema = z.strictObject({
  /** In the backup's folder, as `loki.tar.gz`. */
  file: z.string().regex(/^[a-z-]+\.tar\.gz$/),
  bytes: z.number(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Before it was compressed. */
  contentBytes: z.number(),
});

const servicePartSchema = archiveSchema.extend({
  /** As `watcher-prometheus`. */
  name: z.string(),
  server: z.string(),
  image: z.string(),
  /** For how long the service was stopped, in seconds. */
  secondsAway: z.number(),
  /** What was there shortly before, in numbers; empty when it could not be asked. */
  findings: z.array(findingSchema),
});

const manifestSchema = z.strictObject({
  format: z.literal(formatVersion),
  stack: z.string(),
  /** UTC, as `2026-11-24T18:00:00.000Z`. */
  time: z.iso.datetime(),
  /** Of the project, with `+` when there were changes besides; nothing where there is no git. */
  commit: z.string().optional(),
  state: archiveSchema,
  rendered: archiveSchema,
  parts: z.array(servicePartSchema),
  /** What could not be saved, and why. */
  missing: z.array(z.strictObject({ name: z.string(), server: z.string(), why: z.string() })),
});

/** A number that a service was asked for at a time, so that it can be asked again after a restore. */
export type Finding = z.output<typeof findingSchema>;
export type SavedArchive = z.output<typeof archiveSchema>;
export type SavedPart = z.output<typeof servicePartSchema>;
/** What a backup's folder says of itself. */
export type Manifest = z.output<typeof manifestSchema>;

/**
 * Reads what a backup says of itself.
 * @throws {CommandError} when it is none, is not whole, has another form, or is another stack's
 */
export async function readManifest(folder: string, stack: string): Promise<Manifest> {
  if (path.basename(path.resolve(folder)).endsWith(".part")) {
    throw refusal(folder, "is a backup that did not come to its end; take one without .part in its name");
  }
  const text = await readFile(path.join(folder, manifestFile), "utf8").catch(() => {
    throw refusal(folder, `holds no ${manifestFile}: name the folder that npm run backup has made`);
  });
  const content = parse(text, folder);
  const format = (content as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > formatVersion) {
    throw refusal(folder, `has the form ${format}, newer than this project's ${formatVersion}; update the checkout`);
  }
  const { success, data, error } = manifestSchema.safeParse(content);
  if (!success) {
    throw refusal(folder, `has a ${manifestFile} that is not as it was written: ${z.prettifyError(error)}`);
  }
  if (data.stack !== stack) throw refusal(folder, `is of the stack ${data.stack}, not ${stack}`);
  return data;
}

/**
 * Compares the archives with the manifest, byte by byte.
 * @param onBytes called with how many bytes of all have been read; ends the comparison by throwing
 * @throws {CommandError} which names every archive that is not as it was written
 */
export async function checkArchives(
  folder: string,
  archives: SavedArchive[],
  onBytes: (bytes: number) => void = () => {},
): Promise<void> {
  const problems: string[] = [];
  let before = 0;
  for (const { file, bytes, sha256 } of archives) {
    const found = await checksumOf(path.join(folder, file), (read) => onBytes(before + read)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error instanceof CommandError) throw error;
        return error.code === "ENOENT" ? "is not there" : `cannot be read (${error.message})`;
      },
    );
    if (typeof found === "string") problems.push(`${file} ${found}`);
    else if (found.bytes !== bytes) problems.push(`${file} has ${found.bytes} bytes instead of ${bytes}`);
    else if (found.sha256 !== sha256) problems.push(`${file} has another content (its SHA-256 differs)`);
    before += bytes;
  }
  if (problems.length > 0) {
    throw refusal(folder, `is damaged, and nothing was changed: ${problems.join("; ")}. Take another copy of it`);
  }
}

function parse(text: string, folder: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(folder, `has a ${manifestFile} that is no JSON: take another copy of it`);
  }
}

function refusal(folder: string, why: string): CommandError {
  return new CommandError(`${folder} ${why}.`, "wrong");
}
