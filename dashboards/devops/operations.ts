import * as units from "@grafana/grafana-foundation-sdk/units";
import type { Inventory } from "../../stacks/inventory";
import { above, limits, noneOrSome, upOrDown } from "../limits";
import { toLogs, toServerLogs } from "../links";
import { logLines, statistic, timeSeries } from "../panels";
import { logql, onServer, promql } from "../query";
import { states, up } from "../states";
import { valueTable } from "../table";

/** Log lines of the chosen servers and containers. */
const chosenLogs = `{${onServer}, container=~"$container"}`;
/** Words by which programs say that something failed; not `error=nil` nor `0 errors`. */
const failures =
  '|~ "(?i)(level=(error|fatal|crit)|\\\\b(error|fatal|panic|critical|exception)\\\\b)" !~ "(?i)(error=(nil|null|\\"\\")|\\\\b0 errors\\\\b)"';

/** Whether the monitoring itself does its work: scrapes, rules, notifications. */
export function operationsPanels(inventory: Inventory) {
  return [
    statistic("Targets down", {
      description:
        "Targets that did not answer the last scrape, of all kinds. Good is 0. What such a target measures is unknown meanwhile, and its rules are silent; which it is, is in the table.",
      unit: units.NoUnit,
      limits: noneOrSome,
      queries: promql(`count(up{${onServer}} == 0) or vector(0)`, "down"),
    }),
    statistic("Rule failures", {
      description:
        "Evaluations of rules that failed within an hour. Good is 0: a rule that fails cannot fire. The group with the error is at Prometheus, Status, Rule health.",
      unit: units.NoUnit,
      decimals: 0,
      limits: noneOrSome,
      queries: promql(
        `sum(increase(prometheus_rule_evaluation_failures_total{${onServer}}[1h])) or vector(0)`,
        "failures",
      ),
    }),
    statistic("Alerts not handed over", {
      description:
        "Alerts that a Prometheus could not hand to an Alertmanager within an hour. Good is 0; a few while one is restarted are no loss, as everything is sent again and there may be another one.",
      unit: units.NoUnit,
      decimals: 0,
      limits: limits({ from: "green", 1: "orange" }),
      queries: promql(`sum(increase(prometheus_notifications_errors_total{${onServer}}[1h])) or vector(0)`, "errors"),
    }),
    statistic("Messages that failed", {
      description:
        "Messages of Alertmanager that were given up within an hour: somebody was not told. Good is 0; by which way, and why, is below and in Alertmanager's log.",
      unit: units.NoUnit,
      decimals: 0,
      limits: noneOrSome,
      queries: promql(
        `sum(increase(alertmanager_notifications_failed_total{${onServer}, reason!="contextCanceled"}[1h])) or vector(0)`,
        "failed",
      ),
    }),
    statistic("Configuration taken over", {
      description:
        "Whether each Prometheus took its last configuration over. Good is up to date; if not, it goes on with the one before, and after a restart it would not start.",
      unit: units.NoUnit,
      words: states({ 0: ["refused", "red"], 1: ["up to date", "green"] }),
      limits: upOrDown,
      queries: promql(`min by (server) (prometheus_config_last_reload_successful{${onServer}})`, "{{server}}"),
    }),
    statistic("Metrics on disk", {
      description:
        "What Prometheus keeps on its disk, blocks only. It grows with servers and days; a bound of size, where the inventory has one, ends it, and then the oldest days go first.",
      unit: units.BytesIEC,
      queries: promql(`prometheus_tsdb_storage_blocks_bytes{${onServer}}`, "{{server}}"),
    }),
    valueTable("Targets", {
      description:
        "Every target, with what the last scrape said: up or down, how long it took, how many samples it had. Good is up and well below 10 seconds, where a scrape is given up.",
      queries: [
        promql(`min by (server, job) (up{${onServer}})`),
        promql(`max by (server, job) (scrape_duration_seconds{${onServer}})`),
        promql(`sum by (server, job) (scrape_samples_scraped{${onServer}})`),
      ],
      columns: {
        server: "Server",
        job: "Job",
        "Value #A": { title: "State", unit: units.NoUnit, words: up, limits: upOrDown },
        "Value #B": {
          title: "Scrape took",
          unit: units.Seconds,
          limits: limits({ from: "green", 5: "orange", 10: "red" }),
        },
        "Value #C": { title: "Samples", unit: units.Short },
      },
    }),
    timeSeries("Targets that answer", {
      description:
        "Share of scrapes that succeeded, by job. Good is 100 % throughout. A dent in one job is that exporter; one in all jobs of a server is the server or its network.",
      unit: units.Percent,
      min: 0,
      max: 100,
      queries: promql(`100 * avg by (job) (avg_over_time(up{${onServer}}[5m]))`, "{{job}}"),
    }),
    timeSeries("Evaluating rules", {
      description:
        "How long each group of rules took the last time. A group is evaluated every 15 seconds, the slow recordings every 5 minutes: near that, PrometheusRuleGroupSlow fires, and alerts are late.",
      unit: units.Seconds,
      min: 0,
      queries: promql(
        `max by (server, rule_group) (label_replace(prometheus_rule_group_last_duration_seconds{${onServer}}, "rule_group", "$1", "rule_group", ".*;(.+)"))`,
        "{{rule_group}} on {{server}}",
      ),
    }),
    timeSeries("Messages of Alertmanager", {
      description:
        "Messages a minute by each way that is used, and those that failed of all ways together. Good is a low line, and 0 that failed; at more than 5 % of a way AlertmanagerNotificationsFailing fires, and names it.",
      unit: units.Short,
      min: 0,
      links: [toLogs("Logs of Alertmanager", { server: "server" }, ['container=~".*alertmanager"'])],
      queries: [
        promql(
          `60 * sum by (server, integration) (rate(alertmanager_notifications_total{${onServer}}[$__rate_interval])) > 0`,
          "{{integration}} on {{server}}",
        ),
        promql(
          `60 * sum by (server) (rate(alertmanager_notifications_failed_total{${onServer}, reason!="contextCanceled"}[$__rate_interval]))`,
          "failed on {{server}}",
        ),
      ],
    }),
    timeSeries("Loki's answers", {
      description:
        "95th percentile of the time that Loki takes for a request, by route. At the dashed line LokiRequestsSlow begins: logs are found slowly, or Promtail has to wait.",
      unit: units.Seconds,
      min: 0,
      limits: above(inventory, "lokiLatencySeconds"),
      queries: promql(
        `histogram_quantile(0.95, sum by (server, route, le) (rate(loki_request_duration_seconds_bucket{${onServer}, route=~"loki_api_v1_.+", route!="loki_api_v1_tail"}[$__rate_interval]))) > 0`,
        "{{route}}",
      ),
    }),
    timeSeries("Prometheus' series", {
      description:
        "Series that are in memory. Good is a level line: each needs some kilobytes. A jump is a label with too many values, as an id or an address; look which job brought it in the table above.",
      unit: units.Short,
      min: 0,
      links: [toServerLogs],
      queries: promql(`prometheus_tsdb_head_series{${onServer}}`, "{{server}}"),
    }),
  ];
}

/** What the containers write. */
export function logPanels() {
  return [
    timeSeries("Log lines", {
      description:
        "Lines a second that Loki has, of each server. Compare with the usual: none means that Promtail or the server is away, a multiple that a program complains all the time.",
      unit: units.Short,
      min: 0,
      links: [toServerLogs],
      queries: logql(`sum by (server) (rate(${chosenLogs}[5m]))`, "{{server}}"),
    }),
    timeSeries("Lines that tell of errors", {
      description:
        "Lines a minute with words of failure, of the ten containers with the most. Good is few. It is a search for words: it finds what says `error`, and not what fails in silence.",
      unit: units.Short,
      min: 0,
      noValue: "No line tells of an error",
      links: [toLogs("Logs of this container", { server: "server", container: "container" })],
      queries: logql(
        `topk(10, sum by (server, container) (60 * rate(${chosenLogs} ${failures} [5m])))`,
        "{{container}} on {{server}}",
      ),
    }),
    logLines("Recent errors", {
      description:
        "The lines themselves, of the chosen servers and containers, the newest first. Good is a page without any; what is always there hides what is new, and wants to be put right.",
      noValue: "No line tells of an error",
      queries: logql(`${chosenLogs} ${failures}`),
    }),
  ];
}
