import { alertmanagersOf, scrapedNames, serverOf } from "../../stacks/inventory";
import { jobNames } from "../../stacks/targets";
import { above, below, type Duration, type RuleContext, rule } from "../rule";
import { flat, rising, type Series, steps } from "../series";

/** Another server's labels, for what is looked at across servers. */
const onServer = (name: string) => ({ server: name, instance: name });

/** Counters that have grown, each with a label that says what it counts. */
function grown(counters: Record<string, string>, label: string, window: Duration): string {
  return Object.entries(counters)
    .map(([counter, what]) => `label_replace(increase(${counter}[${window}]) > 0, "${label}", "${what}", "", "")`)
    .join("\nor\n");
}

/** While a target does not answer, its own rule says so; what follows from that is not told as well. */
const unlessDown = (job: "alertmanager" | "loki") => `unless on (environment) up{job="${job}"} == 0`;

const hasSeveralAlertmanagers = ({ inventory }: RuleContext) => alertmanagersOf(inventory).length > 1;

/**
 * A server that is away takes its services with it, and ServerDown says so. Alertmanager would hold these back, but only
 * once it has heard of ServerDown: which of the two comes first is a matter of seconds, and an urgent one does not wait.
 */
const unlessServerIsAway = 'unless on (server) up{job="node-exporter"} == 0';
const serverIsAway = {
  when: "its whole server is away",
  series: [flat("up", 0), flat("up", 0, { job: "node-exporter" })],
};

/** Of the target that the rule is about: it answers, or does not. */
const up = (value: number) => [flat("up", value)];

const pause = { when: "it was away for less than that", series: [steps("up", { 0: 1, 10: 0, 10.5: 1 })] };

const lookAtContainer = (name: string) =>
  `\`docker ps --all --filter name=${name}\` there: is it gone, restarting, unhealthy? \`docker logs --tail 50 ${name}\` says why.`;

/** A container that is gone does not answer either; that it does not answer is enough. */
const noLongerMissing = (name: string) => [{ rule: "ContainerMissing", where: { name: `([a-z-]+-)?${name}` } }];

const putBack = "`pulumi up --stack prod --refresh` puts a missing or changed container back as it is described.";

export const watchdog = rule("Watchdog", {
  job: "prometheus",
  by: "primary",
  expr: ({ inventory }) => {
    const { name } = serverOf(inventory, "prometheus");
    return ["server", "instance"].reduce(
      (vector, label) => `label_replace(${vector}, "${label}", "${name}", "", "")`,
      "vector(1)",
    );
  },
  for: "0s",
  severity: "info",
  category: "monitoring",
  summary: "Heartbeat of {{ $labels.server }}: alerts are on their way as they should, all is well",
  description:
    "This alert always fires. It goes the way that every other alert goes, from Prometheus through Alertmanager to whoever listens for it.",
  impact: "None while it arrives. When it stays away, no other alert can be expected to arrive either.",
  runbook: {
    means:
      "An alert that always fires proves that rules are evaluated and messages sent. Alertmanager repeats it every 5 minutes to the heartbeat receiver alone, so nobody is woken by it: what is worth an alarm is that it stays away.",
    look: [
      "It did not arrive: `http://10.0.0.84:9090/alerts` — is Watchdog firing there? If the page does not open, Prometheus is down.",
      "It fires: `http://10.0.0.84:9093/#/alerts` — has Alertmanager got it? If not, `docker logs prometheus | grep -i 'sending alerts'` on server-84.",
      "Alertmanager has it: `docker logs alertmanager | grep -i notify` there tells why the webhook does not take it.",
    ],
    mend: [
      "Prometheus down: as for [PrometheusDown](PrometheusDown.md). Alertmanager down: as for [AlertmanagerDown](AlertmanagerDown.md).",
      "Never silence it: whoever waits for the heartbeat would take that for an outage.",
    ],
  },
  cases: {
    fires: [{ when: "nothing is measured at all", series: [], labels: { job: "", environment: "" } }],
    silent: "never",
  },
});

export const prometheusDown = rule("PrometheusDown", {
  job: "prometheus",
  expr: `up{job="prometheus"} == 0 ${unlessServerIsAway}`,
  for: "1m",
  severity: "critical",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} does not answer",
  description: "The Prometheus of {{ $labels.server }} has not answered the other Prometheus for a minute.",
  impact: "Nothing is measured by it and none of its rules is evaluated: what breaks now is noticed by nobody.",
  supersedes: noLongerMissing("prometheus"),
  runbook: {
    means:
      "A Prometheus cannot tell that it is down itself. Prometheus on server-84 and the watcher on server-81 ask each other every 15 s; this is the one that still lives speaking of the other. The watcher knows the monitoring's own services and their servers, and nothing else.",
    look: [
      "`curl --max-time 5 http://10.0.0.84:9090/-/healthy` (the watcher: 10.0.0.81): `401` means that it answers, and asks for the password.",
      `${lookAtContainer("prometheus")} On server-81 it is called watcher-prometheus.`,
      "`docker inspect --format '{{.State.OOMKilled}}' prometheus`, and `df -h` on that server: memory and disk are what it dies of.",
    ],
    mend: [
      "`docker start prometheus`. After a crash it reads its write-ahead log first, which can take minutes.",
      "It stops again at once: the last lines of its log name the setting or the file that it does not like.",
      putBack,
    ],
  },
  cases: {
    fires: [{ when: "the target is down", series: up(0) }],
    silent: [
      { when: "the target is up", series: up(1) },
      { when: "another target of the server is down", series: [...up(1), flat("up", 0, { job: "alertmanager" })] },
      serverIsAway,
      pause,
    ],
  },
});

export const alertmanagerDown = rule("AlertmanagerDown", {
  job: "alertmanager",
  expr: `up{job="alertmanager"} == 0 ${unlessServerIsAway}`,
  for: "1m",
  severity: "critical",
  category: "monitoring",
  summary: "Alertmanager on {{ $labels.server }} does not answer",
  description: "The Alertmanager of {{ $labels.server }} has not answered Prometheus for a minute.",
  impact:
    "If it is the only one, no alert reaches anybody. If there is another, that one tells alone, without a reserve.",
  supersedes: noLongerMissing("alertmanager"),
  runbook: {
    means:
      "Every Prometheus sends its alerts to both Alertmanagers, on server-84 and (the watcher's) on server-81; as long as one lives, people hear. This message came through the one that lives.",
    look: [
      "`curl --max-time 5 http://10.0.0.84:9093/-/healthy` (the watcher's: 10.0.0.81): `401` means that it answers, and asks for the password.",
      `${lookAtContainer("alertmanager")} On server-81 it is called watcher-alertmanager.`,
      "`docker exec alertmanager amtool check-config /etc/alertmanager/alertmanager.yml`, if it runs at all.",
    ],
    mend: ["`docker start alertmanager`.", putBack],
  },
  cases: {
    fires: [{ when: "the target is down", series: up(0) }],
    silent: [
      { when: "the target is up", series: up(1) },
      { when: "another target of the server is down", series: [...up(1), flat("up", 0, { job: "prometheus" })] },
      serverIsAway,
      pause,
    ],
  },
});

export const grafanaDown = rule("GrafanaDown", {
  job: "grafana",
  expr: 'up{job="grafana"} == 0',
  for: "2m",
  severity: "warning",
  category: "monitoring",
  summary: "Grafana on {{ $labels.server }} does not answer",
  description: "Grafana on {{ $labels.server }} has not answered Prometheus for 2 minutes.",
  impact: "Nobody sees dashboards or logs. Alerts still arrive; they do not need Grafana.",
  supersedes: noLongerMissing("grafana"),
  runbook: {
    means: "Prometheus asks Grafana for its own metrics every 15 s. Two minutes are longer than a restart takes.",
    look: [
      "`curl --max-time 5 http://10.0.0.81:3002/api/health`: it answers with the state of its database.",
      lookAtContainer("grafana"),
      "`df -h` on server-81: Grafana does not start when it cannot write its database.",
    ],
    mend: [
      "`docker restart grafana`.",
      putBack,
      "Until it is back: Prometheus' own page, `http://10.0.0.84:9090/query`, and `http://10.0.0.84:9090/alerts`.",
    ],
  },
  cases: {
    fires: [{ when: "the target is down", series: up(0) }],
    silent: [
      { when: "the target is up", series: up(1) },
      { when: "it was restarted", series: [steps("up", { 0: 1, 10: 0, 11: 1 })] },
    ],
  },
});

export const lokiDown = rule("LokiDown", {
  job: "loki",
  expr: 'up{job="loki"} == 0',
  for: "2m",
  severity: "warning",
  category: "monitoring",
  summary: "Loki on {{ $labels.server }} does not answer",
  description: "Loki on {{ $labels.server }} has not answered Prometheus for 2 minutes.",
  impact:
    "Logs cannot be read in Grafana. Nothing is lost at first: every Promtail waits, and goes on where it stopped, as long as Docker still keeps the lines.",
  supersedes: noLongerMissing("loki"),
  runbook: {
    means:
      "Prometheus asks Loki for its own metrics every 15 s. It reads its write-ahead log before it answers after a crash, which is why one minute would be too short.",
    look: [
      "`curl --max-time 5 http://10.0.0.84:3100/ready`: `ready`, or the part that is not.",
      lookAtContainer("loki"),
      "`df -h` on server-84: Loki stops taking lines when its disk is 90 % full.",
    ],
    mend: [
      "`docker restart loki`.",
      putBack,
      "Until it is back, read on the servers themselves: `docker logs --since 1h NAME`.",
    ],
  },
  cases: {
    fires: [{ when: "the target is down", series: up(0) }],
    silent: [
      { when: "the target is up", series: up(1) },
      { when: "it was restarted", series: [steps("up", { 0: 1, 10: 0, 11: 1 })] },
    ],
  },
});

