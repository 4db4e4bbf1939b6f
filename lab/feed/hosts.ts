import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { bundleSecurityMetrics } from "../../images/security-metrics/bundle";
import type { ConfigurationFile } from "../../images/security-metrics/src/configuration";
import { buildDirectory } from "../../ops/toolchain/go-builds";
import { cacheDirectory } from "../../ops/toolchain/tools";
import type { Server } from "../../stacks/inventory";
import { basicAuth, webFile } from "./passwords";
import type { Programs } from "./programs";

/** The exporters of a server itself: node-exporter, and security-metrics where it has that. */
export async function startHostExporters(programs: Programs, servers: Server[]): Promise<void> {
  await Promise.all(
    servers.flatMap((server) => [startNodeExporter(programs, server), startSecurityMetrics(programs, server)]),
  );
}

/** cAdvisor of each server that has it. It looks for the Docker engine once, when it starts. */
export async function startCadvisors(programs: Programs, servers: Server[]): Promise<void> {
  await Promise.all(servers.map((server) => startCadvisor(programs, server)));
}

async function startNodeExporter(programs: Programs, { name, address, exporters }: Server): Promise<void> {
  const entry = exporters["node-exporter"];
  if (!entry) return;
  const program = programs.start(`node-exporter-${name}`, path.join(buildDirectory("node-exporter"), "node_exporter"), [
    `--web.listen-address=${address}:${entry.port}`,
    `--web.config.file=${webFile(programs, "exporters")}`,
    // What the room mounts is no disk.
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run|tmp|var/lib/docker)($|/)",
  ]);
  await programs.answers(program, `http://${address}:${entry.port}/metrics`, basicAuth("exporters"));
}

async function startCadvisor(programs: Programs, { name, address, exporters }: Server): Promise<void> {
  if (!exporters.cadvisor) return;
  const { port } = exporters.cadvisor;
  const program = programs.start(`cadvisor-${name}`, path.join(buildDirectory("cadvisor"), "cadvisor"), [
    "-logtostderr",
    `-listen_ip=${address}`,
    `-port=${port}`,
  ]);
  await programs.answers(program, `http://${address}:${port}/healthz`);
}

/** With the reports of scanners and the log of refused logins that it looks for on a server. */
async function startSecurityMetrics(programs: Programs, { name, address, exporters }: Server): Promise<void> {
  const entry = exporters["security-metrics"];
  if (!entry) return;
  const folder = path.join(programs.folder, "security-metrics");
  const at = (file: string) => path.join(folder, file);
  for (const part of ["trivy", "clamav", "state"]) mkdirSync(at(part), { recursive: true });
  writeFileSync(at("trivy/shop.json"), JSON.stringify(trivyReport));
  writeFileSync(at("clamav/clamscan.log"), clamscanLog);
  const configuration: ConfigurationFile = {
    scans: {
      logins: { every: 5 },
      ports: { every: 15 },
      processes: { every: 15 },
      docker: { every: 15 },
      integrity: { every: 15 },
      // Not the checkout and what was built for it: that is no server's.
      files: { exclude: ["/home", "/opt", "/root", "/tmp", "/var/lib", "/work", cacheDirectory, programs.folder] },
      vulnerabilities: { every: 15, reports: at("trivy") },
      malware: { every: 15, reports: at("clamav") },
    },
  };
  writeFileSync(at("security-metrics.yml"), stringify(configuration));
  await bundleSecurityMetrics(at("main.js"));
  const log = "/var/log/auth.log";
  appendFileSync(log, refusedLogin());
  const program = programs.start(`security-metrics-${name}`, process.execPath, [
    ...[at("main.js"), "--root", "/", "--listen", `${address}:${entry.port}`, "--state", at("state")],
    ...["--config.file", at("security-metrics.yml"), "--web.config.file", webFile(programs, "exporters")],
  ]);
  await programs.answers(program, `http://${address}:${entry.port}/metrics`, basicAuth("exporters"));
  setInterval(() => appendFileSync(log, refusedLogin()), 60_000);
}

/** As sshd's line by rsyslog. */
function refusedLogin(): string {
  return `${new Date().toISOString()} feed sshd[4242]: Failed password for root from 192.0.2.7 port 50022 ssh2\n`;
}

/** As `trivy image --format json` writes it, in as much as is looked at. */
const trivyReport = {
  SchemaVersion: 2,
  ArtifactName: "shop:1.4.0",
  Results: [
    {
      Target: "shop:1.4.0 (debian 12.11)",
      Vulnerabilities: ["HIGH", "MEDIUM", "MEDIUM", "LOW", "LOW", "LOW"].map((Severity) => ({ Severity })),
    },
  ],
};

const clamscanLog = `
-------------------------------------------------------------------------------

/srv/shop: OK

----------- SCAN SUMMARY -----------
Known viruses: 8708688
Engine version: 1.0.9
Scanned directories: 1
Scanned files: 12
Infected files: 0
Data scanned: 0.51 MB
Time: 11.804 sec (0 m 11 s)
`;
