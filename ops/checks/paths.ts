import { ruleContext } from "../../alerts/rule-files";
import { type Inventory, prometheusesOf, type Server } from "../../stacks/inventory";
import { targetOf } from "../../stacks/targets";

/** A port of one server that another has to reach. */
export interface Path {
  from: Server;
  to: Server;
  port: number;
  /** What listens there, as `node-exporter`. */
  what: string;
  /** Containers that want it, as `prometheus`, `promtail`. */
  by: string[];
}

/**
 * Every TCP port that a server's services have to reach on another server: what each Prometheus scrapes and sends alerts
 * to, Loki for each Promtail, Grafana's datasources, and what the blackbox exporter asks. The gossip of the
 * Alertmanagers is not among them: a strange visitor there is an error in their logs, and they say themselves whom they see.
 */
export function pathsOf(inventory: Inventory): Path[] {
  const paths = new Map<string, Path>();
  const add = (by: string, from: Server, to: Server, what: string, port: number) => {
    if (from.name === to.name) return;
    const key = `${from.name} ${to.name} ${port}`;
    const path = paths.get(key) ?? { from, to, port, what, by: [] };
    if (!path.by.includes(by)) path.by.push(by);
    paths.set(key, path);
  };
  for (const { server, container, isWatcher } of prometheusesOf(inventory)) {
    for (const { job, server: to, port, probe } of ruleContext(inventory, isWatcher).targets) {
      if (!probe) add(container, server, to, job, port);
    }
  }
  const loki = targetOf("loki", inventory);
  for (const server of inventory.servers) add("promtail", server, loki.server, loki.job, loki.port);
  const grafana = targetOf("grafana", inventory);
  for (const service of ["prometheus", "loki", "alertmanager"] as const) {
    const { server, job, port } = targetOf(service, inventory);
    add("grafana", grafana.server, server, job, port);
  }
  for (const server of inventory.servers.filter(({ exporters }) => exporters.blackbox)) {
    add("blackbox-exporter", server, grafana.server, grafana.job, grafana.port);
  }
  return [...paths.values()];
}