export const promtailDown = rule("PromtailDown", {
  job: "promtail",
  expr: 'up{job="promtail"} == 0',
  for: "5m",
  severity: "warning",
  category: "monitoring",
  summary: "Promtail on {{ $labels.server }} does not answer",
  description: "The Promtail of {{ $labels.server }} has not answered Prometheus for 5 minutes.",
  impact: "No log line of {{ $labels.server }} reaches Loki. Those of containers that are removed meanwhile are lost.",
  supersedes: noLongerMissing("promtail"),
  runbook: {
    means:
      "Promtail remembers how far it has read, so a short pause costs nothing. What it has not read when a container is removed is gone with that container.",
    look: ["`curl --max-time 5 http://10.0.0.NN:9080/ready`.", lookAtContainer("promtail")],
    mend: ["`docker restart promtail`.", putBack],
  },
  cases: {
    fires: [{ when: "the target is down", series: up(0) }],
    silent: [
      { when: "the target is up", series: up(1) },
      { when: "it was away for four minutes", series: [steps("up", { 0: 1, 10: 0, 14: 1 })] },
    ],
  },
});

export const containerDown = rule("ContainerDown", {
  job: "cadvisor",
  expr: 'up{job="cadvisor"} == 0',
  for: "2m",
  severity: "warning",
  category: "monitoring",
  summary: "cAdvisor on {{ $labels.server }} does not answer",
  description: "The cAdvisor of {{ $labels.server }} has not answered Prometheus for 2 minutes.",
  impact: "Nothing is known of the containers there: none of the rules about containers can fire for this server.",
  supersedes: noLongerMissing("cadvisor"),
  runbook: {
    means:
      "cAdvisor measures every container of its server. That one container is down is told by the rules of the category containers; this is about the program that would notice.",
    look: [
      "`curl --max-time 5 http://10.0.0.NN:8080/healthz` (server-80: port 8081).",
      lookAtContainer("cadvisor"),
      "`docker stats --no-stream cadvisor`: on a server with very many containers it can take longer than the 10 s that Prometheus waits.",
    ],
    mend: ["`docker restart cadvisor`.", putBack],
  },
  cases: {
    fires: [{ when: "the target is down", series: up(0) }],
    silent: [
      { when: "the target is up", series: up(1) },
      { when: "it was restarted", series: [steps("up", { 0: 1, 10: 0, 11: 1 })] },
    ],
  },
});

/** Exporters that have no rule of their own for being away. */
const exporters = ["security-metrics", ...scrapedNames, "blackbox"] as const;

export const exporterDown = rule("ExporterDown", {
  job: [...exporters],
  // What the blackbox exporter is asked about has the label target: the exporter itself is one target more.
  expr: `up{job=~"${exporters.join("|")}", target=""} == 0`,
  for: "5m",
  severity: "warning",
  category: "monitoring",
  summary: "The {{ $labels.job }} exporter of {{ $labels.server }} does not answer",
  description: "The target {{ $labels.job }} of {{ $labels.server }} has not answered Prometheus for 5 minutes.",
  impact: "What this exporter measures is unknown meanwhile: the rules that need it stay silent, whatever happens.",
  runbook: {
    means:
      "Rules can only speak of what is measured. An exporter that is away is often the first sign that the service beside it is away too; the rules of that service say so if they still can.",
    look: [
      "`http://10.0.0.84:9090/targets?health=down` shows the address and the error of the last scrape.",
      "Refused: the exporter's container is not there, `docker ps --all` on that server. Timed out: it hangs, often on the service that it asks.",
      "The service itself: `pg_isready -h 10.0.0.81`, `redis-cli -h 10.0.0.81 ping`, `nvidia-smi`, `ray status`, as the case may be.",
    ],
    mend: [
      "Restart the exporter's container on that server.",
      "It is gone for good: take it out of `stacks/prod.ts` (`scraped` or `exporters` of the server), and deploy.",
    ],
  },
  cases: {
    fires: [
      { when: "the scan's exporter is down", series: up(0) },
      { when: "a database's is", series: [flat("up", 0, { job: "postgres" })], labels: { job: "postgres" } },
    ],
    silent: [
      { when: "all of them are up", series: exporters.map((job) => flat("up", 1, { job })) },
      {
        when: "a probe cannot be made; its exporter's own target tells",
        series: [flat("up", 0, { job: "blackbox", target: "grafana" })],
      },
      { when: "something with a rule of its own is down", series: [flat("up", 0, { job: "node-exporter" })] },
      { when: "it was away for four minutes", series: [steps("up", { 0: 1, 10: 0, 14: 1 })] },
    ],
  },
});

/** A probe of the blackbox exporter: its target answered well, or did not. */
const probed = (target: string, success: number) => [flat("probe_success", success, { target })];

const probePage =
  "`curl -u monitoring 'http://10.0.0.84:9115/probe?module=http_2xx&debug=true&target=URL'` makes the probe once more and tells every step of it; the URL is in `http://10.0.0.84:9090/targets`, under blackbox.";

export const appwriteUnhealthy = rule("AppwriteUnhealthy", {
  job: "blackbox",
  expr: 'probe_success{target="appwrite"} == 0',
  for: "2m",
  severity: "critical",
  category: "monitoring",
  summary: "Appwrite does not answer well",
  description:
    "For 2 minutes Appwrite has not answered the probe from {{ $labels.server }}: no answer, one that is no success, or a certificate that is not valid.",
  impact:
    "Alerts are neither stored nor told by push and SMS, and nobody notices by them that the heartbeat is missing. Mail and Slack still work.",
  runbook: {
    means:
      "The blackbox exporter asks Appwrite's `/v1/health/version` every 15 s, the one route of its health that wants no key. This alert is told by mail and Slack; what it says cannot be stored until Appwrite is back, and Alertmanager tries again until then.",
    look: [
      "`curl --max-time 5 https://appwrite.wizardsofts.com/v1/health/version` from your own machine, and from server-84: is it Appwrite, or the way there?",
      probePage,
      "`docker ps --all --filter name=appwrite` where Appwrite runs, and `docker logs --tail 50 appwrite` there.",
    ],
    mend: [
      "`docker compose up -d` in Appwrite's folder there; its database and Redis first.",
      "Only the certificate: as for [CertificateExpiresSoon](CertificateExpiresSoon.md).",
      "Afterwards: `npm run verify -- --stack prod` shows that an alert goes the whole way again.",
    ],
  },
  cases: {
    fires: [{ when: "its probe fails", series: probed("appwrite", 0), labels: { target: "appwrite" } }],
    silent: [
      { when: "it answers", series: probed("appwrite", 1) },
      { when: "another probe fails", series: [...probed("appwrite", 1), ...probed("grafana", 0)] },
      {
        when: "it was restarted",
        series: [steps("probe_success", { 0: 1, 10: 0, 11: 1 }, { target: "appwrite" })],
      },
    ],
  },
});

export const probeFailed = rule("ProbeFailed", {
  job: "blackbox",
  // Grafana that does not even give its metrics is told of by GrafanaDown.
  expr: 'probe_success{target!="appwrite"} == 0 unless on (server, target) label_replace(up{job="grafana"} == 0, "target", "grafana", "", "")',
  for: "2m",
  severity: "warning",
  category: "monitoring",
  summary: "{{ $labels.target }} ({{ $labels.server }}) does not answer well",
  description:
    "For 2 minutes {{ $labels.target }} has not answered the blackbox exporter's probe: no answer, one that is no success, or a certificate that is not valid.",
  impact: "People who use {{ $labels.target }} see an error, or nothing at all.",
  runbook: {
    means:
      "The blackbox exporter asks like a person from outside, every 15 s, and success is an answer with 2xx. A service can well give its metrics and fail here: Grafana's health, for one, is that of its database.",
    look: [
      probePage,
      "`curl --max-time 5 http://10.0.0.81:3002/api/health` for Grafana: it names what is not `ok`.",
      "All probes at once: the exporter's own way out; `docker logs --tail 50 blackbox-exporter` on server-84.",
    ],
    mend: [
      "Restart the service that fails, after a look into its log.",
      "It was moved or removed on purpose: change `exporters.blackbox.probes` in `stacks/prod.ts`, and deploy.",
    ],
  },
  cases: {
    fires: [
      { when: "Grafana's database is away", series: probed("grafana", 0), labels: { target: "grafana" } },
      {
        when: "a service of people's fails while Grafana is down",
        series: [...probed("shop", 0), flat("up", 0, { job: "grafana" })],
        labels: { target: "shop" },
      },
    ],
    silent: [
      { when: "it answers", series: [...probed("grafana", 1), flat("up", 1, { job: "grafana" })] },
      { when: "Grafana is down altogether", series: [...probed("grafana", 0), flat("up", 0, { job: "grafana" })] },
      { when: "it is Appwrite, which has a rule of its own", series: probed("appwrite", 0) },
      { when: "it was restarted", series: [steps("probe_success", { 0: 1, 10: 0, 11: 1 }, { target: "grafana" })] },
    ],
  },
});

