import { above, below, rule } from "../rule";
import { flat, rising, type Series, steps } from "../series";

/**
 * Filesystems that can fill: not those that live in memory, that a container puts over others, or that are images;
 * and not what is mounted read-only, which stays as full as it is.
 */
const images = "squashfs|iso9660|erofs|cramfs|udf";
const real = `fstype!~"tmpfs|ramfs|devtmpfs|overlay|aufs|rootfs|fuse.lxcfs|nsfs|${images}"`;
const writable = "unless node_filesystem_readonly == 1";
const free = `100 * node_filesystem_avail_bytes{${real}} / (node_filesystem_size_bytes > 0) ${writable}`;
const freeInodes = `100 * node_filesystem_files_free{${real}} / (node_filesystem_files > 0) ${writable}`;

const root = { device: "/dev/sda1", fstype: "ext4", mountpoint: "/" };

/** A filesystem with so many percent free. */
const filesystem = (percent: number, labels: Record<string, string> = root, readonly = 0): Series[] => [
  flat("node_filesystem_avail_bytes", percent, labels),
  flat("node_filesystem_size_bytes", 100, labels),
  flat("node_filesystem_readonly", readonly, labels),
];
const full = (fstype: string, readonly = 0) => filesystem(1, { device: fstype, fstype, mountpoint: "/x" }, readonly);

/** What must never be taken for a disk that is full. */
const noDisks = [
  ...["tmpfs", "overlay", "squashfs"].map((fstype) => ({ when: `a full ${fstype}`, series: full(fstype) })),
  { when: "an image that is mounted read-only", series: full("ext4", 1) },
  { when: "a CD", series: filesystem(0, { device: "/dev/sr0", fstype: "iso9660", mountpoint: "/media" }, 1) },
];

const lookAtDisk = [
  "`df -h` and `du -xh --max-depth 2 / 2>/dev/null | sort -h | tail -20` on the server.",
  "`docker system df --verbose`: images and volumes that nobody uses.",
  "Files that are deleted and still open: `lsof +L1`.",
];
const mendDisk = [
  "`docker image prune --all` and `docker builder prune` free what no container uses; `docker volume prune` only after a look at the names.",
  "Logs: every container of the monitoring keeps at most 30 MiB; give the others `max-size` as well.",
  "Prometheus or Loki on server-84: a shorter `retention` in `stacks/prod.ts`, then `pulumi up`.",
];

export const highDiskUsage = rule("HighDiskUsage", {
  job: "node-exporter",
  expr: below("diskFreeLowPercent", free),
  for: "5m",
  severity: "warning",
  category: "storage",
  summary: "{{ $labels.mountpoint }} of {{ $labels.server }} has {{ $value | humanize }} % left",
  description:
    "Less than $threshold % of {{ $labels.mountpoint }} ({{ $labels.device }}) on {{ $labels.server }} has been free for 5 minutes.",
  impact: "Nothing yet. When it is full, databases stop and logs are lost.",
  runbook: {
    means:
      "What ordinary programs can still write (`avail`), which is less than what is free where some is kept for root. Only real filesystems count: what lives in memory, in a container's layers, or in a read-only image is left out.",
    look: lookAtDisk,
    mend: mendDisk,
  },
  cases: {
    fires: [{ when: "19 % left", series: filesystem(19), labels: root }],
    silent: [{ when: "21 % left", series: filesystem(21) }, ...noDisks],
  },
});

export const criticalDiskUsage = rule("CriticalDiskUsage", {
  job: "node-exporter",
  expr: below("diskFreeCriticalPercent", free),
  for: "2m",
  severity: "critical",
  category: "storage",
  summary: "{{ $labels.mountpoint }} of {{ $labels.server }} has only {{ $value | humanize }} % left",
  description:
    "Less than $threshold % of {{ $labels.mountpoint }} ({{ $labels.device }}) on {{ $labels.server }} has been free for 2 minutes.",
  impact: "Soon nothing can be written there: databases stop, containers do not start, logs are lost.",
  supersedes: [{ rule: "HighDiskUsage", equal: ["device", "mountpoint"] }],
  runbook: {
    means:
      "The same measurement as [HighDiskUsage](HighDiskUsage.md), nearer to the end. Another filesystem of the server keeps its own warning.",
    look: lookAtDisk,
    mend: mendDisk,
  },
  cases: {
    fires: [{ when: "9 % left", series: filesystem(9), labels: root }],
    silent: [{ when: "11 % left", series: filesystem(11) }, ...noDisks],
  },
});

