import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TrialHost } from "../scans/trial-host";
import { declaredFiles } from "./declared-files";
import { acceptDeclaredFiles, changesSince, scanIntegrity } from "./integrity";

let state: string;
let host: TrialHost;
beforeEach(() => {
  state = mkdtempSync(path.join(os.tmpdir(), "state-"));
  host = new TrialHost(state);
  host
    .write(
      "/etc/passwd",
      "root:x:0:0:root:/root:/bin/bash\nwww:x:33:33::/var/www:/usr/sbin/nologin\na:x:1000:1000::/home/a:/bin/sh\n",
    )
    .write("/etc/shadow", "root:*:1::::::\n", 0o640)
    .write("/etc/ssh/sshd_config", "PermitRootLogin no\n")
    .write("/etc/sudoers.d/README", "", 0o440)
    .write("/home/a/.ssh/authorized_keys", "ssh-ed25519 AAAA\n", 0o600);
});
afterEach(() => {
  host.remove();
  rmSync(state, { recursive: true });
});

/** One scan: which files differ from what was recorded. */
async function changed(): Promise<string[]> {
  const { samples, problems } = await scanIntegrity(host.context());
  expect(problems).toEqual([]);
  return samples.flatMap(({ labels, value }) => (value === 1 ? [labels.path ?? ""] : []));
}

it("shows every declared file, also one that is not there yet", async () => {
  const { samples } = await scanIntegrity(host.context());
  expect(samples.map(({ labels }) => labels.path)).toEqual([
    "/etc/group",
    "/etc/gshadow",
    "/etc/ld.so.preload",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/ssh/sshd_config",
    "/etc/sudoers",
    "/etc/sudoers.d/README",
    "/home/a/.ssh/authorized_keys",
  ]);
  expect(samples.every(({ value }) => value === 0)).toBe(true);
});

it("an edited file has changed until it is put right, also over a restart", async () => {
  expect(await changed()).toEqual([]);
  appendFileSync(host.at("/etc/ssh/sshd_config"), "PasswordAuthentication yes\n");
  expect(await changed()).toEqual(["/etc/ssh/sshd_config"]);
  expect(await changed()).toEqual(["/etc/ssh/sshd_config"]);
  writeFileSync(host.at("/etc/ssh/sshd_config"), "PermitRootLogin no\n");
  expect(await changed()).toEqual([]);
});

it("another mode is a change", async () => {
  await changed();
  chmodSync(host.at("/home/a/.ssh/authorized_keys"), 0o666);
  expect(await changed()).toEqual(["/home/a/.ssh/authorized_keys"]);
});

it("of the shadow file, the mode alone matters", async () => {
  await changed();
  appendFileSync(host.at("/etc/shadow"), "a:$y$j9T$x:1::::::\n");
  expect(await changed()).toEqual([]);
  chmodSync(host.at("/etc/shadow"), 0o644);
  expect(await changed()).toEqual(["/etc/shadow"]);
});

it("a file that appears and one that is gone have changed", async () => {
  await changed();
  host.write("/etc/sudoers.d/door", "a ALL=(ALL) NOPASSWD: ALL\n", 0o440).write("/etc/ld.so.preload", "/tmp/x.so\n");
  unlinkSync(host.at("/etc/ssh/sshd_config"));
  host.write("/root/.ssh/authorized_keys2", "ssh-ed25519 BBBB\n");
  expect(await changed()).toEqual([
    "/etc/ld.so.preload",
    "/etc/ssh/sshd_config",
    "/etc/sudoers.d/door",
    "/root/.ssh/authorized_keys2",
  ]);
});