/** A certificate that ends so many days after the series begin, which is when the clock of a rule test starts. */
const certificate = (days: number) => flat("probe_ssl_earliest_cert_expiry", days * 86_400, { target: "appwrite" });

export const certificateExpiresSoon = rule("CertificateExpiresSoon", {
  job: "blackbox",
  expr: below("certificateDays", "(probe_ssl_earliest_cert_expiry - time()) / 86400"),
  for: "1h",
  severity: "warning",
  category: "monitoring",
  summary: "The certificate of {{ $labels.target }} is valid for {{ $value | humanize }} more days",
  description:
    "A certificate that {{ $labels.target }} shows, its own or one that it is signed by, ends in less than $threshold days.",
  impact:
    "From that day on nobody gets through to {{ $labels.target }}: browsers, Alertmanager and the probe refuse it.",
  runbook: {
    means:
      "`probe_ssl_earliest_cert_expiry` is the first end among the certificates that the service shows. Those that renew themselves do so 30 days before: at 14 days something has been failing for two weeks.",
    look: [
      "`openssl s_client -connect HOST:443 -servername HOST </dev/null 2>/dev/null | openssl x509 -noout -dates -issuer`",
      "The log of what renews it (certbot: `journalctl -u certbot`, `certbot certificates`; Traefik or Caddy: their container's log).",
    ],
    mend: [
      "Renew it: `certbot renew`, or restart the proxy that does it. Port 80 has to be reachable from outside for most ways of proof.",
      "Load it: a proxy that keeps the old one in memory has to be reloaded.",
    ],
  },
  cases: {
    fires: [{ when: "13 days are left", series: [certificate(13)], labels: { target: "appwrite" } }],
    silent: [
      { when: "15 days are left", series: [certificate(15)] },
      { when: "the probe speaks no TLS", series: probed("grafana", 1) },
    ],
  },
});

/** What a server exports on which every target is there, whatever it answers. */
const everyTarget = (value = 1) => jobNames.map((job) => flat("up", value, { job }));
const withNeighbour = (series: Series[]) => [
  ...series,
  ...series.map((one) => ({ ...one, labels: { ...one.labels, ...onServer("server-81") } })),
];

export const targetMissing = rule("TargetMissing", {
  job: "prometheus",
  expr: ({ targets, inventory }) =>
    targets
      .map(({ job, server: { name } }) => ({ job, server: name, instance: name, environment: inventory.environment }))
      .map((labels) => Object.entries(labels).map(([name, value]) => `${name}="${value}"`))
      .map((matchers) => `absent(up{${matchers.join(", ")}})`)
      .join("\nor\n"),
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "{{ $labels.job }} of {{ $labels.server }} is not scraped, although the inventory names it",
  description: "For 10 minutes Prometheus has not had a target {{ $labels.job }} on {{ $labels.server }}.",
  impact: "Nothing is measured there, and no rule can notice: not even that it is down.",
  runbook: {
    means:
      "A target that does not answer has a series `up` with the value 0; one that is not there has none at all, and every other rule is silent about it. The list is made from the same inventory as the scrape jobs, so the two differ only when Prometheus runs with another configuration than the one that was rendered.",
    look: [
      "`http://10.0.0.84:9090/targets`, and `http://10.0.0.84:9090/config`: what does it really scrape?",
      "`curl -u monitoring http://10.0.0.84:9090/api/v1/query?query=prometheus_config_last_reload_successful`: `0` means that it did not take the last configuration over.",
      "`pulumi preview --stack prod --refresh --diff`: was a file changed by hand on the server?",
    ],
    mend: [
      "`pulumi up --stack prod --refresh`.",
      "If the reload is what fails: as for [PrometheusConfigReloadFailed](PrometheusConfigReloadFailed.md).",
    ],
  },
  cases: {
    fires: [
      {
        when: "one target is not there",
        series: everyTarget().filter(({ labels }) => labels.job !== "cadvisor"),
        labels: { job: "cadvisor" },
      },
      {
        when: "one goes away",
        series: [
          ...everyTarget().filter(({ labels }) => labels.job !== "node-exporter"),
          { metric: "up", labels: { job: "node-exporter" }, values: "1x39 stale" },
        ],
        labels: { job: "node-exporter" },
        from: 10,
      },
    ],
    silent: [
      { when: "every target is there", series: withNeighbour(everyTarget()) },
      { when: "every target is there, and down", series: withNeighbour(everyTarget(0)) },
    ],
  },
});

export const prometheusConfigReloadFailed = rule("PrometheusConfigReloadFailed", {
  job: "prometheus",
  expr: "prometheus_config_last_reload_successful == 0",
  for: "5m",
  severity: "warning",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} did not take its configuration over",
  description: "The last reload of the Prometheus of {{ $labels.server }} failed, 5 minutes ago or more.",
  impact: "It goes on with the configuration before. After a restart it would not start at all.",
  runbook: {
    means:
      "Prometheus keeps what it has when a new file is wrong. A deployment checks the files before and takes them back when the reload fails, so this is mostly a file that somebody changed by hand.",
    look: [
      "`docker exec prometheus promtool check config /etc/prometheus/prometheus.yml` on that server (server-81: watcher-prometheus) names the file and the line.",
      "`docker logs prometheus 2>&1 | grep -i 'reloading config' | tail` has the error of the reload itself.",
    ],
    mend: ["`pulumi up --stack prod --refresh` writes the files as they are described, and reloads."],
  },
  cases: {
    fires: [{ when: "the last reload failed", series: [flat("prometheus_config_last_reload_successful", 0)] }],
    silent: [
      { when: "the last reload succeeded", series: [flat("prometheus_config_last_reload_successful", 1)] },
      {
        when: "a deployment put it right after three minutes",
        series: [steps("prometheus_config_last_reload_successful", { 0: 1, 10: 0, 13: 1 })],
      },
    ],
  },
});

const group = { rule_group: "/etc/prometheus/rules/storage.yml;storage" };

export const prometheusRuleFailures = rule("PrometheusRuleFailures", {
  job: "prometheus",
  expr: "increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
  for: "5m",
  severity: "critical",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} cannot evaluate rules of {{ $labels.rule_group }}",
  description:
    "For 5 minutes rules of {{ $labels.rule_group }} have failed to be evaluated, {{ $value | humanize }} times in the last five.",
  impact: "A rule that cannot be evaluated does not fire: what it would tell of goes unnoticed.",
  runbook: {
    means:
      "The expression was well-formed, or it would not have been loaded; it failed on the data. Typical is a label that was the same once and is there twice now (`many-to-many matching`), so that two sides do not match one to one any more. A single failure, as at a restart, is not told.",
    look: [
      "`http://10.0.0.84:9090/rules`: the rule in red, with its error.",
      "`docker logs prometheus 2>&1 | grep -i 'evaluating rule failed' | tail` on that server.",
      "Run the expression at `http://10.0.0.84:9090/query`, one side at a time: which series are there twice?",
    ],
    mend: [
      "Twice the same series: two targets with the same labels, or an exporter that runs twice. Take one away.",
      "Otherwise mend the rule in `alerts/rules`, with a case that has such data, and deploy.",
    ],
  },
  cases: {
    fires: [
      {
        when: "a rule fails at every evaluation",
        series: [rising("prometheus_rule_evaluation_failures_total", 1 / 15, group)],
        labels: group,
      },
    ],
    silent: [
      { when: "none fails", series: [flat("prometheus_rule_evaluation_failures_total", 7, group)] },
      {
        when: "one failed once",
        series: [steps("prometheus_rule_evaluation_failures_total", { 0: 0, 30: 1 }, group)],
      },
    ],
  },
});

const groupTakes = (seconds: number) => [
  flat("prometheus_rule_group_last_duration_seconds", seconds, group),
  flat("prometheus_rule_group_interval_seconds", 15, group),
];

export const prometheusRuleGroupSlow = rule("PrometheusRuleGroupSlow", {
  job: "prometheus",
  expr: "prometheus_rule_group_last_duration_seconds > prometheus_rule_group_interval_seconds",
  for: "5m",
  severity: "warning",
  category: "monitoring",
  summary:
    "Prometheus on {{ $labels.server }} needs {{ $value | humanizeDuration }} for the rules of {{ $labels.rule_group }}",
  description: "Evaluating {{ $labels.rule_group }} has taken longer than its own interval for 5 minutes.",
  impact: "Evaluations are left out, and alerts of this group come late.",
  runbook: {
    means:
      "Prometheus evaluates each group of rules every 15 s, one rule after the other. When the last evaluation took longer than that, the next one was skipped.",
    look: [
      "`http://10.0.0.84:9090/rules` shows the time that each rule takes.",
      "Does the server have too little processor or memory right now? HighCPUUsage and HighMemoryUsage of the same server.",
      "`topk(10, count by (__name__) ({__name__=~'.+'}))` at `http://10.0.0.84:9090/query`: did a metric grow out of all proportion?",
    ],
    mend: [
      "Take away what made so many series: a label with ever new values, most likely.",
      "A rule over a long range that is slow by itself: shorten the range.",
    ],
  },
  cases: {
    fires: [{ when: "16 s, every 15 s", series: groupTakes(16), labels: group }],
    silent: [
      { when: "14 s, every 15 s", series: groupTakes(14) },
      {
        when: "it was slow for four minutes, after a start",
        series: [
          steps("prometheus_rule_group_last_duration_seconds", { 0: 20, 4: 1 }, group),
          flat("prometheus_rule_group_interval_seconds", 15, group),
        ],
      },
    ],
  },
});

