import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { TrialHost } from "./src/scans/trial-host";

/** How large a host is. */
export interface HostSize {
  files: number;
  processes: number;
  containers: number;
}

const filesInFolder = 100;
const openFiles = 20;

/** A folder that looks like a host of this size: its files, its processes with their open files, a log, a Docker engine. */
export class BenchHost extends TrialHost {
  private engine: Server | undefined;

  async fill({ files, processes, containers }: HostSize): Promise<void> {
    for (let n = 0; n < files; n += filesInFolder) {
      const folder = this.at(path.join("/srv", String(n % 97), String(n)));
      mkdirSync(folder, { recursive: true });
      for (let file = n; file < Math.min(n + filesInFolder, files); file++) {
        writeFileSync(path.join(folder, `file-${file}`), "");
      }
    }
    for (let pid = 1; pid <= processes; pid++) this.addProcess(pid);
    this.write("/proc/uptime", "100000.00 190000.00\n");
    this.write(
      "/proc/1/net/tcp",
      Array.from({ length: 50 }, (_, n) => listening(8000 + n, n * openFiles + 3)).join(""),
    );
    this.write("/var/log/auth.log", "").write("/etc/group", "").write("/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    await this.serveEngine(containers);
  }

  override remove(): void {
    this.engine?.close();
    super.remove();
  }

  private addProcess(pid: number): void {
    const open = Array.from({ length: openFiles }, (_, fd) => [`fd/${fd}`, `socket:[${pid * openFiles + fd}]`]);
    const name = `service-${pid}`;
    this.process(pid, {
      comm: `${name}\n`,
      cmdline: `/usr/bin/${name}\0--config\0/etc/${name}.yml\0`,
      exe: `/usr/bin/${name}`,
      ...Object.fromEntries(open),
    });
  }

  private async serveEngine(containers: number): Promise<void> {
    const ids = Array.from({ length: containers }, (_, n) => String(n).padStart(64, "0"));
    const details = (id: string) => ({
      Name: `/service-${Number(id)}`,
      Config: { Image: "docker.io/library/service:1.2.3", User: "1000", Env: Array(40).fill("SETTING=value") },
      HostConfig: { NetworkMode: "bridge", PidMode: "", Memory: 134_217_728 },
      Mounts: [],
    });
    const info = { LiveRestoreEnabled: true, LoggingDriver: "json-file", SecurityOptions: [], Warnings: null };
    this.engine = createServer(({ url = "" }, response) => {
      const id = /^\/containers\/(\d+)\/json$/.exec(url)?.[1];
      const answer = id ? details(id) : url === "/info" ? info : ids.map((Id) => ({ Id }));
      response.end(JSON.stringify(answer));
    });
    this.folder("/run");
    await new Promise<void>((resolve) => this.engine?.listen(this.at("/run/docker.sock"), resolve));
  }
}

function listening(port: number, inode: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return `   0: 00000000:${hex} 00000000:0000 0A 0:0 00:0 0     0        0 ${inode} 1 0 100 0 0 10 0\n`;
}
