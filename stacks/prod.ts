import { defineInventory } from "./inventory";

/** The fleet of WizardSofts: four servers on 10.0.0.x. */
export const prod = defineInventory({
  stack: "prod",
  environment: "production",
  knownHosts: "stacks/prod.known_hosts",
  servers: {
    "server-80": {
      title: "GIBD",
      address: "10.0.0.80",
      ssh: { user: "monitoring" },
      exporters: { "node-exporter": { port: 9100 }, cadvisor: { port: 8081 }, "security-metrics": { port: 9101 } },
    },
    "server-81": {
      title: "Database",
      address: "10.0.0.81",
      ssh: { user: "monitoring" },
      exporters: {
        "node-exporter": { port: 9100 },
        "security-metrics": { port: 9101 },
        postgres: { port: 9187 },
        redis: { port: 9121 },
      },
    },
    "server-82": {
      title: "HPR",
      address: "10.0.0.82",
      ssh: { user: "monitoring" },
      exporters: { "node-exporter": { port: 9100 }, cadvisor: { port: 8080 } },
    },
    "server-84": {
      title: "HP Prod",
      address: "10.0.0.84",
      ssh: { user: "monitoring" },
      exporters: {
        "node-exporter": { port: 9100 },
        cadvisor: { port: 8080 },
        "security-metrics": { port: 9101 },
        celery: { port: 9808, broker: { port: 6380 } },
        blackbox: { port: 9115 },
      },
      // Ray's own metrics.
      scraped: { ray: { port: 9091 } },
    },
  },
  services: {
    // A month, so that availability is known over 30 days; the oldest goes first, should it ever not fit.
    prometheus: { server: "server-84", port: 9090, retention: "31d", retentionSize: "20GB" },
    alertmanager: { server: "server-84", port: 9093 },
    loki: { server: "server-84", port: 3100, retention: "7d" },
    grafana: { server: "server-81", port: 3002 },
  },
  watcher: { server: "server-81" },
  channels: {
    email: {
      smarthost: "smtp.gmail.com:587",
      from: "devops@wizardsofts.com",
      username: "devops@wizardsofts.com",
      to: {
        "critical-team": ["devops@wizardsofts.com"],
        "warning-team": ["devops@wizardsofts.com"],
        "security-team": ["devops@wizardsofts.com"],
        "dba-team": ["devops@wizardsofts.com"],
        "mlops-team": ["devops@wizardsofts.com"],
      },
    },
    slack: {},
    appwrite: { endpoint: "https://appwrite.wizardsofts.com/v1", project: "wizardsofts-prod" },
  },
});
