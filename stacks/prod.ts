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
      exporters: { "node-exporter": { port: 9100 }, "security-metrics": { port: 9101 } },
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
      exporters: { "node-exporter": { port: 9100 }, cadvisor: { port: 8080 }, "security-metrics": { port: 9101 } },
    },
  },
  services: {
    prometheus: { server: "server-84", port: 9090, retention: "7d" },
    alertmanager: { server: "server-84", port: 9093 },
    loki: { server: "server-84", port: 3100, retention: "7d" },
    grafana: { server: "server-81", port: 3002 },
  },
});
