import os from "node:os";
import path from "node:path";
import type { InventoryDefinition } from "./inventory";

/** What tells two stacks on one machine apart. */
export interface OneMachineStack {
  stack: string;
  /** Before the names of its containers, volumes and network. */
  prefix?: string;
  /** Added to every usual port. */
  portOffset?: number;
  /** The Docker network of its containers. */
  subnet?: string;
}

/** All services on this machine's Docker engine, on 127.0.0.1 only; for trying things out. */
export function onThisMachine(options: OneMachineStack): InventoryDefinition<"server-local"> {
  const { stack, prefix = "", portOffset = 0, subnet } = options;
  const on = (port: number) => ({ server: "server-local" as const, port: port + portOffset });
  return {
    stack,
    environment: "local",
    servers: {
      "server-local": {
        title: "This machine",
        address: "127.0.0.1",
        directory: path.join(os.homedir(), ".local", "share", `${prefix}monitoring`),
        prefix,
        ...(subnet ? { subnet } : {}),
        exporters: {
          "node-exporter": { port: 9100 + portOffset },
          cadvisor: { port: 8080 + portOffset },
          "security-metrics": { port: 9101 + portOffset },
        },
        promtail: { port: 9080 + portOffset },
      },
    },
    services: {
      prometheus: { ...on(9090), retention: "7d" },
      alertmanager: on(9093),
      loki: { ...on(3100), retention: "7d" },
      grafana: on(3002),
    },
  };
}
