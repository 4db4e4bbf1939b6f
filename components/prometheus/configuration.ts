import { stringify } from "yaml";
import { recordingFiles } from "../../alerts/recording/recording-file";
import { ruleContext, ruleFiles } from "../../alerts/rule-files";
import type { Inventory } from "../../stacks/inventory";
import { addressOf, targetsOf } from "../../stacks/targets";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { webConfiguration } from "../credentials/web-configuration";
import { probeModule } from "../exporters/blackbox-configuration";
import { type ScrapedTarget, type ScrapeJob, scrapeJobs } from "./scrape-jobs";

/** Where the container sees its files. */
export const mountPath = "/etc/prometheus";

/** Prometheus' files: what is scraped, what is wrong, whom alerts go to, and the passwords for all that. */
export function prometheusFiles(inventory: Inventory, credentials: Credentials, isWatcher = false): ConfigFiles {
  const context = ruleContext(inventory, isWatcher);
  const jobs = scrapeJobs(context.targets);
  const configuration = prometheusConfiguration(inventory, jobs, credentials);
  const asked = new Set<keyof Credentials>(["alertmanager", ...jobs.flatMap(({ credential }) => credential ?? [])]);
  return {
    "prometheus.yml": { content: stringify(configuration, { lineWidth: 0 }) },
    ...ruleFiles(context),
    ...recordingFiles(context),
    "web.yml": webConfiguration(credentials.prometheus),
    ...Object.fromEntries(
      [...asked].sort().map((name) => [passwordFile(name), { content: credentials[name].password, secret: true }]),
    ),
  };
}

/** @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
function prometheusConfiguration(inventory: Inventory, jobs: ScrapeJob[], credentials: Credentials) {
  const { environment } = inventory;
  // To every Alertmanager, not to one of them: they agree among themselves who tells people.
  const alertmanagers = targetsOf(inventory).filter(({ job }) => job === "alertmanager");
  return {
    global: {
      scrape_interval: "15s",
      scrape_timeout: "10s",
      evaluation_interval: "15s",
      // The same on the watcher, so that one fault is one alert whoever finds it.
      external_labels: { environment },
    },
    rule_files: ["rules/*.yml"],
    alerting: {
      alertmanagers: [
        {
          basic_auth: basicAuth("alertmanager", credentials),
          static_configs: [{ targets: alertmanagers.map(addressOf) }],
        },
      ],
    },
    scrape_configs: jobs.map((job) => scrapeConfiguration(job, environment, credentials)),
  };
}

function scrapeConfiguration(job: ScrapeJob, environment: string, credentials: Credentials) {
  return {
    job_name: job.entry,
    // cAdvisor dates its samples itself; without this a container that is gone would be there for five minutes more.
    ...(job.name === "cadvisor" ? { track_timestamps_staleness: true } : {}),
    ...(job.credential ? { basic_auth: basicAuth(job.credential, credentials) } : {}),
    static_configs: job.targets.map(({ server, address, probe }) => ({
      targets: [address],
      labels: {
        server,
        instance: server,
        environment,
        ...(job.entry === job.name ? {} : { job: job.name }),
        ...(probe ? probeLabels(probe) : {}),
      },
    })),
  };
}

/** What makes a scrape of the blackbox exporter a probe: labels that Prometheus asks by, and the one that stays. */
function probeLabels({ name, url }: NonNullable<ScrapedTarget["probe"]>) {
  return { target: name, __metrics_path__: "/probe", __param_module: probeModule, __param_target: url };
}

function basicAuth(name: keyof Credentials, credentials: Credentials) {
  return { username: credentials[name].user, password_file: passwordFile(name) };
}

/** Relative to the configuration, so that it is checked where it is staged. */
function passwordFile(name: keyof Credentials): string {
  return `secrets/${name}-password`;
}
