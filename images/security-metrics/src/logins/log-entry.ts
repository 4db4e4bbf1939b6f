/** A message of a program, as the system's log keeps it. */
export interface LogEntry {
  /** As `sshd`. */
  program: string;
  /** Empty where the log does not tell. */
  pid: string;
  message: string;
}

/** Another way to say it: the message before came so many times again. */
export interface Repeat {
  repeats: number;
}

const traditionalTime = "[A-Z][a-z]{2} [ \\d]\\d \\d{2}:\\d{2}:\\d{2}";
const isoTime = "\\d{4}-\\d{2}-\\d{2}T[\\d:.]+(?:Z|[+-]\\d{2}:?\\d{2})";
const header = `^(?:<\\d+>)?(?:${traditionalTime}|${isoTime}) \\S+ `;
/** Busybox writes facility and level behind the host's name. */
const entryPattern = new RegExp(`${header}(?:[a-z0-9]+\\.[a-z]+ )?([^\\s:[\\]]+)(?:\\[(\\d+)\\])?: (.*)$`);
const repeatPattern = new RegExp(`${header}last message repeated (\\d+) times?$`);

/**
 * A line of `/var/log/auth.log` or `/var/log/secure`: with the traditional time (`Nov 24 12:23:20`), or with that of
 * RFC 3339, which rsyslog writes since Debian 12 and Ubuntu 24.04.
 */
export function parseLogLine(line: string): LogEntry | Repeat | undefined {
  const entry = entryPattern.exec(line);
  if (entry) return { program: entry[1] ?? "", pid: entry[2] ?? "", message: entry[3] ?? "" };
  const repeat = repeatPattern.exec(line);
  return repeat ? { repeats: Number(repeat[1]) } : undefined;
}

/** A line of a file that sshd writes itself (`sshd -E FILE`): the message alone. */
export function parseSshdLine(line: string): LogEntry {
  return { program: "sshd", pid: "", message: line.replace(/\r$/, "") };
}