const first = { alertmanager: "http://10.0.0.80:9093/api/v2/alerts" };
const second = { alertmanager: "http://10.0.0.81:9093/api/v2/alerts" };
/** A Prometheus that sends to two Alertmanagers, each of which takes everything or nothing. */
const sending = (takes: { first: boolean; second: boolean }, discovered = 2) => [
  rising("prometheus_notifications_errors_total", takes.first ? 0 : 1, first),
  rising("prometheus_notifications_sent_total", takes.first ? 1 : 0, first),
  rising("prometheus_notifications_errors_total", takes.second ? 0 : 1, second),
  rising("prometheus_notifications_sent_total", takes.second ? 1 : 0, second),
  flat("prometheus_notifications_alertmanagers_discovered", discovered),
];

const lookAtSending = [
  "`docker logs prometheus 2>&1 | grep -i 'error sending alerts' | tail` on that server (server-81: watcher-prometheus): `401` is a wrong password, `context deadline exceeded` an Alertmanager that is too slow.",
  "`docker logs --tail 50 alertmanager` on the other side.",
];
const mendSending = [
  "A wrong password, or an address that has changed: `pulumi up --stack prod --refresh` writes both sides anew.",
  "The network: `curl --max-time 5 http://10.0.0.84:9093/-/healthy` (and 10.0.0.81) from the server that cannot send; a firewall in between?",
];

export const prometheusNotificationsFailing = rule("PrometheusNotificationsFailing", {
  job: "prometheus",
  expr: `increase(prometheus_notifications_errors_total[5m]) > 0\n${unlessDown("alertmanager")}`,
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} fails to hand alerts to {{ $labels.alertmanager }}",
  description:
    "For 10 minutes alerts could not be handed to {{ $labels.alertmanager }}, {{ $value | humanize }} of them in the last five, although it answers when it is scraped.",
  impact: "This Alertmanager does not know of these alerts. If there is another, people hear through that one.",
  runbook: {
    means:
      "Prometheus repeats every firing alert to every Alertmanager each minute, and the Watchdog is always among them: something is sent all the time, and a lasting failure shows. While an Alertmanager is down, AlertmanagerDown speaks instead.",
    look: lookAtSending,
    mend: mendSending,
  },
  cases: {
    fires: [
      { when: "one of two takes nothing", series: sending({ first: false, second: true }), labels: first },
      {
        when: "one of two takes nothing, although it is up",
        series: [...sending({ first: true, second: false }), flat("up", 1, { job: "alertmanager" })],
        labels: second,
      },
    ],
    silent: [
      { when: "both take everything", series: sending({ first: true, second: true }) },
      {
        when: "one of two is down",
        series: [...sending({ first: false, second: true }), flat("up", 0, { job: "alertmanager" })],
      },
      {
        when: "one did not answer for five minutes",
        series: [
          { metric: "prometheus_notifications_errors_total", labels: first, values: "0x40 0+1x16 16x400" },
          rising("prometheus_notifications_sent_total", 1, first),
        ],
      },
    ],
  },
});

export const prometheusCannotNotify = rule("PrometheusCannotNotify", {
  job: "prometheus",
  expr: [
    "sum without (alertmanager) (increase(prometheus_notifications_errors_total[5m])) > 0",
    "unless sum without (alertmanager) (increase(prometheus_notifications_sent_total[5m])) > 0",
    "or prometheus_notifications_alertmanagers_discovered == 0",
  ].join("\n"),
  for: "5m",
  severity: "critical",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} reaches no Alertmanager",
  description: "For 5 minutes not a single alert of {{ $labels.server }} was taken by any Alertmanager.",
  impact: "What this Prometheus finds wrong reaches nobody.",
  supersedes: [{ rule: "PrometheusNotificationsFailing" }, { rule: "PrometheusAlertmanagerMissing" }],
  runbook: {
    means:
      "Errors and no success, or no Alertmanager in the configuration. Prometheus cannot tell of this itself; that you read it means that the other Prometheus noticed, which sees the same counters.",
    look: [
      "`curl -u monitoring http://10.0.0.84:9090/api/v1/alertmanagers`: which does it know? None: it runs with another configuration.",
      ...lookAtSending,
    ],
    mend: mendSending,
  },
  cases: {
    fires: [
      { when: "none of two takes anything", series: sending({ first: false, second: false }) },
      {
        when: "the only one takes nothing",
        series: sending({ first: false, second: true }, 1).filter(
          ({ labels }) => labels.alertmanager !== second.alertmanager,
        ),
      },
      { when: "it knows none", series: [flat("prometheus_notifications_alertmanagers_discovered", 0)] },
    ],
    silent: [
      { when: "one of two takes nothing", series: sending({ first: false, second: true }) },
      { when: "there was nothing to send", series: [flat("prometheus_notifications_errors_total", 3, first)] },
    ],
  },
});

export const prometheusAlertmanagerMissing = rule("PrometheusAlertmanagerMissing", {
  job: "prometheus",
  only: hasSeveralAlertmanagers,
  expr: ({ inventory }) => `prometheus_notifications_alertmanagers_discovered < ${alertmanagersOf(inventory).length}`,
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} knows only {{ $value }} of the Alertmanagers",
  description: "For 10 minutes it has sent its alerts to fewer Alertmanagers than the inventory names.",
  impact: "People still hear, through the other one. When that one goes down as well, they do not.",
  runbook: {
    means:
      "Both Alertmanagers stand in Prometheus' configuration, whether they live or not. Fewer means that it runs with another configuration than the one that was rendered.",
    look: [
      "`curl -u monitoring http://10.0.0.84:9090/api/v1/alertmanagers` (the watcher: 10.0.0.81) lists those that it knows.",
      "`pulumi preview --stack prod --refresh --diff`: was a file changed by hand?",
    ],
    mend: ["`pulumi up --stack prod --refresh`."],
  },
  cases: {
    fires: [{ when: "one of two", series: [flat("prometheus_notifications_alertmanagers_discovered", 1)] }],
    silent: [{ when: "both", series: [flat("prometheus_notifications_alertmanagers_discovered", 2)] }],
  },
});

const queue = (length: number) => [
  flat("prometheus_notifications_queue_length", length, first),
  flat("prometheus_notifications_queue_capacity", 10_000),
];

export const prometheusNotificationQueueFull = rule("PrometheusNotificationQueueFull", {
  job: "prometheus",
  expr: above(
    "notificationQueuePercent",
    "100 * prometheus_notifications_queue_length / ignoring (alertmanager) group_left () prometheus_notifications_queue_capacity",
  ),
  for: "5m",
  severity: "warning",
  category: "monitoring",
  summary:
    "{{ $value | humanize }} % of the queue from Prometheus on {{ $labels.server }} to {{ $labels.alertmanager }} is full",
  description: "Alerts for {{ $labels.alertmanager }} have filled more than $threshold % of their queue for 5 minutes.",
  impact: "Alerts arrive late. When the queue is full, the oldest are dropped.",
  runbook: {
    means:
      "Prometheus keeps up to 10 000 alerts for each Alertmanager while they are being sent. Normally there are none: a queue that fills is an Alertmanager that takes alerts more slowly than they arise.",
    look: [
      "`http://10.0.0.84:9090/alerts`: do thousands fire at once? Then one rule has far too many series.",
      "`docker stats --no-stream alertmanager` on the other side: at its limit of processor or memory?",
    ],
    mend: [
      "A rule that fires for every series of something: give it an aggregation, or take it out, and deploy.",
      "`docker restart alertmanager`, when it hangs.",
    ],
  },
  cases: {
    fires: [{ when: "51 % full", series: queue(5100), labels: first }],
    silent: [{ when: "49 % full", series: queue(4900) }],
  },
});

const storageFailures = {
  prometheus_tsdb_compactions_failed_total: "compaction",
  prometheus_tsdb_reloads_failures_total: "loading of blocks",
};

