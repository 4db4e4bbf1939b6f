import { chmodSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { linesOf, TrialHost } from "../scans/trial-host";
import { acceptSuidFiles, scanFiles, unknownSuidFiles } from "./files";

let host: TrialHost;
beforeEach(() => {
  host = new TrialHost();
  host.write("/var/lib/dpkg/info/sudo.list", "/usr/bin/sudo\n").write("/usr/bin/sudo", "", 0o4755);
});
afterEach(() => host.remove());

async function scan(configuration?: string) {
  const result = await scanFiles(host.context(configuration));
  return { lines: linesOf(result), findings: result.findings, problems: result.problems };
}

const counts = (suid: number, unknown: number, writable: number) => [
  `security_suid_files ${suid}`,
  `security_suid_files_unknown ${unknown}`,
  `security_world_writable_files ${writable}`,
];

it("counts SUID files and files that everybody can change, and names what is not as it should be", async () => {
  host.write("/usr/local/bin/door", "", 0o4755);
  host.write("/srv/shared", "", 0o666).write("/srv/private", "", 0o660).write("/usr/bin/wall", "", 0o2755);
  // What is no regular file does not count, whatever its mode.
  host.link("/srv/link", "/srv/private").folder("/srv/drop");
  chmodSync(host.at("/srv/drop"), 0o777);
  expect(await scan()).toEqual({
    lines: counts(2, 1, 1),
    findings: [
      { finding: "suid_file_unknown", path: "/usr/local/bin/door" },
      { finding: "world_writable_file", path: "/srv/shared" },
    ],
    problems: [],
  });
});

it("a new SUID file is there at the next scan, and gone after it was put right", async () => {
  expect((await scan()).lines).toEqual(counts(1, 0, 0));
  host.write("/usr/local/bin/door", "", 0o4755);
  expect((await scan()).lines).toEqual(counts(2, 1, 0));
  chmodSync(host.at("/usr/local/bin/door"), 0o755);
  expect((await scan()).lines).toEqual(counts(1, 0, 0));
});

it("an accepted file is known for as long as it stays as it was", async () => {
  host.write("/opt/tool", "tool", 0o4755);
  const { host: root, state, deadline } = host.context();
  expect(unknownSuidFiles(host.context())).toEqual(["/opt/tool"]);
  expect(acceptSuidFiles(["/opt/tool", "/opt/none", "/usr/bin"], root, state, deadline)).toEqual(["/opt/tool"]);
  expect((await scan()).lines).toEqual(counts(2, 0, 0));
  writeFileSync(host.at("/opt/tool"), "something else");
  // Whoever is not root loses the bit by writing.
  chmodSync(host.at("/opt/tool"), 0o4755);
  expect((await scan()).lines).toEqual(counts(2, 1, 0));
});

it("a declared file is known", async () => {
  host.write("/opt/a/tool", "", 0o4755);
  expect((await scan("scans: { files: { knownSuid: ['/opt/*/tool'] } }")).lines).toEqual(counts(2, 0, 0));
});

it("does not look into what is excluded", async () => {
  host.write("/srv/cache/x", "", 0o4777);
  expect((await scan("scans: { files: { exclude: [/srv/cache] } }")).lines).toEqual(counts(1, 0, 0));
});

it("walks what the host's list of mounts says is on its disks", async () => {
  host.write("/mnt/nas/x", "", 0o4755).write("/srv/storage/y", "", 0o4755);
  host.write(
    "/proc/1/mountinfo",
    `28 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
23 28 0:21 / /proc rw shared:13 - proc proc rw
70 28 8:17 / /srv/storage rw shared:40 - xfs /dev/sdb1 rw
73 28 0:51 / /mnt/nas rw shared:42 - nfs4 10.0.0.9:/volume1 rw\n`,
  );
  expect((await scan()).findings).toEqual([{ finding: "suid_file_unknown", path: "/srv/storage/y" }]);
});
