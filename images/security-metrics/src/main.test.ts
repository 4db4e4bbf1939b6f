import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { hashSync } from "bcryptjs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { bundleSecurityMetrics } from "../bundle";
import { TrialHost } from "./scans/trial-host";

const folder = mkdtempSync(path.join(os.tmpdir(), "security-metrics-"));
const program = path.join(folder, "main.js");
const configuration = path.join(folder, "security-metrics.yml");
const web = path.join(folder, "web.yml");
const state = path.join(folder, "state");
let host: TrialHost;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  await bundleSecurityMetrics(program);
  writeFileSync(web, `basic_auth_users:\n  prometheus: ${hashSync("right", 10)}\n`);
});
beforeEach(() => {
  host = new TrialHost();
  host.write("/proc/1/comm", "systemd\n").write("/proc/1/net/tcp", "").write("/var/log/auth.log", "");
  host.write("/etc/ssh/sshd_config", "PermitRootLogin no\n").write("/srv/shared", "", 0o666);
  writeFileSync(
    configuration,
    "scans: { docker: false, logins: { every: 5 }, files: { every: 5 }, integrity: { every: 5 } }",
  );
});
afterEach(async () => {
  for (const child of running) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  host.remove();
  rmSync(state, { recursive: true, force: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, "--root", host.root, "--config.file", configuration, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Runs it to its end. */
async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = start(...args);
  const texts = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    texts.stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { code, ...texts };
}

/** Starts it as a service, and waits until it listens. */
async function serve(...args: string[]): Promise<{ child: ChildProcess; url: string; log: string[] }> {
  const child = start("--listen", "127.0.0.1:0", "--state", state, ...args);
  const log: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("it has ended")));
    if (!child.stdout) return;
    createInterface(child.stdout).on("line", (line) => {
      log.push(line);
      const { event, port } = JSON.parse(line);
      if (event === "listens") resolve(`http://127.0.0.1:${port}`);
    });
  });
  return { child, url, log };
}

const failedLogin = "Nov 24 06:31:14 web1 sshd[1]: Failed password for root from 203.0.113.31 port 38924 ssh2\n";
const authorization = `Basic ${btoa("prometheus:right")}`;

async function scrape(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
}

/** Waits until the page shows a line. */
async function shows(url: string, line: string): Promise<void> {
  await expect
    .poll(() => scrape(url).then((text) => text.split("\n")), { timeout: 20_000, interval: 100 })
    .toContain(line);
}

it("by hand: scans once, prints the page alone, and succeeds", async () => {
  const { code, stdout, stderr } = await run("--once");
  expect(stderr).toContain('"event":"scan_ends","scan":"files"');
  expect(code).toBe(0);
  for (const line of stdout.split("\n")) expect(line).toMatch(/^$|^# (HELP|TYPE) \w+ |^\w+(\{.*\})? \S+$/);
  expect(stdout).toContain("security_world_writable_files 1\n");
  expect(stdout).toContain('security_scan_success{scan="integrity"} 1\n');
  expect(stdout).not.toContain('{scan="docker"}');
  expect(stdout).not.toContain('{scan="malware"}');
});

it("by hand: counts what the logs hold; with a state, what has come since it was there last", async () => {
  host.write("/var/log/auth.log", failedLogin.repeat(2));
  expect((await run("--once")).stdout).toContain('security_failed_logins_total{type="ssh_password"} 2\n');
  expect((await run("--once", "--state", state)).stdout).toContain('{type="ssh_password"} 0\n');
  appendFileSync(host.at("/var/log/auth.log"), failedLogin);
  expect((await run("--once", "--state", state)).stdout).toContain('{type="ssh_password"} 1\n');
});

it("by hand: says which scans failed, and shows what the others found", async () => {
  writeFileSync(configuration, "scans: { malware: { reports: /srv/clamav.log } }");
  const { code, stdout, stderr } = await run("--once");
  expect(code).toBe(1);
  expect(stderr).toContain("error: failed: docker, malware;");
  expect(stdout).toContain('security_scan_success{scan="docker"} 0\n');
  expect(stdout).not.toContain('security_scan_timestamp_seconds{scan="docker"}');
  expect(stdout).not.toContain("\nsecurity_malware_detected ");
  expect(stdout).toContain("security_world_writable_files 1\n");
});

it.each([
  ["a setting", ["--listen", "9101"], "as 10.0.0.84:9101"],
  ["a file that is not there", ["--config.file", "/none.yml"], "/none.yml"],
  ["a web configuration that is not there", ["--web.config.file", "/none.yml", "--listen", "127.0.0.1:0"], "/none.yml"],
])("ends when it does not understand %s", async (_, args, message) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).toContain(message);
});

