import os from "node:os";
import path from "node:path";
import { defineInventory } from "./inventory";

/** The same services on this machine's Docker engine, for trying things out; everything is on 127.0.0.1. */
export const local = defineInventory({
  stack: "local",
  environment: "local",
  servers: {
    "server-local": {
      title: "This machine",
      address: "127.0.0.1",
      directory: path.join(os.homedir(), ".local", "share", "monitoring"),
      // security-metrics (9101) joins when its image is there.
      exporters: { "node-exporter": { port: 9100 }, cadvisor: { port: 8080 } },
    },
  },
  services: {
    prometheus: { server: "server-local", port: 9090, retention: "7d" },
    alertmanager: { server: "server-local", port: 9093 },
    loki: { server: "server-local", port: 3100, retention: "7d" },
    grafana: { server: "server-local", port: 3002 },
  },
});
