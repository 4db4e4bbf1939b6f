import type { Difference, DriftRow } from "./row";

/** Path inside the directory → `0444 65534:65534 sha256:…` for a file, `0755` for a directory, whose path ends in `/`. */
export type Digests = Record<string, string>;

/** What stands at a path. */
interface Seen {
  kind: string;
  mode: string;
  /** User and group id, as `65534:65534`. */
  owner: string;
  content: string;
}

/** What a difference in each of these is called. */
const verbs: Record<keyof Seen, string> = {
  kind: "was replaced by something else",
  content: "was edited",
  mode: "has another mode",
  owner: "has another owner",
};

/**
 * What of a service's configuration directory is not as it was written: a row a file. Contents are known by their hash
 * alone, because some of them are secret.
 * @param root the directory on the server
 */
export function fileRows(server: string, root: string, declared: Digests, found: Digests): DriftRow[] {
  const paths = [...new Set([...Object.keys(declared), ...Object.keys(found)])].sort();
  return paths.flatMap((path) => {
    const [before, after] = [declared[path], found[path]];
    if (before === after) return [];
    const row = {
      server,
      resource: `${root}/${path}`.replace(/\/+$/, ""),
      type: path.endsWith("/") ? "directory" : "file",
      repaired: true,
    };
    const presence = [{ setting: "presence", declared: before ?? "not there", found: after ?? "not there" }];
    if (before === undefined) return [{ ...row, what: "was added", differences: presence }];
    if (after === undefined) return [{ ...row, what: "was deleted", differences: presence }];
    const differences = changes(seen(before), seen(after));
    const what = differences.map(({ setting }) => verbs[setting as keyof Seen]).join(", ");
    return [{ ...row, what, differences }];
  });
}

function changes(before: Seen, after: Seen): Difference[] {
  const settings = before.kind === after.kind ? (["content", "mode", "owner"] as const) : (["kind"] as const);
  return settings
    .filter((setting) => before[setting] !== after[setting])
    .map((setting) => ({ setting, declared: before[setting], found: after[setting] }));
}

function seen(digest: string): Seen {
  const [, mode = "", owner = "", content = ""] = /^(\d{4})(?: (\S+) (sha256:\w+))?$/.exec(digest) ?? [];
  // A link and the like has no mode of its own: `symlink /etc/passwd`.
  return { kind: mode ? (content ? "file" : "directory") : digest, mode, owner, content };
}
