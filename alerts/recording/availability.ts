import { serverOf } from "../../stacks/inventory";
import type { RuleContext } from "../rule";
import { flat, type Series, sampleSeconds, steps } from "../series";
import { recordingRule, targetLabels } from "./recording-rule";

const level = `${targetLabels}, service`;
const jobs = ["node-exporter", "promtail", "prometheus", "alertmanager", "loki", "grafana"] as const;
const ownUp = jobs.slice(1).join("|");
const everything = [...jobs, "postgres", "redis", "blackbox"] as const;

/**
 * Whether each server and each service answers, 1 or 0. A service that is asked by an exporter does not when the
 * exporter cannot reach it, or is itself away; one that is probed is unknown while the prober is away.
 */
export const serviceUp = recordingRule("server_service:up:min", {
  pace: "15s",
  jobs: [...everything],
  expr: [
    `min by (${level}) (`,
    `  label_replace(up{job="node-exporter"}, "service", "server", "", "")`,
    `  or label_replace(up{job=~"${ownUp}"}, "service", "$1", "job", "(.+)")`,
    `  or label_replace(pg_up or up{job="postgres"} == 0, "service", "postgres", "", "")`,
    `  or label_replace(redis_up or up{job="redis"} == 0, "service", "redis", "", "")`,
    `  or label_replace(probe_success{job="blackbox"}, "service", "$1", "target", "(.+)")`,
    ")",
  ].join("\n"),
  cases: [
    {
      when: "a server answers, and of its services one does not",
      series: [
        flat("up", 1, { job: "node-exporter" }),
        flat("up", 1, { job: "loki" }),
        flat("up", 0, { job: "grafana" }),
        flat("up", 1, { job: "cadvisor" }),
      ],
      finds: [
        { labels: { job: "node-exporter", service: "server" }, value: 1 },
        { labels: { job: "loki", service: "loki" }, value: 1 },
        { labels: { job: "grafana", service: "grafana" }, value: 0 },
      ],
    },
    {
      when: "the exporter answers, and the database does not",
      series: [
        flat("up", 1, { job: "postgres" }),
        flat("pg_up", 0, { job: "postgres" }),
        flat("up", 1, { job: "redis" }),
        flat("redis_up", 1, { job: "redis" }),
      ],
      finds: [
        { labels: { job: "postgres", service: "postgres" }, value: 0 },
        { labels: { job: "redis", service: "redis" }, value: 1 },
      ],
    },
    {
      when: "the exporter does not answer: nobody knows, and so nobody says that the database is up",
      series: [flat("up", 0, { job: "postgres" }), flat("up", 0, { job: "redis" })],
      finds: [
        { labels: { job: "postgres", service: "postgres" }, value: 0 },
        { labels: { job: "redis", service: "redis" }, value: 0 },
      ],
    },
    {
      when: "services are probed from outside",
      series: [
        flat("up", 1, { job: "blackbox", target: "appwrite" }),
        flat("probe_success", 0, { job: "blackbox", target: "appwrite" }),
      ],
      finds: [{ labels: { job: "blackbox", service: "appwrite" }, value: 0 }],
    },
  ],
});

const shop = { job: "loki", service: "loki" };
/** What the rule above says of one service over time: it is away from minute 30 to 36, of 60. */
const awayForSixMinutes = steps(serviceUp.record, { 0: 1, 30: 0, 36: 1 }, shop);
/** The same of Prometheus on the trial fleet's first server, as it finds itself: there, or not measured at all. */
const self = { job: "prometheus", service: "prometheus" };
const pausing: Series = steps(serviceUp.record, { 0: 1, 30: null, 60: 1 }, self);

/** How often each was found up within five minutes. */
export const upIn5Minutes = recordingRule("server_service:up:sum5m", {
  pace: "5m",
  jobs: [...everything],
  expr: `sum_over_time(${serviceUp.record}[5m])`,
  cases: [
    { when: "it was up all the time", series: [awayForSixMinutes], at: 20, finds: [{ labels: shop, value: 20 }] },
    {
      when: "it was up in the last minutes",
      series: [awayForSixMinutes],
      at: 40,
      finds: [{ labels: shop, value: 17 }],
    },
  ],
});

/** How often each was looked at within five minutes. */
export const looksIn5Minutes = recordingRule("server_service:up:count5m", {
  pace: "5m",
  jobs: [...everything],
  expr: `count_over_time(${serviceUp.record}[5m])`,
  cases: [
    { when: "it was down meanwhile", series: [awayForSixMinutes], at: 35, finds: [{ labels: shop, value: 20 }] },
    { when: "Prometheus was away", series: [pausing], at: 60, finds: [{ labels: self, value: 1 }] },
  ],
});

/**
 * Share of looks at which each was up, of all looks of the last 30 days: time in which Prometheus did not look is
 * neither up nor down. Of Prometheus itself, which finds itself up whenever it looks: the share of time in which it did.
 */
export const availability = recordingRule("server_service:up:avg30d", {
  pace: "5m",
  jobs: [...everything],
  expr: (context) => {
    const itself = selfMatchers(context);
    const looks = `${looksIn5Minutes.record}{${itself}}`;
    return [
      `(sum_over_time(${upIn5Minutes.record}[30d]) / sum_over_time(${looksIn5Minutes.record}[30d]))`,
      `unless ${looks}`,
      "or",
      `clamp_max(${sampleSeconds} * sum_over_time(${looks}[30d]) / (300 + time() - min_over_time(timestamp(${looks})[30d:5m])), 1)`,
    ].join("\n");
  },
  cases: [
    // Four a minute, and the one at the start.
    {
      when: "it was away for 6 minutes of 60",
      series: [awayForSixMinutes],
      finds: [{ labels: shop, value: 217 / 241 }],
    },
    {
      when: "Prometheus was away for 30 minutes of 120, which says nothing about others",
      series: [steps(serviceUp.record, { 0: 1, 30: null, 60: 1 }, shop)],
      at: 115,
      finds: [{ labels: shop, value: 1 }],
    },
    {
      when: "it is Prometheus itself, away for 30 minutes of 120",
      series: [pausing],
      at: 115,
      // 6 whole windows and the first look, then one look in a window of its own, then 11 whole windows; of 24 windows.
      finds: [{ labels: self, value: (1 + 6 * 20 - 1 + 1 + 11 * 20) / 480 }],
    },
  ],
});

/** How often each was looked at within the last 30 days, every 15 seconds where nothing is missing. */
export const looksIn30Days = recordingRule("server_service:up:count30d", {
  pace: "5m",
  jobs: [...everything],
  expr: `sum_over_time(${looksIn5Minutes.record}[30d])`,
  cases: [
    { when: "for an hour", series: [awayForSixMinutes], finds: [{ labels: shop, value: 241 }] },
    {
      when: "for an hour, and then not for half an hour",
      series: [pausing],
      at: 85,
      finds: [{ labels: self, value: 221 }],
    },
  ],
});

function selfMatchers({ inventory }: RuleContext): string {
  return `server="${serverOf(inventory, "prometheus").name}", service="prometheus"`;
}
