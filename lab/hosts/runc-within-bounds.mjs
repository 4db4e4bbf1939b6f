#!/usr/bin/env node
// runc, for a machine that may not give all capabilities away (a virtual machine, a container): what a container asks for
// beyond its bounds is left out, so that a privileged one starts here too. Docker still says of it that it is privileged.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// In the order of their numbers in linux/capability.h.
const capabilities = [
  ...["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP"],
  ...["LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER"],
  ...["SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE"],
  ...["SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP"],
  ...["MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF"],
  ...["CHECKPOINT_RESTORE"],
].map((name) => `CAP_${name}`);

const args = process.argv.slice(2);
const bundle = args[args.indexOf("--bundle") + 1];
if (args.includes("create") && bundle) leaveOut(path.join(bundle, "config.json"));
process.exit(spawnSync("runc", args, { stdio: "inherit" }).status ?? 1);

function leaveOut(file) {
  const config = JSON.parse(readFileSync(file, "utf8"));
  const bounds = BigInt(`0x${readFileSync("/proc/self/status", "utf8").match(/^CapBnd:\s+(\w+)$/m)[1]}`);
  for (const [set, names] of Object.entries(config.process.capabilities ?? {})) {
    config.process.capabilities[set] = names.filter((name) => bounds & (1n << BigInt(capabilities.indexOf(name))));
  }
  writeFileSync(file, JSON.stringify(config));
}