export const prometheusStorageFailing = rule("PrometheusStorageFailing", {
  job: "prometheus",
  expr: grown(storageFailures, "step", "5m"),
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} has trouble with its storage: {{ $labels.step }} fails",
  description: "For 10 minutes the {{ $labels.step }} of its storage has failed again and again.",
  impact:
    "New samples are still taken. But memory and disk grow, old data is not deleted, and a restart takes longer and longer.",
  runbook: {
    means:
      "Every two hours Prometheus writes what it has in memory into a block on disk (compaction), and every minute it looks for blocks that came or went. It tries again within a minute after a failure; ten minutes of that do not pass by themselves.",
    look: [
      "`docker logs prometheus 2>&1 | grep -iE 'compact|reload' | tail` on that server: no space left, no permission, or a block that is damaged, by its name.",
      "`df -h`, and `docker exec prometheus ls -l /prometheus`.",
    ],
    mend: [
      "No space: as for CriticalDiskUsage.",
      "A damaged block: stop Prometheus, move the folder with that name out of its volume, start it again. The time that this block covers is lost.",
    ],
  },
  cases: {
    fires: [
      {
        when: "compactions fail every minute",
        series: [rising("prometheus_tsdb_compactions_failed_total", 1 / 60)],
        labels: { step: "compaction" },
      },
      {
        when: "blocks cannot be loaded",
        series: [
          flat("prometheus_tsdb_compactions_failed_total", 0),
          rising("prometheus_tsdb_reloads_failures_total", 1 / 60),
        ],
        labels: { step: "loading of blocks" },
      },
    ],
    silent: [
      {
        when: "nothing has failed lately",
        series: [
          flat("prometheus_tsdb_compactions_failed_total", 2),
          flat("prometheus_tsdb_reloads_failures_total", 2),
        ],
      },
      {
        when: "one compaction failed, the next did not",
        series: [steps("prometheus_tsdb_compactions_failed_total", { 0: 0, 30: 1 })],
      },
    ],
  },
});

export const prometheusWalCorrupted = rule("PrometheusWalCorrupted", {
  job: "prometheus",
  expr: [
    "increase(prometheus_tsdb_wal_corruptions_total[1h]) > 0",
    // What is found at a start is counted before the first scrape, and shows no increase.
    'or prometheus_tsdb_wal_corruptions_total > 0 and time() - process_start_time_seconds{job="prometheus"} < 3600',
  ].join("\n"),
  for: "0s",
  severity: "warning",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} found its write-ahead log damaged",
  description: "Within the last hour {{ $labels.server }} found its write-ahead log damaged, and cut it off there.",
  impact: "Samples of up to the last two or three hours are missing. What is measured now is stored as always.",
  runbook: {
    means:
      "What is not yet in a block on disk is in the write-ahead log. When a part of it cannot be read at a start, Prometheus repairs it by leaving out everything behind. That happens after a power failure, on a full disk, or on a disk that is dying.",
    look: [
      "`docker logs prometheus 2>&1 | grep -iE 'wal read error|corrupt' | tail` on that server.",
      "`journalctl --dmesg --since -1d | grep -iE 'i/o error|ext4|xfs'`, and `smartctl -a /dev/sda`: is it the disk?",
    ],
    mend: [
      "Nothing, after a power failure: it has repaired itself, and the message ends after an hour.",
      "Errors of the disk in the kernel's log: exchange it before it takes more.",
    ],
  },
  cases: {
    fires: [
      {
        when: "found while it runs",
        series: [
          steps("prometheus_tsdb_wal_corruptions_total", { 0: 0, 30: 1 }),
          flat("process_start_time_seconds", -7200),
        ],
        from: 30,
      },
      {
        when: "found at its start",
        series: [flat("prometheus_tsdb_wal_corruptions_total", 1), flat("process_start_time_seconds", 0)],
      },
    ],
    silent: [
      {
        when: "it has just started, and found nothing",
        series: [flat("prometheus_tsdb_wal_corruptions_total", 0), flat("process_start_time_seconds", 0)],
      },
      {
        when: "it was found at a start two hours ago",
        series: [flat("prometheus_tsdb_wal_corruptions_total", 1), flat("process_start_time_seconds", -7200)],
      },
    ],
  },
});

const rejections = {
  prometheus_target_scrapes_sample_duplicate_timestamp_total: "the same time twice, with different values",
  prometheus_target_scrapes_sample_out_of_order_total: "older than what is there already",
  prometheus_target_scrapes_sample_out_of_bounds_total: "too far in the past or the future",
  prometheus_target_scrapes_exceeded_sample_limit_total: "more samples than are allowed",
  prometheus_target_scrapes_exceeded_body_size_limit_total: "a page larger than is allowed",
};

export const prometheusScrapesRejected = rule("PrometheusScrapesRejected", {
  job: "prometheus",
  expr: grown(rejections, "reason", "10m"),
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} refuses samples: {{ $labels.reason }}",
  description:
    "For 10 minutes it has refused some of what it scraped, {{ $value | humanize }} times in the last ten: {{ $labels.reason }}.",
  impact: "Some series have gaps or stand still, and rules about them are not reliable.",
  runbook: {
    means:
      "Two samples of one series at the same time are two sources with the same labels: an exporter that exposes a series twice, or one target that is scraped by two jobs. Samples of the past or the future come from an exporter that writes its own times, on a server whose clock is wrong.",
    look: [
      "`docker logs prometheus 2>&1 | grep -iE 'ingesting|append|sample_limit|body size' | tail` on that server names the job and the target.",
      "`curl http://10.0.0.NN:PORT/metrics | grep -v '^#' | sed 's/ [^ ]*$//' | sort | uniq -d` on that target: series that are there twice.",
      "ClockSkew and ClockNotSynchronised of the target's server.",
    ],
    mend: [
      "Take the second source away, or give it labels of its own.",
      "Put the clock right: as for [ClockSkew](ClockSkew.md).",
    ],
  },
  cases: {
    fires: [
      {
        when: "a series is there twice at every scrape",
        series: [rising("prometheus_target_scrapes_sample_duplicate_timestamp_total", 1 / 15)],
        labels: { reason: "the same time twice, with different values" },
      },
      {
        when: "an exporter's clock is wrong",
        series: [
          flat("prometheus_target_scrapes_sample_duplicate_timestamp_total", 0),
          rising("prometheus_target_scrapes_sample_out_of_bounds_total", 1 / 15),
        ],
        labels: { reason: "too far in the past or the future" },
      },
    ],
    silent: [
      { when: "none is refused", series: Object.keys(rejections).map((counter) => flat(counter, 5)) },
      {
        when: "some were, at a restart",
        series: [steps("prometheus_target_scrapes_sample_out_of_order_total", { 0: 0, 30: 50 })],
      },
    ],
  },
});

const appended = (perSecond: number) => [
  rising("prometheus_tsdb_head_samples_appended_total", perSecond, { type: "float" }),
  flat("prometheus_tsdb_head_samples_appended_total", 0, { type: "histogram" }),
];

export const prometheusNotIngesting = rule("PrometheusNotIngesting", {
  job: "prometheus",
  expr: "sum without (type) (rate(prometheus_tsdb_head_samples_appended_total[5m])) == 0",
  for: "5m",
  severity: "critical",
  category: "monitoring",
  summary: "Prometheus on {{ $labels.server }} answers, but stores nothing",
  description: "For 5 minutes the Prometheus of {{ $labels.server }} has not stored a single sample.",
  impact: "None of its rules sees anything new: what breaks now is noticed by nobody.",
  runbook: {
    means:
      "It scrapes a hundred series and more of itself alone, so zero means that storing fails, mostly for want of disk space. Like [PrometheusDown](PrometheusDown.md) this is found by the other Prometheus: the one that stores nothing does not know.",
    look: [
      "`df -h` on that server, and `docker logs --tail 50 prometheus` (server-81: watcher-prometheus): `no space left on device`?",
      "`http://10.0.0.84:9090/targets`: are there any, and are they up?",
    ],
    mend: [
      "No space: as for CriticalDiskUsage; then `docker restart prometheus`.",
      "No targets: it runs with another configuration, `pulumi up --stack prod --refresh`.",
    ],
  },
  cases: {
    fires: [{ when: "nothing is stored", series: appended(0) }],
    silent: [
      { when: "samples are stored, and no histograms", series: appended(0.1) },
      {
        when: "nothing was stored for eight minutes",
        series: [
          { metric: "prometheus_tsdb_head_samples_appended_total", labels: {}, values: "0+9x40 360x32 360+9x400" },
        ],
      },
    ],
  },
});

export const alertmanagerConfigReloadFailed = rule("AlertmanagerConfigReloadFailed", {
  job: "alertmanager",
  expr: "alertmanager_config_last_reload_successful == 0",
  for: "5m",
  severity: "warning",
  category: "monitoring",
  summary: "Alertmanager on {{ $labels.server }} did not take its configuration over",
  description: "The last reload of the Alertmanager of {{ $labels.server }} failed, 5 minutes ago or more.",
  impact: "Alerts go to whom they went before. After a restart it would not start at all.",
  runbook: {
    means:
      "Alertmanager keeps what it has when a new file is wrong. A deployment checks the files before and takes them back when the reload fails, so this is mostly a file that somebody changed by hand.",
    look: [
      "`docker exec alertmanager amtool check-config /etc/alertmanager/alertmanager.yml` on that server (server-81: watcher-alertmanager) names what is wrong.",
      "`docker logs alertmanager 2>&1 | grep -i 'loading configuration' | tail`.",
    ],
    mend: ["`pulumi up --stack prod --refresh` writes the files as they are described, and reloads."],
  },
  cases: {
    fires: [{ when: "the last reload failed", series: [flat("alertmanager_config_last_reload_successful", 0)] }],
    silent: [
      { when: "the last reload succeeded", series: [flat("alertmanager_config_last_reload_successful", 1)] },
      {
        when: "a deployment put it right after three minutes",
        series: [steps("alertmanager_config_last_reload_successful", { 0: 1, 10: 0, 13: 1 })],
      },
    ],
  },
});

