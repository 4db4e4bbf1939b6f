import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { matcherOf } from "../match";
import { Deadline } from "../scans/deadline";
import { TrialHost } from "../scans/trial-host";
import { type Walk, walk } from "./walk";

let host: TrialHost;
beforeEach(() => {
  host = new TrialHost();
});
afterEach(() => host.remove());

/** The files that a walk comes across, and what it does not see. */
function walked(settings: Partial<Walk> = {}) {
  const files: string[] = [];
  const gaps = walk({
    root: host.root,
    starts: ["/"],
    boundaries: new Set(),
    isExcluded: () => false,
    deadline: new Deadline(30),
    onFile: (path) => files.push(path),
    ...settings,
  });
  return { files: files.sort(), gaps };
}

const noGap = { count: 0, first: "" };

it("comes across every regular file once, and follows no links", () => {
  host.write("/a", "").write("/usr/bin/b", "").write("/usr/c", "");
  host.link("/bin", "usr/bin").link("/loop", "/").link("/etc/passwd", "/usr/c");
  expect(walked()).toEqual({ files: ["/a", "/usr/bin/b", "/usr/c"], gaps: { forbidden: noGap, broken: noGap } });
});

it("begins where it is told to, and does not enter what is mounted", () => {
  host.write("/a", "").write("/mnt/nas/b", "").write("/srv/storage/c", "").write("/proc/1/comm", "");
  const { files } = walked({
    starts: ["/", "/srv/storage"],
    boundaries: new Set(["/", "/proc", "/mnt/nas", "/srv/storage"]),
  });
  expect(files).toEqual(["/a", "/srv/storage/c"]);
});

it("leaves out what is excluded", () => {
  host.write("/srv/a/x", "").write("/srv/b/x", "").write("/srv/c", "");
  expect(walked({ isExcluded: matcherOf(["/srv/a", "/srv/c"]) }).files).toEqual(["/srv/b/x"]);
});

it("leaves out what container engines keep images in, and only where nobody else can make such a folder", () => {
  host.write("/var/lib/docker/overlay2/3f0c/diff/usr/bin/su", "").folder("/var/lib/docker/image/overlay2");
  host.write("/var/lib/docker/volumes/db/_data/x", "");
  const snapshots = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs";
  host.write(`${snapshots}/snapshots/1/fs/usr/bin/su`, "");
  host.write("/home/a/overlay2/y", "");
  host.write("/tmp/io.containerd.snapshotter.v1.overlayfs/z", "");
  chmodSync(host.at("/tmp"), 0o1777);
  expect(walked().files).toEqual([
    "/home/a/overlay2/y",
    "/tmp/io.containerd.snapshotter.v1.overlayfs/z",
    "/var/lib/docker/volumes/db/_data/x",
  ]);
});

it("comes across files whose names are no text", () => {
  const folder = Buffer.concat([Buffer.from(`${host.root}/`), Buffer.from([0xff, 0xfe])]);
  mkdirSync(folder);
  writeFileSync(Buffer.concat([folder, Buffer.from("/hidden")]), "", { mode: 0o755 });
  host.write("/ä", "");
  expect(walked().files).toEqual(["/\ufffd\ufffd/hidden", "/ä"].sort());
});

it("enters a mount whose name is no ASCII only where it is told to", () => {
  host.write("/mnt/über/a", "");
  expect(walked({ boundaries: new Set(["/mnt/über"]) }).files).toEqual([]);
  expect(walked({ starts: ["/mnt/über"], boundaries: new Set(["/mnt/über"]) }).files).toEqual(["/mnt/über/a"]);
});

const isRoot = process.getuid?.() === 0;

it.skipIf(isRoot)(
  `counts what it may not read, and names the first${isRoot ? " (skipped: root may read everything)" : ""}`,
  () => {
    host.write("/a/x", "").write("/b/x", "");
    chmodSync(host.at("/a"), 0o000);
    expect(walked()).toEqual({
      files: ["/b/x"],
      gaps: { forbidden: { count: 1, first: "/a" }, broken: noGap },
    });
    chmodSync(host.at("/a"), 0o755);
  },
);

it("begins nowhere when there is nothing", () => {
  expect(walked({ starts: ["/none"] }).files).toEqual([]);
});

it("ends when its time is up", () => {
  host.write("/a", "");
  expect(() => walked({ deadline: new Deadline(0) })).toThrow("not done within its bound of 0 s");
});