it("as a service: shows what changes at the next scan, and when it was put right", async () => {
  const { url, log } = await serve("--web.config.file", web);
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  await shows(url, 'security_file_integrity_changed{path="/etc/ssh/sshd_config"} 0');
  await shows(url, "security_suid_files 0");

  appendFileSync(host.at("/etc/ssh/sshd_config"), "PermitRootLogin yes\n");
  host.write("/usr/local/bin/door", "", 0o4755);
  appendFileSync(host.at("/var/log/auth.log"), failedLogin.repeat(20));
  await shows(url, 'security_failed_logins_total{type="ssh_password"} 20');
  await shows(url, 'security_file_integrity_changed{path="/etc/ssh/sshd_config"} 1');
  await shows(url, "security_suid_files 1");

  writeFileSync(host.at("/etc/ssh/sshd_config"), "PermitRootLogin no\n");
  chmodSync(host.at("/usr/local/bin/door"), 0o755);
  await shows(url, 'security_file_integrity_changed{path="/etc/ssh/sshd_config"} 0');
  await shows(url, "security_suid_files 0");

  const doors = log.filter((entry) => entry.includes("/usr/local/bin/door"));
  expect(doors.map((entry) => JSON.parse(entry))).toEqual([
    expect.objectContaining({ level: "warn", event: "finding", scan: "files", finding: "suid_file_unknown" }),
  ]);
});

it("as a service: goes on after a restart where it was, and ends at once when it is told to", async () => {
  const first = await serve();
  await shows(first.url, 'security_failed_logins_total{type="ssh_password"} 0');
  appendFileSync(host.at("/var/log/auth.log"), failedLogin.repeat(3));
  await shows(first.url, 'security_failed_logins_total{type="ssh_password"} 3');
  const asked = performance.now();
  first.child.kill("SIGTERM");
  expect(await once(first.child, "exit")).toEqual([0, null]);
  expect(performance.now() - asked).toBeLessThan(2000);

  appendFileSync(host.at("/var/log/auth.log"), failedLogin.repeat(2));
  appendFileSync(host.at("/etc/ssh/sshd_config"), "PermitRootLogin yes\n");
  const second = await serve();
  await shows(second.url, 'security_failed_logins_total{type="ssh_password"} 5');
  await shows(second.url, 'security_file_integrity_changed{path="/etc/ssh/sshd_config"} 1');
});

it("takes the new state of a file for right once it is told to, while it runs", async () => {
  const { url } = await serve();
  await shows(url, 'security_file_integrity_changed{path="/etc/ssh/sshd_config"} 0');
  appendFileSync(host.at("/etc/ssh/sshd_config"), "PermitRootLogin yes\n");
  host.write("/opt/tool", "", 0o4755);
  await shows(url, 'security_file_integrity_changed{path="/etc/ssh/sshd_config"} 1');
  await shows(url, "security_suid_files_unknown 1");
  expect((await run("--state", state, "--accept")).stdout).toBe("Recorded: /etc/ssh/sshd_config, /opt/tool\n");
  await shows(url, 'security_file_integrity_changed{path="/etc/ssh/sshd_config"} 0');
  await shows(url, "security_suid_files_unknown 0");
  expect((await run("--state", state, "--accept", "/etc/passwd")).stdout).toBe("Nothing has changed.\n");
});

it("checks its own health", async () => {
  const { url, child } = await serve("--web.config.file", web);
  const check = async () => (await run("--healthcheck", "--listen", new URL(url).host)).code;
  expect(await check()).toBe(0);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await check()).toBe(1);
});

it("an exporter that says it is not well is not", async () => {
  const server = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  expect((await run("--healthcheck", `--listen=127.0.0.1:${port}`)).code).toBe(1);
  await new Promise((resolve) => server.close(resolve));
});

it("answers who has the password while others try theirs", async () => {
  const { url } = await serve("--web.config.file", web);
  await scrape(url);
  const attack = Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      fetch(`${url}/metrics`, { headers: { authorization: `Basic ${btoa(`prometheus:wrong-${n}`)}` } }),
    ),
  );
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    const start = performance.now();
    expect(await scrape(url)).toContain("security_");
    times.push(performance.now() - start);
  }
  expect(Math.min(...times)).toBeLessThan(100);
  const answers = (await attack).map(({ status }) => status);
  expect(answers.every((status) => status === 401 || status === 503)).toBe(true);
  expect(answers).toContain(503);
});

it("its file needs nothing beside it", () => {
  // It lies in a folder of its own here, without node_modules above; so that the other tests show that it runs.
  expect(() => require.resolve("prom-client", { paths: [folder] })).toThrow("Cannot find module");
});
