import os from "node:os";
import { describe, expect, it } from "vitest";
import { complaintOf } from "./complaint";

it("is what the engine says, without its warnings about programs and without a password", () => {
  expect(
    complaintOf([
      "warning: using pulumi-language-nodejs from $PATH at /a expected /b",
      'error: unable to open state database "postgres://pulumi:a%40b@db.example.org/pulumi": no route to host',
    ]),
  ).toBe('unable to open state database "postgres://pulumi:****@db.example.org/pulumi": no route to host');
  expect(complaintOf(["error: read http://db.example.org:80/a@b"])).toBe("read http://db.example.org:80/a@b");
});

describe("of a lock", () => {
  const held = (host: string, pid: number) =>
    complaintOf([
      "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
      `  postgres://****:****@db.example.org/pulumi/.pulumi/locks/organization/monitoring/prod/7055.json: created by root@${host} (pid ${pid}) at 2026-11-24T18:29:27Z`,
    ])
      .split("\n")
      .at(-1);

  it("says that a process of this machine is at work, and nothing of taking the lock away", () => {
    expect(held(os.hostname(), process.pid)).toMatch(/is at work on this machine: wait for it/);
    expect(held(os.hostname(), process.pid)).not.toContain("cancel");
  });

  it("says how the lock of a process that is gone goes", () => {
    // Above the greatest process id there can be.
    expect(held(os.hostname(), 4_194_305)).toMatch(/is no more.*: \.toolchain\/bin\/pulumi cancel --stack prod$/);
  });

  it("leaves another machine's to who can look there", () => {
    expect(held("runner-7", process.pid)).toBe(
      "  If that process on runner-7 is no more: .toolchain/bin/pulumi cancel --stack prod",
    );
  });
});
