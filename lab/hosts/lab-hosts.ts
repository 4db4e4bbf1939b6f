import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CommandError } from "../../ops/command";
import { attempt, must, type ProcessResult } from "../../ops/process";
import { projectRoot } from "../../ops/project";
import type { Server } from "../../stacks/inventory";
import { pause } from "../pause";
import { installPackages } from "../system-packages";
import { LabOwner } from "./lab-owner";

const packages = ["iproute2", "iptables", "openssh-server", "openssh-client", "sshpass", "rsyslog", "tini", "curl"];
const programs = [
  ...["ip", "iptables", "nsenter", "unshare", "tini", "curl", "dockerd"],
  ...["/usr/sbin/sshd", "ssh-keygen", "sshpass", "rsyslogd"],
];
const operatorSpace = "lab-operator";
const startSeconds = 60;
/** How long those who work in the lab have to end by themselves when it goes, and its hosts' processes after that. */
const endSeconds = 10;
const hostInit = "lab/hosts/host-init.sh";

/**
 * The servers of an inventory as hosts on this machine, at the inventory's own addresses: each a handful of namespaces
 * with its own sshd and Docker engine, on a bridge that only the namespace `lab-operator` reaches. That one has no
 * route out, so that nothing sent to a server's address can leave the machine, not even when the host is down.
 */
export class LabHosts {
  /** Private key that the hosts let in. */
  readonly keyFile: string;
  /** The hosts' own keys, as `known_hosts`. */
  readonly knownHosts: string;

  private constructor(
    private readonly servers: Server[],
    private readonly folder: string = path.join(os.tmpdir(), "monitoring-lab"),
  ) {
    this.keyFile = path.join(folder, "id_ed25519");
    this.knownHosts = path.join(folder, "known_hosts");
  }

  /** Why this machine cannot have lab hosts; nothing when it can. */
  static obstacle(): string | undefined {
    if (process.platform !== "linux") return "the lab's hosts need Linux";
    if (process.getuid?.() !== 0) return "the lab's hosts need root";
    return undefined;
  }

  /**
   * Brings the hosts up, each with the images named for it, which are copied from this machine's engine.
   * @throws {CommandError} when another process that runs has the lab
   */
  static async up(servers: Server[], imagesOf: (server: Server) => string[]): Promise<LabHosts> {
    await installPackages(packages, programs);
    const lab = new LabHosts(servers);
    const owner = LabOwner.read(lab.folder);
    if (owner?.isAnother) {
      throw new CommandError(
        `the lab is there already, for ${owner}. There is one on a machine: end that, or run \`npm run lab -- down\`.`,
      );
    }
    await lab.down();
    mkdirSync(lab.folder, { recursive: true, mode: 0o755 });
    LabOwner.write(lab.folder);
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", lab.keyFile]);
    await lab.createOperator();
    for (const server of servers) await lab.createHost(server);
    for (const server of servers) await lab.waitFor(server);
    for (const server of servers) await lab.loadImages(server, imagesOf(server));
    lab.recordKeys();
    return lab;
  }

  /** Whose the lab is, if it is there and that process runs. */
  static owner(servers: Server[]): LabOwner | undefined {
    const owner = LabOwner.read(new LabHosts(servers).folder);
    return owner?.isRunning ? owner : undefined;
  }

  /**
   * Removes what a process has left that was killed, also in the middle of `up`.
   * @returns whether there was something
   */
  static async removeLeftovers(servers: Server[]): Promise<boolean> {
    const lab = new LabHosts(servers);
    const isThere = existsSync(lab.folder);
    const project = path.join(lab.folder, "project");
    if (existsSync(project)) rmSync(readFileSync(project, "utf8"), { recursive: true, force: true });
    await lab.down();
    return isThere;
  }

  /** Remembers a folder that belongs to the lab, so that it goes also after its process was killed. */
  remember(project: string): void {
    writeFileSync(path.join(this.folder, "project"), project);
  }

  /** The command prefix that runs a program where the servers' addresses are reached. */
  get asOperator(): string[] {
    return ["nsenter", `--net=/run/netns/${operatorSpace}`];
  }

  /** The address at which the servers reach what runs there. */
  get operatorAddress(): string {
    return this.servers[0]?.address.replace(/\d+$/, "1") ?? "";
  }

  /** Runs a shell script as root on a host. */
  on(server: Server, script: string): Promise<ProcessResult> {
    const target = ["--target", String(this.initOf(server)), "--mount", "--uts", "--net", "--pid"];
    return attempt("nsenter", [...target, "sh", "-c", script]);
  }

