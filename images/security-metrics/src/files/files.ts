import { lstatSync } from "node:fs";
import { digestOf } from "../digest";
import type { HostRoot } from "../host/host-root";
import { parseMounts, walkedMounts } from "../host/mounts";
import { matcherOf } from "../match";
import type { Deadline } from "../scans/deadline";
import type { Finding, Scan } from "../scans/scan";
import type { StateFolder } from "../state-folder";
import { packagedFiles, type SuidFile } from "./packages";
import { type WalkGaps, walk } from "./walk";

const suid = 0o4000;
const writableByAll = 0o002;
const stateName = "suid";

/** Path of an accepted SUID file → its digest. */
export type AcceptedFiles = Record<string, string>;

/** Of each kind, so many files are named in the log. */
const mostNamed = 200;

/** Looks at all files on the host's disks: which can everybody change, which run as their owner. */
export const scanFiles: Scan = ({ host, configuration, state, deadline }) => {
  const { files: settings } = configuration.scans;
  const { exclude = [], knownSuid = [] } = settings || {};
  const { suidFiles, writable, writableCount, gaps } = look(host, matcherOf(exclude), deadline);
  const unknown = unknownFiles(suidFiles, host, knownSuid, state, deadline);
  return {
    samples: [
      { metric: "security_suid_files", labels: {}, value: suidFiles.length },
      { metric: "security_suid_files_unknown", labels: {}, value: unknown.length },
      { metric: "security_world_writable_files", labels: {}, value: writableCount },
    ],
    findings: [
      ...unknown.slice(0, mostNamed).map(({ path }): Finding => ({ finding: "suid_file_unknown", path })),
      ...writable.map((path): Finding => ({ finding: "world_writable_file", path })),
    ],
    problems: problemsOf(gaps),
  };
};

function look(host: HostRoot, isExcluded: (path: string) => boolean, deadline: Deadline) {
  const mounts = parseMounts(host.readIfThere("/proc/1/mountinfo") ?? "");
  const starts = walkedMounts(mounts);
  const suidFiles: SuidFile[] = [];
  const writable: string[] = [];
  let writableCount = 0;
  const gaps = walk({
    root: host.folder,
    starts: starts.length > 0 ? starts : ["/"],
    boundaries: new Set(mounts.map(({ point }) => point)),
    isExcluded,
    deadline,
    onFile: (path, { mode, ctimeMs }) => {
      if (mode & suid) suidFiles.push({ path, changedAt: ctimeMs });
      if (mode & writableByAll && writableCount++ < mostNamed) writable.push(path);
    },
  });
  return { suidFiles, writable, writableCount, gaps };
}

/** Those that are in no package, not declared, and not accepted as they are now. */
function unknownFiles(
  files: SuidFile[],
  host: HostRoot,
  known: string[],
  state: StateFolder,
  deadline: Deadline,
): SuidFile[] {
  const packaged = packagedFiles(files, host);
  const isKnown = matcherOf(known);
  const accepted = acceptedFiles(state);
  return files.filter(({ path }) => {
    if (packaged.has(path) || isKnown(path)) return false;
    const digest = accepted[path];
    return digest === undefined || digest !== digestOf(host.at(path), deadline);
  });
}

function acceptedFiles(state: StateFolder): AcceptedFiles {
  return state.load<AcceptedFiles>(stateName) ?? {};
}

/**
 * Records SUID files that belong to no package as they are now, so that they are no longer unknown.
 * @param paths the files; those that are not there or have no SUID bit are passed over
 * @returns which were recorded
 */
export function acceptSuidFiles(paths: string[], host: HostRoot, state: StateFolder, deadline: Deadline): string[] {
  const recorded = paths.filter((path) => {
    const stats = lstatSync(host.at(path), { throwIfNoEntry: false });
    return stats?.isFile() && (stats.mode & suid) !== 0;
  });
  const digests = recorded.map((path) => [path, digestOf(host.at(path), deadline)]);
  if (recorded.length > 0) state.save(stateName, { ...acceptedFiles(state), ...Object.fromEntries(digests) });
  return recorded;
}

/** The SUID files that are unknown now, for {@link acceptSuidFiles}. */
export function unknownSuidFiles(...[context]: Parameters<Scan>): string[] {
  const { host, configuration, state, deadline } = context;
  const { exclude = [], knownSuid = [] } = configuration.scans.files || {};
  const { suidFiles } = look(host, matcherOf(exclude), deadline);
  return unknownFiles(suidFiles, host, knownSuid, state, deadline).map(({ path }) => path);
}

function problemsOf({ forbidden, broken }: WalkGaps): string[] {
  const of = ({ count, first }: WalkGaps["broken"]) => (count > 1 ? `${first} and ${count - 1} more` : first);
  return [
    ...(forbidden.count > 0 ? [`${of(forbidden)} cannot be read: it takes CAP_DAC_READ_SEARCH.`] : []),
    ...(broken.count > 0 ? [`${of(broken)} cannot be read: see the kernel's log (dmesg) for the disk.`] : []),
  ];
}