/** A filesystem that loses so many percent an hour. */
const filling = (percentAnHour: number, labels = root): Series[] => [
  rising("node_filesystem_avail_bytes", -percentAnHour / 3600, labels, 90),
  flat("node_filesystem_size_bytes", 100, labels),
];

export const diskWillFill = rule("DiskWillFillIn4Hours", {
  job: "node-exporter",
  expr: `predict_linear(node_filesystem_avail_bytes{${real}}[1h], 4 * 3600) < 0 ${writable}`,
  for: "5m",
  severity: "warning",
  category: "storage",
  summary: "{{ $labels.mountpoint }} of {{ $labels.server }} will be full within 4 hours",
  description:
    "As {{ $labels.mountpoint }} ({{ $labels.device }}) of {{ $labels.server }} has filled in the last hour, it will be full in less than 4 hours.",
  impact: "Nothing yet; there are a few hours to find what writes.",
  runbook: {
    means:
      "A straight line through the last hour, drawn four hours on. It can be wrong: a large copy that ends looks the same while it runs.",
    look: [
      "What grows: `du -xh --max-depth 3 / 2>/dev/null | sort -h | tail -20`, twice, some minutes apart.",
      ...lookAtDisk,
    ],
    mend: ["Stop what writes, if it is not meant to.", ...mendDisk],
  },
  cases: {
    fires: [{ when: "90 % left, 25 % less an hour", series: filling(25), labels: root }],
    silent: [
      { when: "90 % left, 15 % less an hour", series: filling(15) },
      { when: "a tmpfs that fills", series: filling(80, { device: "tmpfs", fstype: "tmpfs", mountpoint: "/run" }) },
      { when: "nearly full, and steady", series: filesystem(2) },
    ],
  },
});

const inodes = (percent: number, total = 100, labels = root): Series[] => [
  flat("node_filesystem_files_free", percent, labels),
  flat("node_filesystem_files", total, labels),
];

export const highInodeUsage = rule("HighInodeUsage", {
  job: "node-exporter",
  expr: below("inodesFreePercent", freeInodes),
  for: "5m",
  severity: "warning",
  category: "storage",
  summary: "{{ $labels.mountpoint }} of {{ $labels.server }} has {{ $value | humanize }} % of its inodes left",
  description:
    "Less than $threshold % of the inodes of {{ $labels.mountpoint }} on {{ $labels.server }} have been free for 5 minutes.",
  impact: "Without inodes no file can be made, although `df -h` shows space.",
  runbook: {
    means:
      "Every file takes an inode, however small it is. Filesystems that make them as they need (btrfs, vfat) report none, and are left out.",
    look: ["`df -i`; `du --inodes -x / 2>/dev/null | sort -n | tail -20`: the folder with millions of small files."],
    mend: [
      "Delete what is old there (sessions, caches, mail queues), and give its owner a job that does.",
      "`docker image prune --all`: layers have many files.",
    ],
  },
  cases: {
    fires: [{ when: "19 % left", series: inodes(19), labels: root }],
    silent: [
      { when: "21 % left", series: inodes(21) },
      { when: "a filesystem without inodes", series: inodes(0, 0, { ...root, fstype: "btrfs" }) },
      { when: "a tmpfs without free inodes", series: inodes(0, 100, { ...root, fstype: "tmpfs" }) },
    ],
  },
});

