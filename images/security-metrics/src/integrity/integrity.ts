import { digestOf, missing, modeDigestOf } from "../digest";
import type { Finding, Scan, ScanContext } from "../scans/scan";
import { declaredFiles, unreadableProblem } from "./declared-files";

const stateName = "integrity";

/** Path → what it was when it was recorded. */
export type Baseline = Record<string, string>;

/** What stands for a file that could not be read; as soon as it can be, what it is then is recorded. */
const unreadable = "unreadable";

/**
 * Compares the declared files with what they were when their state was recorded, which the first scan does. One that was
 * not there then and is now counts as changed, and so does one that is gone.
 */
export const scanIntegrity: Scan = (context) => {
  const { digests, problems } = digestsNow(context);
  const baseline = completed(context.state.load<Baseline>(stateName), digests);
  context.state.save(stateName, baseline);
  const changes = [...changesSince(baseline, digests)];
  return {
    samples: changes.map(([path, isChanged]) => ({
      metric: "security_file_integrity_changed",
      labels: { path },
      value: isChanged ? 1 : 0,
    })),
    findings: changes.flatMap(([path, isChanged]): Finding[] =>
      isChanged
        ? [{ finding: "file_changed", path, was: baseline[path] ?? missing, is: digests[path] ?? missing }]
        : [],
    ),
    problems,
  };
};

/** A baseline with what could not be read when it was recorded; without one, what there is now. */
function completed(baseline: Baseline | undefined, now: Baseline): Baseline {
  if (!baseline) return now;
  return Object.fromEntries(
    Object.entries(baseline).map(([path, was]) => [path, was === unreadable ? (now[path] ?? was) : was]),
  );
}

/** Every file that was recorded or is there now, and whether that differs; one that cannot be read does not. */
export function changesSince(baseline: Baseline, now: Baseline): Map<string, boolean> {
  const paths = [...new Set([...Object.keys(baseline), ...Object.keys(now)])].sort();
  return new Map(
    paths.map((path) => {
      const [was, is] = [baseline[path] ?? missing, now[path] ?? missing];
      return [path, was !== is && was !== unreadable && is !== unreadable];
    }),
  );
}

/**
 * Records the declared files as they are now.
 * @param only these; all of them when none is given
 * @returns those that had changed
 */
export function acceptDeclaredFiles(context: ScanContext, only: string[]): string[] {
  const { digests } = digestsNow(context);
  const before = context.state.load<Baseline>(stateName) ?? {};
  const isMeant = (path: string) => only.length === 0 || only.includes(path);
  const kept = Object.entries(before).filter(([path]) => !isMeant(path));
  const recorded = Object.entries(digests).filter(([path]) => isMeant(path));
  context.state.save(stateName, Object.fromEntries([...kept, ...recorded]));
  return [...changesSince(before, digests)].flatMap(([path, isChanged]) => (isChanged && isMeant(path) ? [path] : []));
}

function digestsNow(context: ScanContext): { digests: Baseline; problems: string[] } {
  const { host, configuration, deadline, state } = context;
  const { files, modes } = configuration.scans.integrity || { files: [], modes: [] };
  const digests: Baseline = {};
  const problems: string[] = [];
  const look = (path: string, digest: (file: string) => string) => {
    try {
      digests[path] = digest(host.resolve(path));
    } catch (error) {
      deadline.check();
      digests[path] = unreadable;
      problems.push(unreadableProblem(path, error));
    }
  };
  const declared = (patterns: string[]) => declaredFiles(patterns, host, (problem) => problems.push(problem));
  for (const path of declared(files)) look(path, (file) => digestOf(file, deadline));
  for (const path of declared(modes)) look(path, modeDigestOf);
  // Of a folder that cannot be read, what was recorded is not gone.
  const known = problems.length > 0 ? Object.keys(state.load<Baseline>(stateName) ?? {}) : [];
  for (const path of known) digests[path] ??= unreadable;
  return { digests, problems };
}
