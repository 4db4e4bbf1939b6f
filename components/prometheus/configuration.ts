import { stringify } from "yaml";
import { type Inventory, serverOf } from "../../stacks/inventory";
import type { ConfigFiles } from "../config-directory/archive";
import type { Credentials } from "../credentials/credentials";
import { webConfiguration } from "../credentials/web-configuration";
import { reach, type ScrapeJob, scrapeJobs } from "./scrape-jobs";

/** Where the container sees its files. */
export const mountPath = "/etc/prometheus";

/** Prometheus' files: what is scraped, whom alerts go to, and the passwords for both. */
export function prometheusFiles(inventory: Inventory, credentials: Credentials): ConfigFiles {
  return {
    "prometheus.yml": { content: stringify(prometheusConfiguration(inventory, credentials), { lineWidth: 0 }) },
    "web.yml": webConfiguration(credentials.prometheus),
    ...Object.fromEntries(
      (["exporters", "prometheus", "alertmanager"] as const).map((name) => [
        passwordFile(name),
        { content: credentials[name].password, secret: true },
      ]),
    ),
  };
}

/** @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
function prometheusConfiguration(inventory: Inventory, credentials: Credentials) {
  const { environment, services } = inventory;
  return {
    global: {
      scrape_interval: "15s",
      scrape_timeout: "10s",
      evaluation_interval: "15s",
      external_labels: { environment },
    },
    rule_files: ["rules/*.yml"],
    alerting: {
      alertmanagers: [
        {
          basic_auth: basicAuth("alertmanager", credentials),
          static_configs: [
            { targets: [reach(serverOf(inventory, "alertmanager"), "alertmanager", services.alertmanager.port)] },
          ],
        },
      ],
    },
    scrape_configs: scrapeJobs(inventory).map((job) => scrapeConfiguration(job, environment, credentials)),
  };
}

function scrapeConfiguration(job: ScrapeJob, environment: string, credentials: Credentials) {
  return {
    job_name: job.name,
    ...(job.credential ? { basic_auth: basicAuth(job.credential, credentials) } : {}),
    static_configs: job.targets.map(({ server, address }) => ({
      targets: [address],
      labels: { server, instance: server, environment },
    })),
  };
}

function basicAuth(name: keyof Credentials, credentials: Credentials) {
  return { username: credentials[name].user, password_file: passwordFile(name) };
}

/** Relative to the configuration, so that it is checked where it is staged. */
function passwordFile(name: keyof Credentials): string {
  return `secrets/${name}-password`;
}
