import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { knownFlags } from "./debian-packages";

const folder = mkdtempSync(path.join(os.tmpdir(), "known-flags-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a program that only prints its arguments, and whose help is this. */
function start(help: string, ...flags: string[]): string[] {
  const program = path.join(folder, "program");
  writeFileSync(
    program,
    `#!/bin/sh\n[ "$1" = --help ] && { cat <<'END'\n${help}\nEND\nexit 0; }\nprintf '%s\\n' "$@"\n`,
  );
  chmodSync(program, 0o755);
  const printed = execFileSync("sh", [knownFlags, program, ...flags], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return printed.split("\n").filter((line) => line !== "");
}

describe("a program that is older than its flags", () => {
  const kingpin = [
    "      --collector.database       Enable the database collector.",
    "      --[no-]collector.wal       Enable the WAL collector.",
    '      --web.config.file=""       Path to configuration file',
    "      --disable-default-metrics  ",
  ].join("\n");

  it("is started without those that it does not know, whose names begin like others", () => {
    expect(
      start(kingpin, "--collector.database_wraparound", "--collector.database", "--web.config.file=/etc/a b"),
    ).toEqual(["--collector.database", "--web.config.file=/etc/a b"]);
  });

  it("does not take a longer name for the same", () => {
    expect(start("      --collector.database_wraparound  More", "--collector.database", "--a=1")).toEqual([]);
  });

  it("keeps those that its help writes in other ways", () => {
    expect(start(kingpin, "--collector.wal", "--disable-default-metrics")).toHaveLength(2);
    expect(start("  -redis.addr string\n  -debug", "--redis.addr=redis://a", "--debug", "--redis.none=1")).toEqual([
      "--redis.addr=redis://a",
      "--debug",
    ]);
  });
});