const email = { integration: "email" };
/** Messages by email, of which so many in a hundred fail, one after all its repeats. */
const mails = (failing: number) => [
  rising("alertmanager_notifications_total", 1, email),
  rising("alertmanager_notifications_failed_total", failing / 100, { ...email, reason: "authError" }),
  flat("alertmanager_notifications_failed_total", 0, { ...email, reason: "serverError" }),
];

export const alertmanagerNotificationsFailing = rule("AlertmanagerNotificationsFailing", {
  job: "alertmanager",
  expr: above(
    "failedNotificationsPercent",
    '100 * sum without (reason) (rate(alertmanager_notifications_failed_total{reason!="contextCanceled"}[15m])) / (rate(alertmanager_notifications_total[15m]) > 0)',
  ),
  for: "5m",
  severity: "critical",
  category: "monitoring",
  summary:
    "{{ $value | humanize }} % of the messages of Alertmanager on {{ $labels.server }} by {{ $labels.integration }} fail",
  description:
    "Of the messages by {{ $labels.integration }} of the last 15 minutes more than $threshold % were given up, after all repeats.",
  impact: "People do not hear what they should by {{ $labels.integration }}. Other ways still work, as you see.",
  runbook: {
    means:
      "Alertmanager repeats a message that is not taken, with growing pauses, until the group's next turn; only then it counts as failed. There are few messages, so even one can be a large share; one that a reload cut short is begun anew, and not counted. It is critical because critical alerts leave by several ways: one of them has brought you this.",
    look: [
      "`docker logs alertmanager 2>&1 | grep -i notify | tail` on that server (server-81: watcher-alertmanager): the answer of the other side.",
      "email: `openssl s_client -starttls smtp -connect HOST:587` to the mail server of `stacks/prod.ts`; an expired app password answers `535`.",
      "slack, webhook: `curl -sv -X POST` the address from that server; `401`/`403`/`404` is a revoked key or a channel or function that was deleted.",
    ],
    mend: [
      "A new password or key: `pulumi config set --secret NAME` with `smtpPassword`, `slackUrl` or `appwriteKey`, and deploy.",
      "The other side is down: what was given up is not sent again by itself; look at `http://10.0.0.84:9093` for what fires.",
    ],
  },
  cases: {
    fires: [
      { when: "6 % fail", series: mails(6), labels: email },
      {
        when: "the only message in an hour fails",
        series: [
          steps("alertmanager_notifications_total", { 0: 0, 40: 1 }, email),
          steps("alertmanager_notifications_failed_total", { 0: 0, 40: 1 }, { ...email, reason: "clientError" }),
        ],
        labels: email,
        from: 40,
      },
    ],
    silent: [
      { when: "4 % fail", series: mails(4) },
      {
        when: "one was under way when the configuration was reloaded",
        series: [
          steps("alertmanager_notifications_total", { 0: 0, 40: 1 }, email),
          steps("alertmanager_notifications_failed_total", { 0: 0, 40: 1 }, { ...email, reason: "contextCanceled" }),
        ],
      },
      {
        when: "there was nothing to send",
        series: [
          flat("alertmanager_notifications_total", 3, email),
          flat("alertmanager_notifications_failed_total", 1, { ...email, reason: "other" }),
        ],
      },
    ],
  },
});

export const alertmanagerClusterMemberMissing = rule("AlertmanagerClusterMemberMissing", {
  job: "alertmanager",
  only: hasSeveralAlertmanagers,
  expr: ({ inventory }) =>
    `alertmanager_cluster_members < ${alertmanagersOf(inventory).length}\n${unlessDown("alertmanager")}`,
  for: "5m",
  severity: "warning",
  category: "monitoring",
  summary: "Alertmanager on {{ $labels.server }} has lost sight of the other one",
  description:
    "For 5 minutes the Alertmanager of {{ $labels.server }} has seen a cluster of {{ $value }}, although all of them answer Prometheus.",
  impact: "Each tells by itself: people hear everything twice, and a silence made in one does not hold in the other.",
  runbook: {
    means:
      "The Alertmanagers agree by gossip who tells, on port 9094, TCP and UDP. Both live and do not see each other: that is the network between them, mostly a firewall that lets one of the two protocols through. While one is down, AlertmanagerDown speaks instead.",
    look: [
      "`http://10.0.0.84:9093/#/status` and `http://10.0.0.81:9093/#/status` list the members that each sees.",
      "From server-84: `nc -zv 10.0.0.81 9094` and `nc -zvu 10.0.0.81 9094`; and the other way round.",
      "`docker logs alertmanager 2>&1 | grep -iE 'cluster|memberlist' | tail` on both.",
    ],
    mend: [
      "Let 9094/tcp and 9094/udp through between server-84 and server-81.",
      "Make silences in both until it is mended.",
    ],
  },
  cases: {
    fires: [
      { when: "it is alone", series: [flat("alertmanager_cluster_members", 1), ...up(1)] },
      {
        when: "it is alone, and nobody knows whether the other is up",
        series: [flat("alertmanager_cluster_members", 1)],
      },
    ],
    silent: [
      { when: "both are there", series: [flat("alertmanager_cluster_members", 2)] },
      {
        when: "the other one is down",
        series: [flat("alertmanager_cluster_members", 1), flat("up", 0, onServer("server-81"))],
      },
    ],
  },
});

const hashOf = (placement: { server: { name: string } } | undefined) =>
  `alertmanager_config_hash{server="${placement?.server.name}"}`;
const watcherHash = flat("alertmanager_config_hash", 5, onServer("server-81"));

export const alertmanagerConfigurationsDiffer = rule("AlertmanagerConfigurationsDiffer", {
  job: "alertmanager",
  only: hasSeveralAlertmanagers,
  expr: ({ inventory }) => {
    const [main, watcher] = alertmanagersOf(inventory);
    return `${hashOf(main)} != on (environment) group_left () ${hashOf(watcher)}`;
  },
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "Alertmanager on {{ $labels.server }} and the watcher's have different configurations",
  description: "For 10 minutes the two Alertmanagers have run with different configurations.",
  impact: "Who hears of an alert depends on which of the two tells it.",
  runbook: {
    means:
      "Both get the same file, and each reports a checksum of the one that it runs with. A deployment writes one after the other, which takes less than these ten minutes.",
    look: [
      "AlertmanagerConfigReloadFailed: did one of them refuse the new file?",
      "`docker exec alertmanager md5sum /etc/alertmanager/alertmanager.yml` on server-84, and in watcher-alertmanager on server-81: the same file, but an old one in use, or different files?",
    ],
    mend: ["`pulumi up --stack prod --refresh` writes both files anew, and reloads."],
  },
  cases: {
    fires: [{ when: "they differ", series: [flat("alertmanager_config_hash", 7), watcherHash] }],
    silent: [
      { when: "they are the same", series: [flat("alertmanager_config_hash", 5), watcherHash] },
      { when: "one of them is away", series: [flat("alertmanager_config_hash", 7)] },
      {
        when: "a deployment took nine minutes",
        series: [steps("alertmanager_config_hash", { 0: 5, 30: 7, 39: 5 }), watcherHash],
      },
    ],
  },
});

const push = { route: "loki_api_v1_push" };
const sumOfLoki = (series: string) => `sum by (server, instance, environment, job, route) (rate(${series}[5m]))`;
const pushes = (failing: number) => [
  rising("loki_request_duration_seconds_count", 100 - failing, { ...push, method: "POST", status_code: "204" }),
  rising("loki_request_duration_seconds_count", failing, { ...push, method: "POST", status_code: "500" }),
];

export const lokiRequestErrors = rule("LokiRequestErrors", {
  job: "loki",
  expr: above(
    "lokiErrorPercent",
    [
      `100 * ${sumOfLoki('loki_request_duration_seconds_count{status_code=~"5..", route!="ready"}')}`,
      `/ ${sumOfLoki("loki_request_duration_seconds_count")}`,
    ].join(" "),
  ),
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "Loki on {{ $labels.server }} answers {{ $value | humanize }} % of {{ $labels.route }} with an error",
  description: "More than $threshold % of the requests to {{ $labels.route }} have ended in an error for 10 minutes.",
  impact: "`push`: lines do not arrive, and wait on the servers. `query`: logs cannot be read, or not all of them.",
  runbook: {
    means:
      "Answers from 500 on are Loki's own fault, by route. That it is not ready yet after a start is told with 503 to whoever asks, and is left out.",
    look: [
      "`docker logs --tail 50 loki` on server-84: `no space`, `too many outstanding requests`, `context canceled`?",
      "`curl http://10.0.0.84:3100/ready` and `curl http://10.0.0.84:3100/services`: which part does not run?",
      "`df -h` there: from 90 % on, it refuses lines.",
    ],
    mend: [
      "No space: as for CriticalDiskUsage; Loki takes lines again by itself.",
      "A part of it does not run: `docker restart loki`.",
    ],
  },
  cases: {
    fires: [{ when: "11 % of what is pushed fails", series: pushes(11), labels: push }],
    silent: [
      { when: "9 % of what is pushed fails", series: pushes(9) },
      {
        when: "it is asked whether it is ready, and is not",
        series: [rising("loki_request_duration_seconds_count", 1, { route: "ready", status_code: "503" })],
      },
      {
        when: "requests are wrong",
        series: [
          rising("loki_request_duration_seconds_count", 1, { route: "loki_api_v1_query_range", status_code: "400" }),
        ],
      },
    ],
  },
});

