/** A line of `/proc/<pid>/mountinfo`. */
export interface Mount {
  /** Device number, as `8:1`. */
  device: string;
  /** What of the filesystem is mounted: `/`, or the folder of a bind mount. */
  root: string;
  /** Where it is mounted. */
  point: string;
  type: string;
}

/**
 * Filesystems that live on a disk of the host: what is written there stays. Not those of other machines, which can hang and
 * are theirs to look after, and not `overlay`, which is how containers see their images.
 */
const localTypes = new Set([
  "ext2",
  "ext3",
  "ext4",
  "xfs",
  "btrfs",
  "zfs",
  "f2fs",
  "jfs",
  "reiserfs",
  "bcachefs",
  "nilfs2",
]);

/** @see man 5 proc, /proc/pid/mountinfo */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , device, root, point] = before.split(" ");
    const [type] = after.split(" ");
    if (!device || !root || !point || !type) return [];
    return [{ device, root: unescaped(root), point: unescaped(point), type }];
  });
}

/**
 * Where to begin, so that each file of the host's own disks is come across once: the root, whatever it is, and every
 * local filesystem that is not seen already through another mount of it.
 */
export function walkedMounts(mounts: Mount[]): string[] {
  // Of several mounts at one place only the last can be seen.
  const visible = [...new Map(mounts.map((mount) => [mount.point, mount])).values()];
  const byDepth = (a: Mount, b: Mount) => a.root.length - b.root.length;
  const isRoot = ({ point }: Mount) => point === "/";
  const walked: Mount[] = [];
  for (const mount of [...visible.filter(isRoot), ...visible.filter((one) => !isRoot(one)).sort(byDepth)]) {
    const isSeen = walked.some((one) => one.device === mount.device && isBelow(mount.root, one.root));
    if (isRoot(mount) || (localTypes.has(mount.type) && !isSeen)) walked.push(mount);
  }
  return walked.map(({ point }) => point);
}

function isBelow(folder: string, above: string): boolean {
  return above === "/" || folder === above || folder.startsWith(`${above}/`);
}

/** Spaces and the like are written as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
