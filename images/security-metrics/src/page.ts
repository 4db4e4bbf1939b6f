import { Counter, Gauge, Registry } from "prom-client";
import { type MetricName, metrics, metricsOf } from "./metrics";
import type { Sample, ScanName } from "./scans/scan";

/** How a scan went. */
export interface ScanOutcome {
  scan: ScanName;
  /** Seconds. */
  duration: number;
  /** Nothing when it found out nothing; then the samples of the one before stay. */
  samples: Sample[] | undefined;
  isSuccess: boolean;
  /** Seconds since 1970, at its end. */
  time: number;
}

/** What `/metrics` shows: the last results of every scan. */
export class Page {
  private readonly registry = new Registry();
  private readonly results = new Map<MetricName, Gauge | Counter>();
  private readonly timestamp: Gauge;
  private readonly success: Gauge;
  private readonly duration: Gauge;

  constructor() {
    const gauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ["scan"], registers: [this.registry] });
    this.timestamp = gauge(
      "security_scan_timestamp_seconds",
      "When the scan found out what is shown of it, since 1970.",
    );
    this.success = gauge(
      "security_scan_success",
      "1 when the last run of the scan found out all that it should, 0 when not.",
    );
    this.duration = gauge("security_scan_duration_seconds", "How long the last run of the scan took.");
    for (const [name, { type, help, labels }] of Object.entries(metrics)) {
      const settings = { name, help, labelNames: [...labels], registers: [this.registry] };
      this.results.set(name as MetricName, type === "counter" ? new Counter(settings) : new Gauge(settings));
      this.remove(name as MetricName);
    }
    this.addProcess();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** The text that Prometheus scrapes. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** Takes over what a scan came to, all at once. */
  show({ scan, duration, samples, isSuccess, time }: ScanOutcome): void {
    this.success.set({ scan }, isSuccess ? 1 : 0);
    this.duration.set({ scan }, duration);
    if (!samples) return;
    this.timestamp.set({ scan }, time);
    // What is no longer there, as a port that was closed, goes with the old samples.
    for (const name of metricsOf(scan)) this.remove(name);
    for (const { metric, labels, value } of samples) this.put(metric, labels, value);
  }

  private remove(name: MetricName): void {
    const metric = this.results.get(name);
    metric?.reset();
    // A metric without labels comes back with 0 after a reset.
    if (metrics[name].labels.length === 0) metric?.remove();
  }

  private put(name: MetricName, labels: Record<string, string>, value: number): void {
    const metric = this.results.get(name);
    if (metric instanceof Gauge) metric.set(labels, value);
    // The count as it is kept over restarts.
    else metric?.inc(labels, value);
  }

  /** The exporter's own costs, by the names that all of them use. */
  private addProcess(): void {
    const registers = [this.registry];
    new Counter({
      name: "process_cpu_seconds_total",
      help: "Total user and system CPU time spent in seconds.",
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
    new Gauge({
      name: "process_resident_memory_bytes",
      help: "Resident memory size in bytes.",
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    new Gauge({
      name: "process_start_time_seconds",
      help: "Start time of the process since unix epoch in seconds.",
      registers,
    }).set(Math.round(Date.now() / 1000 - process.uptime()));
  }
}
