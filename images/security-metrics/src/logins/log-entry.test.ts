import { expect, it } from "vitest";
import { parseLogLine, parseSshdLine } from "./log-entry";

const message = "Failed password for root from 203.0.113.31 port 38924 ssh2";

it.each([
  ["the traditional time", `Nov 24 06:31:14 app2 sshd[21577]: ${message}`],
  ["a day of one digit", `Nov  4 06:31:14 app2 sshd[21577]: ${message}`],
  ["the time of RFC 3339", `2026-11-24T12:23:20.603893+00:00 app2 sshd[21577]: ${message}`],
  ["the same in UTC", `2026-11-24T12:23:20Z app2 sshd[21577]: ${message}`],
  ["a priority before it", `<38>Nov 24 06:31:14 app2 sshd[21577]: ${message}`],
  ["a facility behind the host, as busybox writes it", `Nov 24 06:31:14 app2 auth.info sshd[21577]: ${message}`],
])("understands %s", (_, line) => {
  expect(parseLogLine(line)).toEqual({ program: "sshd", pid: "21577", message });
});

it("understands a line without a process id", () => {
  const line = "Nov 24 06:36:02 app2 sudo:   deploy : 3 incorrect password attempts ; TTY=pts/0";
  expect(parseLogLine(line)).toEqual({
    program: "sudo",
    pid: "",
    message: "  deploy : 3 incorrect password attempts ; TTY=pts/0",
  });
});

it("understands that the line before came again", () => {
  expect(parseLogLine("Nov 24 06:31:20 app2 last message repeated 2 times")).toEqual({ repeats: 2 });
});

it.each(["", "garbage", "\0\0\0\xff\xfe", "Nov 24 06:31:14", message, `sshd[21577]: ${message}`])(
  "takes %j for no line of a log",
  (line) => {
    expect(parseLogLine(line)).toBeUndefined();
  },
);

it("a line of sshd's own file is the message, with a carriage return", () => {
  expect(parseSshdLine(`${message}\r`)).toEqual({ program: "sshd", pid: "", message });
});
