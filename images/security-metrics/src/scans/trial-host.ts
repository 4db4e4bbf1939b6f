import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseConfiguration } from "../configuration";
import { HostRoot } from "../host/host-root";
import { StateFolder } from "../state-folder";
import { Deadline } from "./deadline";
import type { ScanContext, ScanResult } from "./scan";

/** A folder that looks like the root of a host, for tests. */
export class TrialHost {
  readonly root = mkdtempSync(path.join(os.tmpdir(), "trial-host-"));
  readonly state: StateFolder;

  /** @param state where scans keep what has to survive; in memory unless told */
  constructor(state?: string) {
    this.state = new StateFolder(state);
  }

  /** Where a path of the host is. */
  at(hostPath: string): string {
    return path.join(this.root, hostPath);
  }

  write(hostPath: string, content: string | Buffer, mode = 0o644): this {
    mkdirSync(path.dirname(this.at(hostPath)), { recursive: true });
    writeFileSync(this.at(hostPath), content);
    chmodSync(this.at(hostPath), mode);
    return this;
  }

  folder(hostPath: string): this {
    mkdirSync(this.at(hostPath), { recursive: true });
    return this;
  }

  link(hostPath: string, target: string): this {
    mkdirSync(path.dirname(this.at(hostPath)), { recursive: true });
    symlinkSync(target, this.at(hostPath));
    return this;
  }

  /** A process, as /proc shows it. `fd/0` and the like are links, as `exe` is. */
  process(pid: number, files: Record<string, string>): this {
    for (const [name, content] of Object.entries(files)) {
      const place = `/proc/${pid}/${name}`;
      if (name === "exe" || name.startsWith("fd/") || name.startsWith("ns/")) this.link(place, content);
      else this.write(place, content);
    }
    return this;
  }

  /** What a scan of this host may use. @param configuration YAML */
  context(configuration = ""): ScanContext {
    return {
      host: new HostRoot(this.root),
      configuration: parseConfiguration(configuration, "security-metrics.yml"),
      dockerSocket: this.at("/run/docker.sock"),
      state: this.state,
      deadline: new Deadline(30),
      countsOldEntries: false,
    };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The samples of a result as the page shows them, as `security_open_ports{type="public"} 2`. */
export function linesOf({ samples }: ScanResult): string[] {
  return samples.map(({ metric, labels, value }) => {
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${text}"`);
    return `${metric}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
  });
}