const query = { route: "loki_api_v1_query_range" };
/** Requests, of which so many in a hundred take 2.5 to 5 s and the others 5 to 10 s. */
const requests = (within5s: number, labels = query) =>
  Object.entries({ "2.5": 0, "5": within5s, "10": 100, "+Inf": 100 }).map(([le, perSecond]) =>
    rising("loki_request_duration_seconds_bucket", perSecond, { ...labels, le }),
  );

export const lokiRequestsSlow = rule("LokiRequestsSlow", {
  job: "loki",
  expr: above(
    "lokiLatencySeconds",
    'histogram_quantile(0.95, sum by (server, instance, environment, job, route, le) (rate(loki_request_duration_seconds_bucket{route=~"loki_api_v1_.+", route!="loki_api_v1_tail"}[5m])))',
  ),
  for: "15m",
  severity: "warning",
  category: "monitoring",
  summary: "Loki on {{ $labels.server }} takes {{ $value | humanizeDuration }} for {{ $labels.route }}",
  description: "One in twenty requests to {{ $labels.route }} has taken longer than $threshold s for 15 minutes.",
  impact: "Logs come up slowly in Grafana, or not at all before its timeout.",
  runbook: {
    means:
      "The 95th percentile of the time that a request takes, by route. Following logs live (`tail`) and the connections between Loki's own parts last as long as somebody follows, and are left out.",
    look: [
      "Who asks for what? Dashboards that look at days of logs of all servers every few seconds are the usual reason.",
      "`docker stats --no-stream loki`, HighIOWait and HighCPUUsage of server-84.",
    ],
    mend: [
      'Narrow the query: a shorter time, `{server="…", container="…"}`, before any text search.',
      "Make the dashboard refresh less often.",
    ],
  },
  cases: {
    fires: [{ when: "94 % take less than 5 s", series: requests(94), labels: query }],
    silent: [
      { when: "96 % take less than 5 s", series: requests(96) },
      { when: "somebody follows logs live", series: requests(0, { route: "loki_api_v1_tail" }) },
      { when: "nobody asks", series: requests(94).map(({ metric, labels }) => flat(metric, 10, labels)) },
    ],
  },
});

/** 1200 lines a minute, up to the given one. */
const linesUntil = (minute: number, metric: string, labels = {}) => ({
  metric,
  labels,
  values: `0+300x${minute * 4} ${minute * 1200}x400`,
});
const received = "loki_distributor_lines_received_total";
const tenant = { tenant: "fake", format: "loki" };

export const lokiReceivesNothing = rule("LokiReceivesNothing", {
  job: "loki",
  expr: above(
    "usualLogLinesPerDay",
    [
      `sum by (server, instance, environment, job) (increase(${received}[1d]))`,
      `unless sum by (server, instance, environment, job) (increase(${received}[30m])) > 0`,
    ].join(" "),
  ),
  for: "15m",
  severity: "warning",
  category: "monitoring",
  summary: "Loki on {{ $labels.server }} gets no lines any more, after {{ $value | humanize }} within a day",
  description:
    "No line of any server has arrived for 30 minutes, and that for 15 minutes; in the day before there were more than $threshold.",
  impact: "The logs of the whole fleet end here. What happens now cannot be looked up later.",
  runbook: {
    means:
      "A fleet that usually logs does not fall silent everywhere at once. How much is usual is taken from the day before, so that a small stack, which may say nothing for hours, stays silent here too.",
    look: [
      "PromtailDown, PromtailCannotSend: do they fire as well? Then start there.",
      "`curl http://10.0.0.84:3100/ready`; `docker logs --tail 50 loki` on server-84.",
      "`docker logs --tail 50 promtail` on any other server: what does it say of sending?",
    ],
    mend: ["`docker restart promtail` on one server: do its lines arrive again?", "`docker restart loki`, if not."],
  },
  cases: {
    fires: [{ when: "lines stop after twenty minutes", series: [linesUntil(20, received, tenant)], from: 49.5 }],
    silent: [
      { when: "a stack that says little falls silent", series: [linesUntil(8, received, tenant)] },
      { when: "lines arrive", series: [rising(received, 20, tenant)] },
    ],
  },
});

export const lokiWriteFailing = rule("LokiWriteFailing", {
  job: "loki",
  expr: [
    'label_replace(loki_ingester_wal_disk_usage_percent >= 0.9, "reason", "its disk is 90 % full", "", "")',
    grown(
      {
        loki_ingester_chunks_flush_failures_total: "chunks cannot be written",
        'prometheus_tsdb_wal_writes_failed_total{job="loki"}': "the write-ahead log cannot be written",
      },
      "reason",
      "5m",
    ),
  ].join("\nor\n"),
  for: "5m",
  severity: "critical",
  category: "monitoring",
  summary: "Loki on {{ $labels.server }} cannot keep what it gets: {{ $labels.reason }}",
  description: "For 5 minutes Loki has not been able to write to its disk: {{ $labels.reason }}.",
  impact: "New lines are refused, or lost at the next restart. The logs of the whole fleet are concerned.",
  runbook: {
    means:
      "A line is safe once it stands in the write-ahead log, and in a chunk later. Loki refuses every line while its disk is 90 % full (its own limit), and tries again and again when a chunk cannot be written. A single failure is not told.",
    look: [
      "`df -h` and `df -i` on server-84; `docker system df -v | grep loki` for the size of its volume.",
      "`docker logs loki 2>&1 | grep -iE 'flush|wal|space|permission' | tail`.",
    ],
    mend: [
      "Make room: `docker image prune`, old backups; then a shorter `retention` of Loki in `stacks/prod.ts`.",
      "Permissions: the volume belongs to user 10001, whatever somebody changed by hand.",
    ],
  },
  cases: {
    fires: [
      {
        when: "the disk is 91 % full",
        series: [flat("loki_ingester_wal_disk_usage_percent", 0.91)],
        labels: { reason: "its disk is 90 % full" },
      },
      {
        when: "no chunk can be written",
        series: [
          flat("loki_ingester_wal_disk_usage_percent", 0.5),
          rising("loki_ingester_chunks_flush_failures_total", 1),
        ],
        labels: { reason: "chunks cannot be written" },
      },
      {
        when: "the write-ahead log cannot be written",
        series: [rising("prometheus_tsdb_wal_writes_failed_total", 1)],
        labels: { reason: "the write-ahead log cannot be written" },
      },
    ],
    silent: [
      {
        when: "the disk is 89 % full, and nothing fails any more",
        series: [
          flat("loki_ingester_wal_disk_usage_percent", 0.89),
          flat("loki_ingester_chunks_flush_failures_total", 3),
        ],
      },
      {
        when: "one chunk had to be written twice",
        series: [steps("loki_ingester_chunks_flush_failures_total", { 0: 0, 30: 1 })],
      },
      {
        when: "it is the write-ahead log of Prometheus",
        series: [rising("prometheus_tsdb_wal_writes_failed_total", 1, { job: "prometheus" })],
      },
    ],
  },
});

const compacted = "loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds";
const retained = "loki_compactor_apply_retention_last_successful_run_timestamp_seconds";
/** How long ago it last ran; where it never has, since the start. */
const agoOf = (timestamp: string, run: string) =>
  `label_replace(time() - (${timestamp} != 0 or process_start_time_seconds{job="loki"}), "run", "${run}", "", "")`;
/** A timestamp of just now, all the time. */
const now = (metric: string) => rising(metric, 1, {}, 1);

export const lokiRetentionStalled = rule("LokiRetentionStalled", {
  job: "loki",
  expr: above("lokiRetentionAgeSeconds", [agoOf(compacted, "compaction"), agoOf(retained, "retention")].join("\nor\n")),
  for: "15m",
  severity: "warning",
  category: "monitoring",
  summary: "The {{ $labels.run }} of Loki on {{ $labels.server }} last ran {{ $value | humanizeDuration }} ago",
  description: "The {{ $labels.run }} of Loki has not succeeded for more than $threshold s.",
  impact: "Old logs are not deleted and the index is not tidied up: the disk fills, and queries get slower.",
  runbook: {
    means:
      "Loki's compactor merges the index every 10 minutes and deletes what is older than the retention every 15. Both start 10 minutes after Loki itself. An hour is several runs that failed, or one that hangs.",
    look: [
      "`docker logs loki 2>&1 | grep -iE 'compact|retention' | tail` on server-84.",
      "`curl -s http://10.0.0.84:3100/metrics | grep -E 'loki_compactor_apply_retention_operation_total|compact_tables_operation_total'`: how many failed?",
      "`df -h` there: it needs some room to work in.",
    ],
    mend: ["`docker restart loki`; it tries again after 10 minutes.", "No space: as for CriticalDiskUsage."],
  },
  cases: {
    fires: [
      {
        when: "retention ran once, and then no more",
        series: [now(compacted), flat(retained, 60), flat("process_start_time_seconds", 0)],
        labels: { run: "retention" },
        from: 61,
      },
      {
        when: "compaction has never run since the start",
        series: [flat(compacted, 0), now(retained), flat("process_start_time_seconds", 60)],
        labels: { run: "compaction" },
        from: 61,
      },
    ],
    silent: [
      {
        when: "retention runs every 59 minutes",
        series: [
          now(compacted),
          steps(retained, { 0: 1, 59: 3540, 118: 7080 }),
          flat("process_start_time_seconds", -86_400),
        ],
      },
      {
        when: "it has just started, and runs after ten minutes",
        series: [
          steps(compacted, { 0: 0, 10: 600, 60: 3600, 110: 6600 }),
          steps(retained, { 0: 0, 10: 600, 60: 3600, 110: 6600 }),
          flat("process_start_time_seconds", 0),
        ],
      },
    ],
  },
});

