import type { ExpectedRow, InjectedDrift } from "./drift-row";

/**
 * Puts rows that do not touch each other together, to be done at once: a deployment and two looks take the same time for
 * one change and for ten. Two rows are apart that are about one service of a server, or of which one wants its server
 * for itself.
 * @returns every row once, each as early as can be
 */
export function groupsOf(rows: InjectedDrift[]): InjectedDrift[][] {
  const groups: InjectedDrift[][] = [];
  for (const row of rows) {
    const group = groups.find((others) => others.every((other) => !touch(row, other)));
    if (group) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

function touch(one: InjectedDrift, other: InjectedDrift): boolean {
  if ((one.isAlone || other.isAlone) && one.server === other.server) return true;
  const about = new Set(other.says.map((said) => subjectOf(said, other)));
  return one.says.some((said) => about.has(subjectOf(said, one)));
}

/** The service of a server: whose container it is, or whose folder of files below the server's directory. */
function subjectOf({ server, resource }: ExpectedRow, row: InjectedDrift): string {
  const [, , , folder = resource] = resource.startsWith("/") ? resource.split("/") : [];
  return `${server ?? row.server} ${folder}`;
}
