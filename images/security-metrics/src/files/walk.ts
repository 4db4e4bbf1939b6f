import { lstatSync, opendirSync, type Stats } from "node:fs";
import path from "node:path";
import { isForbidden, isMissing } from "../host/host-root";
import type { Deadline } from "../scans/deadline";

export interface Walk {
  /** The host's root, as seen from here. */
  root: string;
  /** Folders to begin in, as the host sees them. */
  starts: string[];
  /** Folders that something else is mounted on. */
  boundaries: ReadonlySet<string>;
  isExcluded: (path: string) => boolean;
  deadline: Deadline;
  /** Called with every regular file; the path is as the host sees it. */
  onFile: (path: string, stats: Stats) => void;
}

/** What a walk did not see: how many folders or files, and the first of them. */
export interface WalkGaps {
  forbidden: { count: number; first: string };
  broken: { count: number; first: string };
}

/** Where container engines keep images: files of other systems, which nobody on the host comes to by their path. */
const dockerStores = new Set(["overlay2", "aufs", "btrfs", "devicemapper"]);
const containerdStores = /^io\.containerd\.(?:snapshotter\.v1\.\w+|content\.v1\.content)$/;
/** A folder with a million entries is read bit by bit. */
const entriesAtOnce = 256;
/** Every subvolume of btrfs has a device number of its own, and begins with this inode. */
const subvolumeInode = 256;

/**
 * Looks at every regular file below some folders. Follows no symbolic links, leaves the filesystem only at `starts`, and
 * takes memory for the folders that it has yet to enter alone. Names need not be text: within, a path is a string of its bytes.
 * @throws {Error} when the time is up
 */
export function walk({ root, starts, boundaries, isExcluded, deadline, onFile }: Walk): WalkGaps {
  const gaps: WalkGaps = { forbidden: { count: 0, first: "" }, broken: { count: 0, first: "" } };
  const others = new Set([...boundaries].map(bytesOf));
  for (const start of starts.map(bytesOf)) {
    const folders = [{ folder: start, device: attempt(start, () => stats(start).dev) ?? -1 }];
    for (let next = folders.pop(); next; next = folders.pop()) {
      const { folder, device } = next;
      attempt(folder, () => enter(folder, device, folders));
    }
  }
  return gaps;

  function enter(folder: string, device: number, folders: { folder: string; device: number }[]): void {
    const own = stats(folder);
    if (own.dev !== device && own.ino !== subvolumeInode) return;
    const entries = opendirSync(real(folder), { bufferSize: entriesAtOnce, encoding: "latin1" as BufferEncoding });
    try {
      for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
        deadline.check();
        const place = folder === "/" ? `/${entry.name}` : `${folder}/${entry.name}`;
        if (entry.isDirectory()) {
          const isOther = others.has(place) || isStore(entry.name, folder, own) || isExcluded(textOf(place));
          if (!isOther) folders.push({ folder: place, device: own.dev });
        } else if (entry.isFile()) {
          const file = attempt(place, () => stats(place));
          if (file?.isFile() && !isExcluded(textOf(place))) onFile(textOf(place), file);
        }
      }
    } finally {
      entries.closeSync();
    }
  }

  function attempt<Result>(place: string, look: () => Result): Result | undefined {
    try {
      return look();
    } catch (error) {
      if (isMissing(error)) return undefined;
      const isOfDisk = (error as NodeJS.ErrnoException).syscall !== undefined;
      if (!isOfDisk) throw error;
      const gap = isForbidden(error) ? gaps.forbidden : gaps.broken;
      if (gap.count++ === 0) gap.first = textOf(place);
      return undefined;
    }
  }

  /** In a folder where only root can have made it; elsewhere the name would be a place to hide. */
  function isStore(name: string, folder: string, { uid, mode }: Stats): boolean {
    const isDockers = dockerStores.has(name);
    if (!isDockers && !containerdStores.test(name)) return false;
    if ((uid !== 0 && uid !== process.getuid?.()) || (mode & 0o022) !== 0) return false;
    return !isDockers || lstatSync(real(`${folder}/image`), { throwIfNoEntry: false }) !== undefined;
  }

  function stats(place: string): Stats {
    return lstatSync(real(place));
  }

  function real(place: string): string | Buffer {
    const whole = root === "/" ? place : path.posix.join(bytesOf(root), place);
    return isPlain(whole) ? whole : Buffer.from(whole, "latin1");
  }
}

function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** Text as a string of the bytes that it is on disk. */
function bytesOf(text: string): string {
  return isPlain(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** A string of bytes as text; what is no text becomes replacement characters. */
function textOf(bytes: string): string {
  return isPlain(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}