const lokiHost = { host: "10.0.0.80:3100", tenant: "" };

export const promtailCannotSend = rule("PromtailCannotSend", {
  job: "promtail",
  expr: `sum without (host, tenant) (increase(promtail_batch_retries_total[5m])) > 0\n${unlessDown("loki")}`,
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "Promtail on {{ $labels.server }} cannot get rid of its lines",
  description:
    "For 10 minutes Promtail has had to repeat what it sends, {{ $value | humanize }} times in the last five, although Loki answers Prometheus.",
  impact:
    "The logs of {{ $labels.server }} stand still. Nothing is lost as long as Docker keeps the lines; those of removed containers are.",
  runbook: {
    means:
      "Promtail repeats a batch that Loki did not take, at least once a minute, and reads nothing more until it is taken: it never gives one up. While Loki is down, LokiDown speaks for all of them instead.",
    look: [
      "`docker logs promtail 2>&1 | grep -i 'error sending batch' | tail` on that server: `429` is Loki's rate limit, `500` its own trouble, no status the network.",
      "`curl --max-time 5 http://10.0.0.84:3100/ready` from that server.",
      "`curl -s http://10.0.0.84:3100/metrics | grep loki_discarded_samples_total`: what Loki refuses, by reason.",
    ],
    mend: [
      "The network: let the server reach 10.0.0.84:3100.",
      "`429`: which container logs that much? Stop it from doing so, or raise `ingestion_rate_mb` in Loki's `limits_config`.",
      "Loki's trouble: LokiRequestErrors, LokiWriteFailing.",
    ],
  },
  cases: {
    fires: [
      {
        when: "a batch is repeated once a minute",
        series: [rising("promtail_batch_retries_total", 1 / 60, lokiHost), flat("up", 1, { job: "loki" })],
      },
    ],
    silent: [
      { when: "nothing is repeated", series: [flat("promtail_batch_retries_total", 4, lokiHost)] },
      {
        when: "Loki is down",
        series: [rising("promtail_batch_retries_total", 1 / 60, lokiHost), flat("up", 0, { job: "loki" })],
      },
      {
        when: "one batch was repeated",
        series: [steps("promtail_batch_retries_total", { 0: 0, 30: 3 }, lokiHost)],
      },
    ],
  },
});

const dropped = { ...lokiHost, reason: "ingester_error" };

export const promtailDropsLines = rule("PromtailDropsLines", {
  job: "promtail",
  expr: "sum without (host, tenant) (increase(promtail_dropped_entries_total[15m])) > 0",
  for: "0s",
  severity: "warning",
  category: "monitoring",
  summary: "Promtail on {{ $labels.server }} lost {{ $value | humanize }} lines ({{ $labels.reason }})",
  description: "Lines of {{ $labels.server }} were given up within the last 15 minutes: {{ $labels.reason }}.",
  impact: "These lines are not in Loki, and will not be.",
  runbook: {
    means:
      "Promtail gives up a batch when Loki says that it is wrong (`ingester_error`: too old, too far behind, a bad label), and lines that it cannot take itself (`line_too_long`, `stream_limited`). Loki may have taken the good lines of such a batch all the same.",
    look: [
      "`docker logs promtail 2>&1 | grep -iE 'final error|drop' | tail` on that server has Loki's reason, word by word.",
      "`curl -s http://10.0.0.84:3100/metrics | grep loki_discarded_samples_total`: the same, counted by reason.",
    ],
    mend: [
      "Too old, after a long pause: nothing; it ends by itself. Otherwise look at the clock of the server (ClockSkew).",
      "Lines that are too long: the program that writes them should not put files into its log.",
    ],
  },
  cases: {
    fires: [
      {
        when: "ten lines were given up",
        series: [steps("promtail_dropped_entries_total", { 0: 0, 30: 10 }, dropped)],
        labels: { reason: "ingester_error" },
        from: 30,
      },
    ],
    silent: [{ when: "lines were given up long ago", series: [flat("promtail_dropped_entries_total", 3, dropped)] }],
  },
});

const sent = "promtail_sent_entries_total";
/** Other servers' lines arrive in Loki. */
const othersArrive = rising(received, 1, { ...tenant, job: "loki" });

export const promtailSilent = rule("PromtailSilent", {
  job: "promtail",
  expr: above(
    "usualLogLinesPerDay",
    [
      `sum without (host) (increase(${sent}[1d]))`,
      `unless sum without (host) (increase(${sent}[1h])) > 0`,
      `and on (environment) sum by (environment) (increase(${received}[1h])) > 0`,
    ].join(" "),
  ),
  for: "15m",
  severity: "warning",
  category: "monitoring",
  summary: "{{ $labels.server }} sends no log lines any more, after {{ $value | humanize }} within a day",
  description:
    "The Promtail of {{ $labels.server }} has sent nothing for an hour and 15 minutes, and more than $threshold lines in the day before; other servers go on.",
  impact: "The logs of {{ $labels.server }} end here. What happens there now cannot be looked up later.",
  runbook: {
    means:
      "Promtail looks healthy when it reads nothing, as after an update of Docker, or when it does not find the containers any more. How much is usual is taken from the day before; a server that says little stays silent here. When no server's lines arrive, LokiReceivesNothing speaks instead.",
    look: [
      "`docker ps` on that server: do the containers that log still run? `docker logs --since 1h NAME | wc -l` for one of them.",
      "`curl -s http://10.0.0.NN:9080/targets` lists what Promtail reads; `docker logs --tail 50 promtail` has its errors.",
    ],
    mend: [
      "`docker restart promtail`: it looks for the containers anew, and goes on where it stopped.",
      "It is quiet on purpose (a service was moved away): the alert ends within a day, or raise `usualLogLinesPerDay` of the server in `stacks/prod.ts`.",
    ],
  },
  cases: {
    fires: [
      {
        when: "lines stop after twenty minutes",
        series: [linesUntil(20, sent, { host: lokiHost.host }), othersArrive],
        from: 79.5,
      },
    ],
    silent: [
      {
        when: "a server that says little falls silent",
        series: [linesUntil(8, sent, { host: lokiHost.host }), othersArrive],
      },
      { when: "lines are sent", series: [rising(sent, 20, { host: lokiHost.host }), othersArrive] },
      {
        when: "nobody's lines arrive",
        series: [linesUntil(20, sent, { host: lokiHost.host }), linesUntil(20, received, { ...tenant, job: "loki" })],
      },
    ],
  },
});

const api = { handler: "/api/search", method: "GET", slo_group: "high-slow" };
const pages = (failing: number, source = "server") => [
  rising("grafana_http_request_duration_seconds_count", 100 - failing, {
    ...api,
    status_code: "200",
    status_source: "server",
  }),
  rising("grafana_http_request_duration_seconds_count", failing, {
    ...api,
    status_code: "500",
    status_source: source,
  }),
];
const sumOfGrafana = (series: string) => `sum by (server, instance, environment, job) (rate(${series}[5m]))`;

export const grafanaRequestErrors = rule("GrafanaRequestErrors", {
  job: "grafana",
  expr: above(
    "grafanaErrorPercent",
    [
      `100 * ${sumOfGrafana('grafana_http_request_duration_seconds_count{status_code=~"5..", status_source!="downstream"}')}`,
      `/ ${sumOfGrafana("grafana_http_request_duration_seconds_count")}`,
    ].join(" "),
  ),
  for: "10m",
  severity: "warning",
  category: "monitoring",
  summary: "Grafana on {{ $labels.server }} answers {{ $value | humanize }} % of all requests with an error",
  description: "More than $threshold % of the requests to Grafana have ended in an error of its own for 10 minutes.",
  impact: "People see errors in place of dashboards.",
  runbook: {
    means:
      "Answers from 500 on, in a hundred of all. Errors that come from a data source behind it (`status_source` downstream) are left out: Prometheus and Loki have rules of their own.",
    look: [
      "`docker logs grafana 2>&1 | grep -i 'level=error' | tail` on server-81: `database is locked`, `no space left`?",
      "`curl http://10.0.0.81:3002/api/health`; `df -h` there.",
    ],
    mend: ["No space: as for CriticalDiskUsage.", "`docker restart grafana`.", putBack],
  },
  cases: {
    fires: [{ when: "11 % fail", series: pages(11) }],
    silent: [
      { when: "9 % fail", series: pages(9) },
      { when: "11 % fail because of a data source", series: pages(11, "downstream") },
      { when: "nobody asks", series: pages(11).map(({ metric, labels }) => flat(metric, 10, labels)) },
    ],
  },
});
