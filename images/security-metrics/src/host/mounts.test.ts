import { expect, it } from "vitest";
import { parseMounts, walkedMounts } from "./mounts";

/** Of a Debian server with Docker, two disks, a bind mount, a network share and a stick with a space in its name. */
const mountinfo = `22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
23 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
31 28 0:25 / /run rw,nosuid,nodev,noexec,relatime shared:5 - tmpfs tmpfs rw,size=814M,mode=755
70 28 8:17 / /srv/storage rw,relatime shared:40 - xfs /dev/sdb1 rw,attr2
71 28 8:17 /exports/web /var/www rw,relatime shared:40 - xfs /dev/sdb1 rw,attr2
72 28 0:50 / /mnt/backup\\040of\\040web rw,relatime shared:41 - ext4 /dev/sdc1 rw
73 28 0:51 / /mnt/nas rw,relatime shared:42 - nfs4 10.0.0.9:/volume1 rw,vers=4.1
301 28 0:62 / /var/lib/docker/overlay2/3f0c/merged rw,relatime shared:90 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB
310 31 0:4 net:[4026532500] /run/docker/netns/1-abc rw shared:95 - nsfs nsfs rw
`;

it("walks local disks once each, and nothing else", () => {
  expect(walkedMounts(parseMounts(mountinfo))).toEqual(["/", "/srv/storage", "/mnt/backup of web"]);
});

it("walks a bind mount where nothing above it is mounted", () => {
  const lines = mountinfo.split("\n").filter((line) => !line.includes("/srv/storage"));
  expect(walkedMounts(parseMounts(lines.join("\n")))).toContain("/var/www");
});

it("walks subvolumes of btrfs that are mounted beside each other", () => {
  const btrfs = `28 1 0:30 /@ / rw - btrfs /dev/sda2 rw,subvol=/@
29 28 0:30 /@home /home rw - btrfs /dev/sda2 rw,subvol=/@home`;
  expect(walkedMounts(parseMounts(btrfs))).toEqual(["/", "/home"]);
});

it("walks the root whatever it is, as that of a machine without disks", () => {
  const overlay = "28 1 0:30 / / rw - overlay overlay rw,lowerdir=/a";
  expect(walkedMounts(parseMounts(overlay))).toEqual(["/"]);
});

it("does not walk what another mount hides", () => {
  const hidden = "\n80 70 0:70 / /srv/storage rw - tmpfs tmpfs rw";
  expect(walkedMounts(parseMounts(mountinfo + hidden))).toEqual(["/", "/mnt/backup of web", "/var/www"]);
});

it("takes garbage for no mount", () => {
  expect(parseMounts("\n28 1\nfoo - bar\n")).toEqual([]);
});
