import { expect, it } from "vitest";
import { isCryptoMiner } from "./crypto-miner";

it.each([
  ["by its name", "xmrig", "/opt/x/xmrig", ["./xmrig"]],
  ["by its name with a version", "xmrig-6.21.0", "/opt/xmrig-6.21.0", ["./xmrig-6.21.0"]],
  ["by the file, whatever it calls itself", "systemd-udevd", "/var/tmp/.x/XMRig", ["[kworker/0:1]"]],
  ["by the file that it has deleted", "kworker", "/tmp/xmrig (deleted)", ["kworker"]],
  ["by malware's name", "kdevtmpfsi", "/tmp/kdevtmpfsi", ["/tmp/kdevtmpfsi"]],
  ["by a pool's protocol", "a", "/usr/bin/a", ["a", "-o", "stratum+tcp://203.0.113.9:3333"]],
  ["by a pool's protocol with TLS", "a", "/usr/bin/a", ["a", "--url=stratum+ssl://203.0.113.9:443"]],
  ["by an older protocol", "a", "/usr/bin/a", ["a", "-P", "stratum1+tcp://0x1.w@203.0.113.9:4444"]],
  ["by a pool's name", "a", "/usr/bin/a", ["a", "-o", "gulf.moneroocean.stream:10128"]],
  ["by an option that only miners have", "a", "/usr/bin/a", ["a", "--donate-level", "1"]],
  ["that calls itself grep", "grep", "/tmp/grep", ["grep", "stratum+tcp://203.0.113.9:3333"]],
])("recognizes a miner %s", (_, name, executable, argv) => {
  expect(isCryptoMiner(name, executable, argv)).toBe(true);
});

it.each([
  ["somebody who looks for one", "grep", "/usr/bin/grep", ["grep", "-r", "stratum+tcp://", "/srv"]],
  ["somebody who reads about it", "vim", "/usr/bin/vim", ["vim", "xmrig.md"]],
  ["a name that only begins like one", "xmrigger", "/usr/bin/xmrigger", ["xmrigger"]],
  ["the kernel's own devtmpfs", "kdevtmpfs", "", []],
  ["D-Bus", "dbus-daemon", "/usr/bin/dbus-daemon", ["/usr/bin/dbus-daemon", "--system"]],
  ["an NTP server of a stratum", "chronyd", "/usr/sbin/chronyd", ["chronyd", "local stratum 10"]],
  ["nothing at all", "", "", []],
])("does not take %s for a miner", (_, name, executable, argv) => {
  expect(isCryptoMiner(name, executable, argv)).toBe(false);
});
