import { statSync, utimesSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TrialHost } from "../scans/trial-host";
import { packagedFiles, parseDiversions, parseOverrides } from "./packages";

let host: TrialHost;
beforeEach(() => {
  host = new TrialHost();
});
afterEach(() => host.remove());

const now = () => Date.now();
const packaged = (...paths: string[]) => {
  const files = paths.map((path) => ({ path, changedAt: now() }));
  return [...packagedFiles(files, host.context().host)];
};

it("a file of a package is known, and one beside it is not", () => {
  host.write("/var/lib/dpkg/info/sudo.list", "/.\n/usr\n/usr/bin\n/usr/bin/sudo\n");
  expect(packaged("/usr/bin/sudo", "/usr/bin/sudo2", "/usr/local/bin/sudo")).toEqual(["/usr/bin/sudo"]);
});

it("knows files by the name that they had before /bin became a link", () => {
  host.folder("/usr/bin").link("/bin", "usr/bin").folder("/sbin");
  host.write("/var/lib/dpkg/info/util-linux.list", "/bin/su\n/sbin/mount.x\n");
  expect(packaged("/usr/bin/su", "/usr/sbin/mount.x")).toEqual(["/usr/bin/su"]);
});

it("knows files by the name from before they were diverted", () => {
  host.write("/var/lib/dpkg/info/man-db.list", "/usr/bin/man\n");
  host.write("/var/lib/dpkg/diversions", "/usr/bin/man\n/usr/bin/man.REAL\nman-db-wrapper\n");
  expect(packaged("/usr/bin/man.REAL")).toEqual(["/usr/bin/man.REAL"]);
});

it("a file of a package that was given the bit later is not known", () => {
  host.write("/var/lib/dpkg/info/bash.list", "/usr/bin/bash\n");
  const installed = statSync(host.at("/var/lib/dpkg/info/bash.list")).ctimeMs;
  const changed = (changedAt: number) => [
    ...packagedFiles([{ path: "/usr/bin/bash", changedAt }], host.context().host),
  ];
  expect(changed(installed + 3_600_000)).toEqual(["/usr/bin/bash"]);
  expect(changed(installed + 25 * 3_600_000)).toEqual([]);
  // The time that anybody can set does not matter.
  utimesSync(host.at("/var/lib/dpkg/info/bash.list"), 4e9, 4e9);
  expect(changed(installed + 25 * 3_600_000)).toEqual([]);
});

it("what the administrator has set with dpkg-statoverride is known", () => {
  host.write("/var/lib/dpkg/statoverride", "root ssl-cert 4710 /usr/local/bin/tool\nroot root 0755 /usr/bin/ping\n");
  expect(packaged("/usr/local/bin/tool", "/usr/bin/ping")).toEqual(["/usr/local/bin/tool"]);
});

it("a host without dpkg has no packages", () => {
  expect(packaged("/usr/bin/sudo")).toEqual([]);
});

it("reads dpkg's files, and passes over what is none of them", () => {
  expect(parseDiversions("/a\n/a.distrib\n:\n/b\n/b.old\ntool\n/half\n")).toEqual(
    new Map([
      ["/a.distrib", ["/a"]],
      ["/b.old", ["/b"]],
    ]),
  );
  expect(parseOverrides("root root 4755 /usr/bin/with space\n# no\nroot root x /y\n")).toEqual([
    { mode: 0o4755, place: "/usr/bin/with space" },
  ]);
});