  /** Ends all that `up` started, and all that works in its network, and removes all that it made. */
  async down(): Promise<void> {
    await this.endOperators();
    for (const server of this.servers) {
      const pidFile = path.join(this.folder, `${server.name}.pid`);
      // Ending the process outside its namespaces ends everything inside (unshare --kill-child).
      if (existsSync(pidFile)) endHost(readFileSync(pidFile, "utf8").trim());
      await attempt("ip", ["netns", "delete", `lab-${server.name}`]);
    }
    await attempt("ip", ["netns", "delete", operatorSpace]);
    for (const { name } of this.servers) await removeGroups(`lab-${name}`);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  /** Who is at work among the hosts is given time to end by itself. */
  private async endOperators(): Promise<void> {
    for (let second = 0; ; second++) {
      const { stdout } = await attempt("ip", ["netns", "pids", operatorSpace]);
      const working = stdout.trim().split(/\s+/).filter(Boolean).map(Number);
      if (working.length === 0) return;
      if (second >= endSeconds) {
        for (const pid of working) end(pid);
        return;
      }
      await pause(1);
    }
  }

  private async createOperator(): Promise<void> {
    await must("ip", ["netns", "add", operatorSpace]);
    const ip = (...args: string[]) => must("ip", ["-netns", operatorSpace, ...args]);
    await ip("link", "set", "lo", "up");
    await ip("link", "add", "br0", "type", "bridge");
    await ip("addr", "add", `${this.operatorAddress}/24`, "dev", "br0");
    await ip("link", "set", "br0", "up");
  }

  private async createHost(server: Server): Promise<void> {
    const space = `lab-${server.name}`;
    const veth = `v-${server.address.split(".").at(-1)}`;
    await must("ip", ["netns", "add", space]);
    await must("ip", [
      "link",
      "add",
      veth,
      "netns",
      operatorSpace,
      "type",
      "veth",
      "peer",
      "name",
      "eth0",
      "netns",
      space,
    ]);
    await must("ip", ["-netns", operatorSpace, "link", "set", veth, "master", "br0", "up"]);
    await must("ip", ["-netns", space, "link", "set", "lo", "up"]);
    await must("ip", ["-netns", space, "addr", "add", `${server.address}/24`, "dev", "eth0"]);
    await must("ip", ["-netns", space, "link", "set", "eth0", "up"]);

    const folder = path.join(this.folder, server.name);
    mkdirSync(folder, { recursive: true });
    const log = openSync(path.join(this.folder, `${server.name}.log`), "a");
    const init = [
      path.join(projectRoot, hostInit),
      server.name,
      folder,
      server.ssh?.user ?? "root",
      `${this.keyFile}.pub`,
    ];
    // Not `ip netns exec`, which mounts a new /sys: Docker would find no memory controller, cAdvisor no cgroups.
    const inNetwork = ["nsenter", `--net=/run/netns/${space}`];
    const inNamespaces = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child"];
    const [command = "", ...args] = [...inNetwork, ...inNamespaces, "tini", "-g", "--", ...init];
    const child = spawn(command, args, { stdio: ["ignore", log, log], detached: true });
    child.unref();
    closeSync(log);
    writeFileSync(path.join(this.folder, `${server.name}.pid`), String(child.pid));
  }

  private async waitFor(server: Server): Promise<void> {
    for (let second = 0; second < startSeconds; second++) {
      if ((await this.on(server, "docker info >/dev/null 2>&1 && [ -f /run/sshd.pid ]")).code === 0) return;
      await pause(1);
    }
    const log = readFileSync(path.join(this.folder, `${server.name}.log`), "utf8")
      .split("\n")
      .slice(-10)
      .join("\n");
    throw new CommandError(`the lab host ${server.name} does not start:\n${log}`);
  }

  private async loadImages(server: Server, images: string[]): Promise<void> {
    const archive = path.join(this.folder, `${server.name}.images.tar`);
    await must("docker", ["save", "--output", archive, ...images]);
    const { code, stderr } = await this.on(server, `docker load --quiet --input ${archive}`);
    rmSync(archive);
    if (code !== 0) throw new CommandError(`the lab host ${server.name} does not take its images: ${stderr}`);
  }

  private recordKeys(): void {
    const lines = this.servers.map(({ name, address }) => {
      const [type, key] = readFileSync(path.join(this.folder, name, "etc/ssh/ssh_host_ed25519_key.pub"), "utf8").split(
        " ",
      );
      return `${address} ${type} ${key}`;
    });
    writeFileSync(this.knownHosts, `${lines.join("\n")}\n`);
  }

  /** Process id, on this machine, of a host's init: the one child of the process that made its namespaces. */
  private initOf(server: Server): number {
    const outer = readFileSync(path.join(this.folder, `${server.name}.pid`), "utf8").trim();
    const children = readFileSync(`/proc/${outer}/task/${outer}/children`, "utf8").trim();
    return Number(children.split(" ")[0]);
  }
}

/** Ends a host by the id of its outer process, unless that process is gone and its id is somebody else's by now. */
function endHost(pid: string): void {
  const file = `/proc/${pid}/cmdline`;
  if (existsSync(file) && readFileSync(file, "utf8").includes(hostInit)) end(Number(pid));
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** Removes a host's control groups, which are busy until the last of its processes is gone. */
async function removeGroups(name: string): Promise<void> {
  const find = ["/sys/fs/cgroup", "-depth", "-type", "d", "-path", `*/${name}*`];
  for (let second = 0; second < endSeconds; second++) {
    await attempt("find", [...find, "-exec", "rmdir", "{}", "+"]);
    if ((await attempt("find", find)).stdout === "") return;
    await pause(1);
  }
}