export const filesystemReadOnly = rule("FilesystemReadOnly", {
  job: "node-exporter",
  expr: `node_filesystem_readonly{${real}} == 1 and on (server, instance, environment, job, device, mountpoint, fstype) max_over_time((node_filesystem_readonly == bool 0)[1d:5m]) == 1`,
  for: "1m",
  severity: "critical",
  category: "storage",
  summary: "{{ $labels.mountpoint }} of {{ $labels.server }} has become read-only",
  description:
    "{{ $labels.mountpoint }} ({{ $labels.device }}) of {{ $labels.server }} could be written within the last day, and cannot any more.",
  impact: "Everything that writes there fails. The kernel does this when a disk returns errors.",
  runbook: {
    means:
      "ext4 and others go read-only when the disk below reports errors, to save what is there. What was never writable (images, snaps) is left out.",
    look: ["`dmesg | grep -i 'i/o error\\|remount\\|ext4-fs error'`, and `smartctl -a /dev/DISK`."],
    mend: [
      "Save what matters to another server first.",
      "The disk is sound (a cable, a hypervisor that stalled): `fsck` with the filesystem unmounted, then mount it again.",
      "It is not: replace it.",
    ],
  },
  cases: {
    fires: [
      {
        when: "it was writable half an hour ago",
        series: [steps("node_filesystem_readonly", { 0: 0, 30: 1 }, root)],
        labels: root,
        from: 30,
      },
    ],
    silent: [
      { when: "it is writable", series: [flat("node_filesystem_readonly", 0, root)] },
      { when: "it never was", series: [flat("node_filesystem_readonly", 1, root)] },
    ],
  },
});

export const filesystemUnreadable = rule("FilesystemUnreadable", {
  job: "node-exporter",
  expr: `node_filesystem_device_error{${real}} == 1`,
  for: "5m",
  severity: "warning",
  category: "storage",
  summary: "{{ $labels.mountpoint }} of {{ $labels.server }} cannot be looked at",
  description:
    "The size of {{ $labels.mountpoint }} ({{ $labels.device }}) on {{ $labels.server }} could not be asked for 5 minutes.",
  impact: "Whether it is full is not known; programs that use it may hang.",
  runbook: {
    means:
      "`statfs` fails or hangs: a network filesystem whose server is away, a mount whose device is gone, or a mount that the exporter may not see.",
    look: [
      "`stat -f MOUNTPOINT` on the server: an error, or no answer at all?",
      "`mount | grep MOUNTPOINT`, `dmesg | tail`.",
    ],
    mend: [
      "Bring its device or server back; `umount --lazy MOUNTPOINT` if that will not be.",
      "A mount that is none of ours to watch: exclude it in `components/exporters/node-exporter.ts`.",
    ],
  },
  cases: {
    fires: [{ when: "it does not answer", series: [flat("node_filesystem_device_error", 1, root)], labels: root }],
    silent: [{ when: "it answers", series: [flat("node_filesystem_device_error", 0, root)] }],
  },
});

const disk = { device: "sda" };

export const diskSaturated = rule("DiskSaturated", {
  job: "node-exporter",
  expr: above("diskBusyPercent", '100 * rate(node_disk_io_time_seconds_total{device!~"loop.*|sr.*|ram.*|fd.*"}[10m])'),
  for: "30m",
  severity: "warning",
  category: "storage",
  summary: "The disk {{ $labels.device }} of {{ $labels.server }} has been busy {{ $value | humanize }} % of the time",
  description:
    "The disk {{ $labels.device }} of {{ $labels.server }} has had work for more than $threshold % of half an hour.",
  impact: "Every read and write waits for those before it.",
  runbook: {
    means:
      "The share of time in which the disk had at least one request. A disk that works on many at once (NVMe) may be at 100 % and still have room: look at DiskSlow too.",
    look: [
      "`iostat -x 1 3`: queue (`aqu-sz`) and time per request (`await`).",
      "`pidstat -d 1 5`: who reads and writes.",
    ],
    mend: ["As for [HighIOWait](HighIOWait.md)."],
  },
  cases: {
    fires: [
      {
        when: "99 % of the time",
        series: [rising("node_disk_io_time_seconds_total", 0.99, disk)],
        labels: disk,
        from: 9.5,
      },
    ],
    silent: [
      { when: "90 % of the time", series: [rising("node_disk_io_time_seconds_total", 0.9, disk)] },
      { when: "a loop device", series: [rising("node_disk_io_time_seconds_total", 1, { device: "loop3" })] },
    ],
  },
});

