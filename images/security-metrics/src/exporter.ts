import { setTimeout } from "node:timers/promises";
import { log } from "./log";
import { Page } from "./page";
import type { ScanSettings } from "./scans/run-scan";
import type { ScanName } from "./scans/scan";
import { ScanReport } from "./scans/scan-report";
import { Scanner } from "./scans/scanner";
import { Schedule } from "./scans/schedule";
import { timingOf } from "./timing";
import { BasicAuth } from "./web/basic-auth";
import type { ListenAddress } from "./web/listen-address";
import { MetricsServer } from "./web/metrics-server";
import { PasswordThread } from "./web/password-thread";

export interface ExporterOptions {
  listen: ListenAddress[];
  /** The web configuration of Prometheus' exporter toolkit; without one, everybody may ask. */
  webConfiguration: string | undefined;
  /** The file that is running, for the thread of the scans. */
  program: string;
  settings: ScanSettings;
}

/** Seconds beyond a scan's bound of time after which the schedule itself must have failed. */
const patience = 60;

/** Scans by a schedule, and answers scrapes with the last results. */
export class Exporter {
  private readonly page = new Page();
  private readonly report = new ScanReport();
  private readonly scanner: Scanner;
  private readonly schedule: Schedule;
  private readonly passwords: PasswordThread;
  private readonly server: MetricsServer;
  private readonly stopping = new AbortController();
  /** Until when something has to happen; as the schedule, by a clock that nobody sets. */
  private aliveUntil = Number.POSITIVE_INFINITY;

  constructor(private readonly options: ExporterOptions) {
    const { settings, program, webConfiguration } = options;
    this.scanner = new Scanner(program, settings);
    this.schedule = new Schedule(settings.configuration, performance.now());
    this.passwords = new PasswordThread(program);
    const auth = new BasicAuth(webConfiguration, (password, hash) => this.passwords.compare(password, hash));
    this.server = new MetricsServer(this.page, auth, () => performance.now() < this.aliveUntil);
  }

  /** @returns where it listens. @throws {Error} when it cannot, and where */
  async start(): Promise<ListenAddress[]> {
    const addresses = await this.server.listen(this.options.listen);
    for (const { host, port } of addresses) log("info", "listens", { address: host, port });
    void this.keepScanning();
    return addresses;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.server.close(), this.scanner.stop(), this.passwords.stop()]);
  }

  private async keepScanning(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const next = this.schedule.next();
      if (!next) return;
      const { scan, at } = next;
      const { limit = 0 } = timingOf(scan, this.options.settings.configuration) ?? {};
      this.aliveUntil = Math.max(at, performance.now()) + (limit + patience) * 1000;
      await setTimeout(Math.max(0, at - performance.now()), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      this.schedule.begin(scan, performance.now());
      await this.scanOnce(scan, limit, signal);
    }
  }

  private async scanOnce(scan: ScanName, limit: number, signal: AbortSignal): Promise<void> {
    this.report.begins(scan);
    const start = performance.now();
    const answer = await this.scanner.run(scan, limit);
    if (signal.aborted) return;
    this.page.show(this.report.ends(scan, answer, (performance.now() - start) / 1000));
  }
}