it("the new state can be recorded: of some files, or of all", async () => {
  await changed();
  appendFileSync(host.at("/etc/ssh/sshd_config"), "# ours\n");
  host.write("/etc/sudoers.d/ours", "", 0o440);
  unlinkSync(host.at("/etc/sudoers.d/README"));
  expect(acceptDeclaredFiles(host.context(), ["/etc/ssh/sshd_config", "/etc/none"])).toEqual(["/etc/ssh/sshd_config"]);
  expect(await changed()).toEqual(["/etc/sudoers.d/README", "/etc/sudoers.d/ours"]);
  expect(acceptDeclaredFiles(host.context(), [])).toEqual(["/etc/sudoers.d/README", "/etc/sudoers.d/ours"]);
  expect(await changed()).toEqual([]);
});

it("removing the state records anew", async () => {
  await changed();
  appendFileSync(host.at("/etc/ssh/sshd_config"), "# ours\n");
  unlinkSync(path.join(state, "integrity.json"));
  expect(await changed()).toEqual([]);
});

it("what is kept of a file is no secret", async () => {
  await changed();
  const kept = readFileSync(path.join(state, "integrity.json"), "utf8");
  expect(kept).toMatch(/"\/etc\/shadow":"0640 \d+:\d+"/);
  expect(kept).not.toContain("AAAA");
});

it("a link is what it leads to on the host", async () => {
  host.write("/srv/etc/group", "root:x:0:\n").link("/etc/group", "/srv/etc/group");
  expect(await changed()).toEqual([]);
  appendFileSync(host.at("/srv/etc/group"), "sudo:x:27:a\n");
  expect(await changed()).toEqual(["/etc/group"]);
});

it("what cannot be read is a problem, no change, and is recorded as soon as it can be", async () => {
  host.link("/etc/gshadow", "/etc/gshadow");
  const { samples, problems } = await scanIntegrity(host.context());
  expect(problems.join()).toMatch("/etc/gshadow cannot be read");
  expect(samples.find(({ labels }) => labels.path === "/etc/gshadow")?.value).toBe(0);
  unlinkSync(host.at("/etc/gshadow"));
  host.write("/etc/gshadow", "", 0o640);
  expect(await changed()).toEqual([]);
  chmodSync(host.at("/etc/gshadow"), 0o644);
  expect(await changed()).toEqual(["/etc/gshadow"]);
});

it("of a folder that cannot be read for a while, nothing is gone", async () => {
  await changed();
  renameSync(host.at("/etc/sudoers.d"), host.at("/etc/kept"));
  host.link("/etc/sudoers.d", "/etc/sudoers.d");
  const { samples, problems } = await scanIntegrity(host.context());
  expect(problems.join()).toMatch("/etc/sudoers.d cannot be read");
  expect(samples.every(({ value }) => value === 0)).toBe(true);
  unlinkSync(host.at("/etc/sudoers.d"));
  renameSync(host.at("/etc/kept"), host.at("/etc/sudoers.d"));
  expect(await changed()).toEqual([]);
});

it("compares what was with what is", () => {
  const changes = changesSince(
    { a: "1", b: "1", c: "unreadable", f: "1" },
    { a: "1", b: "2", c: "1", d: "1", e: "missing", f: "unreadable" },
  );
  expect([...changes]).toEqual([
    ["a", false],
    ["b", true],
    ["c", false],
    ["d", true],
    ["e", false],
    ["f", false],
  ]);
});

it("expands patterns: names, homes of people, and no hidden names by a star", () => {
  host.write("/etc/sudoers.d/.swp", "").write("/etc/a1/x.conf", "").write("/etc/a2/x.conf", "");
  const expanded = (...patterns: string[]) => declaredFiles(patterns, host.context().host, () => {});
  expect(expanded("/etc/sudoers.d/*")).toEqual(["/etc/sudoers.d/README"]);
  expect(expanded("/etc/a*/x.conf")).toEqual(["/etc/a1/x.conf", "/etc/a2/x.conf"]);
  expect(expanded("~/.profile")).toEqual(["/home/a/.profile", "/root/.profile"]);
  expect(expanded("/none/*", "/none")).toEqual(["/none"]);
});
