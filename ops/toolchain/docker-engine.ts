import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../command";
import { attempt, interrupted, must } from "../process";
import { type Report, step } from "../progress";

const startSeconds = 60;
const logFile = "/var/log/monitoring-dockerd.log";

/** What was done so that there is a Docker engine. */
export interface DockerEngine {
  version: string;
  /** Set when the engine was started by this run: how a person stops it. */
  started?: string;
}

/**
 * Finds a Docker engine. Where there is none and the user is root, it starts one, after installing it from Debian's
 * packages if need be.
 * @throws {CommandError} which says what a person can do, where neither works
 */
export async function prepareDockerEngine(report: Report, signal: AbortSignal): Promise<DockerEngine> {
  const found = await askEngine();
  if (found.version) return { version: found.version };
  const complaint = found.complaint ?? "no Docker engine answers";
  if (/permission denied/i.test(complaint)) {
    throw new CommandError(
      "you may not use this machine's Docker engine: as root, `usermod -aG docker $USER`, then log in anew.",
    );
  }
  if (process.env.DOCKER_HOST) {
    throw new CommandError(`no Docker engine answers at DOCKER_HOST=${process.env.DOCKER_HOST} (${complaint}).`);
  }
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new CommandError(
      `no Docker engine answers on this machine (${complaint}). Install and start Docker 20.10 or newer, or run this ` +
        "command as root on Debian or Ubuntu, which does both.",
    );
  }
  if (!(await onPath("dockerd"))) await install(report, signal);
  return step(report, "starting a Docker engine", () => start(signal));
}

async function askEngine(): Promise<{ version?: string; complaint?: string }> {
  const { code, stdout, stderr } = await attempt("docker", ["version", "--format", "{{.Server.Version}}"]);
  if (code === 0) return { version: stdout.trim() };
  return { complaint: stderr.trim().split("\n").at(-1) ?? "" };
}

async function install(report: Report, signal: AbortSignal): Promise<void> {
  if (!(await onPath("apt-get"))) {
    throw new CommandError("there is no Docker engine, and no apt-get to install one: install Docker 20.10 or newer.");
  }
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, signal };
  await step(report, "installing a Docker engine from the system's packages", async () => {
    await must("apt-get", ["update"], options);
    await must(
      "apt-get",
      ["install", "--yes", "--no-install-recommends", "docker.io", "iptables", "ca-certificates"],
      options,
    );
  });
}

/** By the system's service manager, or by hand where there is none (a container, a small virtual machine). */
async function start(signal: AbortSignal): Promise<DockerEngine> {
  if (existsSync("/run/systemd/system")) await must("systemctl", ["start", "docker"], { signal });
  else startByHand();
  for (let second = 0; second < startSeconds; second++) {
    const { version } = await askEngine();
    if (version) {
      const stop = existsSync("/run/systemd/system") ? "systemctl stop docker" : "kill $(cat /var/run/docker.pid)";
      return { version, started: stop };
    }
    if (signal.aborted) throw interrupted();
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const end = (await attempt("tail", ["-n", "5", logFile])).stdout.trim();
  throw new CommandError(`the Docker engine does not start within ${startSeconds} s. The end of ${logFile}:\n${end}`);
}

/** Outlives this command, as an engine has to. */
function startByHand(): void {
  const log = openSync(logFile, "a", 0o600);
  spawn("dockerd", [], { cwd: path.sep, stdio: ["ignore", log, log], detached: true }).unref();
  closeSync(log);
}

async function onPath(program: string): Promise<boolean> {
  return (await attempt("sh", ["-c", `command -v ${program}`])).code === 0;
}