/** A disk with 100 operations a second (half reads, half writes), each taking so long. */
const operations = (seconds: number, perSecond = 100): Series[] =>
  ["read", "write"].flatMap((way) => [
    rising(`node_disk_${way}_time_seconds_total`, (seconds * perSecond) / 2, disk),
    rising(`node_disk_${way === "read" ? "reads" : "writes"}_completed_total`, perSecond / 2, disk),
  ]);
const diskTime = "(rate(node_disk_read_time_seconds_total[5m]) + rate(node_disk_write_time_seconds_total[5m]))";
const diskOperations = "(rate(node_disk_reads_completed_total[5m]) + rate(node_disk_writes_completed_total[5m]) > 1)";

export const diskSlow = rule("DiskSlow", {
  job: "node-exporter",
  expr: above("diskLatencySeconds", `${diskTime} / ${diskOperations}`),
  for: "15m",
  severity: "warning",
  category: "storage",
  summary:
    "The disk {{ $labels.device }} of {{ $labels.server }} takes {{ $value | humanizeDuration }} for each operation",
  description:
    "Reading from or writing to {{ $labels.device }} of {{ $labels.server }} has taken more than $threshold s on average for 15 minutes.",
  impact: "Databases and logs wait for the disk.",
  runbook: {
    means:
      "Time spent divided by operations completed, reads and writes together; a disk with less than one operation a second is left out, because one slow operation would decide.",
    look: [
      "`iostat -x 1 3`: `r_await`, `w_await`, in milliseconds.",
      "`smartctl -a /dev/DISK`: reallocated and pending sectors.",
      "Is it DiskSaturated as well? Then it is asked for too much; if not, it is failing.",
    ],
    mend: ["As for [HighIOWait](HighIOWait.md); a failing disk: save the data, replace it."],
  },
  cases: {
    fires: [{ when: "0.25 s for each", series: operations(0.25), labels: disk }],
    silent: [
      { when: "0.15 s for each", series: operations(0.15) },
      { when: "hardly used", series: operations(2, 0.5) },
      { when: "not used at all", series: operations(0, 0) },
    ],
  },
});

const raid = { device: "md0" };

export const raidDegraded = rule("RaidDegraded", {
  job: "node-exporter",
  expr: 'node_md_disks_required - on (server, instance, environment, job, device) node_md_disks{state="active"} > 0',
  for: "5m",
  severity: "critical",
  category: "storage",
  summary: "The RAID {{ $labels.device }} of {{ $labels.server }} lacks {{ $value }} disks",
  description:
    "{{ $value }} of the disks of {{ $labels.device }} on {{ $labels.server }} have not been active for 5 minutes.",
  impact: "The next disk that fails takes the data with it.",
  runbook: {
    means: "Linux' software RAID (`md`): fewer disks are active than the array is made for.",
    look: ["`cat /proc/mdstat`, `mdadm --detail /dev/mdN`, `dmesg | grep -i md`."],
    mend: [
      "Replace the disk, then `mdadm /dev/mdN --add /dev/DISK`; watch `/proc/mdstat` until it is rebuilt.",
      "A backup first, if the last one is old.",
    ],
  },
  cases: {
    fires: [
      {
        when: "one of two disks is active",
        series: [flat("node_md_disks_required", 2, raid), flat("node_md_disks", 1, { ...raid, state: "active" })],
        labels: raid,
      },
    ],
    silent: [
      {
        when: "both are active",
        series: [flat("node_md_disks_required", 2, raid), flat("node_md_disks", 2, { ...raid, state: "active" })],
      },
    ],
  },
});
