import { setTimeout } from "node:timers/promises";
import { isForbidden } from "../host/host-root";
import type { Scan, ScanContext } from "../scans/scan";
import { FailedLogins, type FailedLoginsState, loginTypes } from "./failed-logins";
import { endOf, type LogPosition, type LogReading, readLines } from "./followed-log";
import type { JournalPosition, JournalReading } from "./journal";
import { readJournal } from "./journal";
import type { JournalEntry } from "./journal-file";
import { parseLogLine, parseSshdLine } from "./log-entry";

/** Debian and Ubuntu with rsyslog; Red Hat. */
const systemLogs = ["/var/log/auth.log", "/var/log/secure"];
const stateName = "logins";
/** How much of what is there already counts, when old entries count. */
const old = { bytes: 16 * 1024 * 1024, entries: 10_000 };
/** How much longer than the journal a log may go without an entry before it is taken for dead, milliseconds. */
const deadAfter = 120_000;

interface LoginsState extends FailedLoginsState {
  /** By path on the host. */
  logs: Record<string, LogPosition>;
  journal: JournalPosition | undefined;
}

/** How a scan of the logs goes: what was known, and what was found. */
interface Reading {
  context: ScanContext;
  before: LoginsState | undefined;
  logs: Record<string, LogPosition>;
  logins: FailedLogins;
  problems: string[];
}

/**
 * Counts refused logins by the system's log: `/var/log/auth.log` or `/var/log/secure`, and the journal for what they miss, as
 * on hosts without rsyslog. What is there at the very first scan is old; from then on nothing is left out or counted twice
 * over rotations and restarts.
 */
export const scanLogins: Scan = async (context) => {
  const before = context.state.load<LoginsState>(stateName);
  const reading: Reading = { context, before, logs: {}, logins: new FailedLogins(before), problems: [] };

  // The journal first: what it has, a log that is written has as well by the time it is read.
  const journal = readJournalOf(reading);
  let writtenAt = readSystemLogs(reading);
  if (writtenAt > 0 && newerThan(writtenAt, journal).length > 0) {
    // The log is dead, or its first line for a long while is just being written.
    await setTimeout(1000);
    writtenAt = readSystemLogs(reading);
  }
  for (const entry of newerThan(writtenAt, journal)) reading.logins.see(entry);
  const sshdLog = readSshdLog(reading);
  if (writtenAt === 0 && journal.files === 0 && !sshdLog && reading.problems.length === 0) reading.problems.push(noLog);

  const { logs, logins } = reading;
  context.state.save(stateName, { ...logins.state, logs, journal: journal.position } satisfies LoginsState);
  return {
    samples: loginTypes.map((type) => ({
      metric: "security_failed_logins_total",
      labels: { type },
      value: logins.counts[type],
    })),
    findings: [],
    problems: [...new Set(reading.problems)],
  };
};

const noLog =
  `there is neither ${systemLogs.join(" nor ")} nor a journal: install rsyslog, or make journald's log persistent ` +
  "(mkdir /var/log/journal), or turn the scan off (scans.logins: false).";

function newerThan(milliseconds: number, { entries }: JournalReading): JournalEntry[] {
  return entries.filter(({ time }) => Number(time / 1000n) > milliseconds);
}

function readJournalOf({ context, before, problems }: Reading): JournalReading {
  const { host, deadline, countsOldEntries } = context;
  try {
    const reading = readJournal(host, before?.journal, deadline, countsOldEntries ? old.entries : 0);
    problems.push(...reading.problems);
    return reading;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    problems.push(forbidden(error, "systemd-journal"));
    return { entries: [], position: before?.journal ?? {}, files: 0, problems: [] };
  }
}

/**
 * Reads the system's log where there is one.
 * @returns up to which time the journal's entries need not be looked at, milliseconds since 1970; 0 without such a log
 */
function readSystemLogs(reading: Reading): number {
  let writtenAt = 0;
  for (const log of systemLogs) {
    const read = follow(log, reading, (line) => reading.logins.see(parseSystemLine(line)));
    if (read) writtenAt = Math.max(writtenAt, read.writtenAt);
  }
  return writtenAt === 0 ? 0 : writtenAt + deadAfter;
}

/** Most lines are about something else, which the costly look at them would show as well. */
function parseSystemLine(line: string) {
  if (!line.includes("ssh") && !line.includes("sudo") && !line.includes("repeated")) return undefined;
  return parseLogLine(line);
}

function readSshdLog(reading: Reading): boolean {
  const { logins } = reading.context.configuration.scans;
  if (!logins || logins.sshdLog === undefined) return false;
  const { sshdLog } = logins;
  const read = follow(sshdLog, reading, (line) => reading.logins.see(parseSshdLine(line)));
  if (read?.writtenAt === 0) {
    reading.problems.push(`${sshdLog} is not there: scans.logins.sshdLog is to name what sshd writes with -E.`);
  }
  return true;
}

function follow(log: string, reading: Reading, onLine: (line: string) => void): LogReading | undefined {
  const { context, before, logs, problems } = reading;
  const known = logs[log] ?? before?.logs[log];
  try {
    const file = context.host.resolve(log);
    const since = known ?? endOf(file, context.countsOldEntries ? old.bytes : 0);
    const read = readLines(file, since, context.deadline, onLine);
    logs[log] = read.position;
    return read;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    problems.push(forbidden(error, "adm"));
    if (known) logs[log] = known;
    return undefined;
  }
}

function forbidden(error: unknown, group: string): string {
  return `${(error as Error).message}: it takes CAP_DAC_READ_SEARCH, or the group ${group}.`;
}
