/** One setting that is not as it was declared. */
export interface Difference {
  /** In words, as `memory limit`, or where it stands: `label monitoring.service`, `panels › CPU › title`. */
  setting: string;
  declared: string;
  found: string;
}

/** One thing that is not as it was declared. */
export interface DriftRow {
  /** The server's name; `appwrite` and the like for what is on none. */
  server: string;
  /** What it is called where it is: a container's name, a file's path, a dashboard's title. */
  resource: string;
  /** `container`, `file`, `dashboard` … */
  type: string;
  /** Completes the sentence that begins with the resource, as `was edited`. */
  what: string;
  differences: Difference[];
  /** Whether a deployment with `--refresh` puts it right. */
  repaired: boolean;
  /** Why a deployment refuses to put it right, and what to do, in whole sentences. */
  refused?: string;
}

/** What could not be looked at, and why. */
export interface Unreachable {
  server: string;
  /** The thing on it that could not be read, with what belongs to it, as `datasource Loki`; left out: the server itself. */
  what?: string;
  /** In whole sentences. */
  why: string;
}

/** What a look at a stack has found. */
export interface DriftReport {
  stack: string;
  /** What was changed behind the deployment's back. */
  drifted: DriftRow[];
  /** What the program declares and nobody has deployed yet. */
  undeployed: DriftRow[];
  unreachable: Unreachable[];
}

/** Rows in the order in which people read them: server by server, and the same things together. */
export function sortedRows(rows: DriftRow[]): DriftRow[] {
  const key = ({ server, type, resource, what }: DriftRow) => [server, type, resource, what].join("\n");
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
