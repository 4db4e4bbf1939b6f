import { defineInventory, type Inventory } from "../../stacks/inventory";

/** Where what is outside of the fleet answers: Appwrite and Slack. */
export const outsideAddress = "10.0.0.1";

/**
 * The fleet that the feed plays: two servers with everything that a server can have. PostgreSQL and Redis are on the
 * first, each followed by a replica on the second.
 */

export const feedInventory: Inventory = defineInventory({
  stack: "feed",
  environment: "trial",
  servers: {
    "server-80": {
      title: "Applications",
      address: "10.0.0.80",
      exporters: {
        "node-exporter": { port: 9100 },
        cadvisor: { port: 8080 },
        "security-metrics": { port: 9101 },
        postgres: { port: 9187, database: "shop" },
        redis: { port: 9121 },
        celery: { port: 9808, broker: { port: 6380 } },
        gpu: { port: 9400 },
        blackbox: { port: 9115 },
      },
      scraped: { ray: { port: 9091 } },
      containers: ["shop"],
    },
    "server-81": {
      title: "Replicas",
      address: "10.0.0.81",
      exporters: {
        "node-exporter": { port: 9100 },
        postgres: { port: 9187, database: "shop" },
        redis: { port: 9121 },
      },
    },
  },
  services: {
    prometheus: { server: "server-80", port: 9090 },
    alertmanager: { server: "server-80", port: 9093 },
    loki: { server: "server-80", port: 3100 },
    grafana: { server: "server-81", port: 3000 },
  },
  watcher: { server: "server-81" },
  channels: {
    slack: {},
    appwrite: { endpoint: `http://${outsideAddress}/v1`, project: "trial" },
  },
});
