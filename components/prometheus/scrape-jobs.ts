import { addressOf, type JobName, type Target } from "../../stacks/targets";
import type { Credentials } from "../credentials/credentials";

/** Targets of one kind that are asked in one way, as one `scrape_configs` entry. */
export interface ScrapeJob {
  /** Value of the label `job`. */
  name: JobName;
  /** Name of the entry; the job's, unless it has another entry. */
  entry: string;
  targets: ScrapedTarget[];
  /** Which password the targets ask for, if any. */
  credential?: keyof Credentials | undefined;
}

export interface ScrapedTarget {
  server: string;
  address: string;
  /** What the target is asked about, as `{ name: "grafana", url: "http://10.0.0.81:3002/api/health" }`. */
  probe?: { name: string; url: string };
}

const credentialOf: Partial<Record<JobName, keyof Credentials>> = {
  "node-exporter": "exporters",
  "security-metrics": "exporters",
  postgres: "exporters",
  blackbox: "exporters",
  prometheus: "prometheus",
  alertmanager: "alertmanager",
};

/**
 * The targets as scrape jobs, each target with the address at which Prometheus reaches it. Those that others run are
 * not told a password, and have an entry of their own beside ours.
 */
export function scrapeJobs(targets: Target[]): ScrapeJob[] {
  const jobs = new Map<string, ScrapeJob>();
  for (const target of targets) {
    const { job: name, probe } = target;
    const credential = isOurs(target) ? credentialOf[name] : undefined;
    const isSecond = credential !== credentialOf[name] && targets.some((one) => one.job === name && isOurs(one));
    const entry = isSecond ? `${name}-of-others` : name;
    const job = jobs.get(entry) ?? { name, entry, targets: [], credential };
    job.targets.push({
      server: target.server.name,
      address: addressOf(target),
      ...(probe ? { probe: { name: probe.name, url: probe.url } } : {}),
    });
    jobs.set(entry, job);
  }
  return [...jobs.values()];
}

/** Whether the stack itself runs what answers. */
function isOurs({ container, probe }: Target): boolean {
  return (probe?.exporter.container ?? container) !== undefined;
}
