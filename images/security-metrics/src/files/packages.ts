import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type HostRoot, isMissing } from "../host/host-root";

/** A file with the SUID bit. */
export interface SuidFile {
  path: string;
  /** When its content, owner or mode was last changed; milliseconds. */
  changedAt: number;
}

const folder = "/var/lib/dpkg";
/** Packages set modes when they are configured, which may be a while after they are unpacked; milliseconds. */
const configuredWithin = 24 * 60 * 60 * 1000;

/**
 * Those of the files that belong to a package of Debian's, and have not been changed since it was installed: `chmod u+s` on a
 * package's file comes later than the list of its files. What the administrator has set by `dpkg-statoverride` counts as well.
 * @returns nothing on a host without dpkg
 */
export function packagedFiles(files: SuidFile[], host: HostRoot): Set<string> {
  const packaged = new Set<string>();
  const wanted = new Map<string, SuidFile[]>();
  const diversions = parseDiversions(host.readIfThere(`${folder}/diversions`) ?? "");
  for (const file of files) {
    for (const name of namesOf(file.path, host, diversions)) wanted.set(name, [...(wanted.get(name) ?? []), file]);
  }
  if (wanted.size === 0) return packaged;

  for (const { place, mode } of parseOverrides(host.readIfThere(`${folder}/statoverride`) ?? "")) {
    if (mode & 0o4000) for (const file of wanted.get(place) ?? []) packaged.add(file.path);
  }
  for (const list of listsOf(host)) {
    const installedAt = lstatSync(list, { throwIfNoEntry: false })?.ctimeMs ?? 0;
    for (const line of readIfThere(list).split("\n")) {
      for (const file of wanted.get(line) ?? []) {
        if (file.changedAt <= installedAt + configuredWithin) packaged.add(file.path);
      }
    }
  }
  return packaged;
}

/**
 * The names under which a package's list may have a file: its own, the one from before `/bin` became a link to `/usr/bin`,
 * and the one from before it was diverted.
 */
function namesOf(file: string, host: HostRoot, diversions: Map<string, string[]>): string[] {
  const names = [file];
  const merged = /^\/usr(\/(?:bin|sbin|lib\w*)\/.+)$/.exec(file)?.[1];
  if (merged && host.resolve(path.posix.dirname(merged)) === host.resolve(path.posix.dirname(file))) names.push(merged);
  return names.flatMap((name) => [name, ...(diversions.get(name) ?? [])]);
}

/** Diverted file → what it was called. A diversion is three lines: from, to, by which package. */
export function parseDiversions(text: string): Map<string, string[]> {
  const lines = text.split("\n");
  const diversions = new Map<string, string[]>();
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [from = "", to = ""] = lines.slice(at);
    diversions.set(to, [...(diversions.get(to) ?? []), from]);
  }
  return diversions;
}

/** Lines of `user group mode path`. @see man 1 dpkg-statoverride */
export function parseOverrides(text: string): { mode: number; place: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, mode, place] = /^\S+ \S+ ([0-7]+) (\/.*)$/.exec(line) ?? [];
    return mode && place ? [{ mode: Number.parseInt(mode, 8), place }] : [];
  });
}

function listsOf(host: HostRoot): string[] {
  const place = host.resolve(`${folder}/info`);
  try {
    return readdirSync(place)
      .filter((name) => name.endsWith(".list"))
      .map((name) => path.join(place, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}
