import { alertmanagersOf, type Inventory, prometheusesOf, type Server, serverOf } from "../../stacks/inventory";

/** A service whose data is saved: one container, one volume, one archive. */
export interface ServicePart {
  /** As `watcher-prometheus`; what its archive is called. */
  name: string;
  service: "prometheus" | "alertmanager" | "loki" | "grafana";
  server: Server;
  /** What container and volume are called on the server. */
  container: string;
  /** Where people and these commands find it, as `http://10.0.0.84:9090`. */
  url: string;
  /** Days that it keeps metrics or log lines; nothing for what goes by other times. */
  retention?: string;
}

/** The services of a stack that keep something which the repository does not have. */
export function servicePartsOf(inventory: Inventory): ServicePart[] {
  const { services } = inventory;
  const once = (["loki", "grafana"] as const).map((service) => {
    const { port } = services[service];
    return { service, server: serverOf(inventory, service), container: service, port };
  });
  const placed = [
    ...prometheusesOf(inventory).map((one) => ({ service: "prometheus" as const, ...one })),
    ...alertmanagersOf(inventory).map((one) => ({ service: "alertmanager" as const, ...one })),
    ...once,
  ];
  return placed.map(({ service, server, container, port }) => ({
    name: container,
    service,
    server,
    container: `${server.prefix}${container}`,
    url: `http://${server.address}:${port}`,
    ...(service === "loki" ? { retention: services.loki.retention } : {}),
    ...(container === "prometheus" ? { retention: services.prometheus.retention } : {}),
    // The watcher's: what it saw today (components/prometheus/prometheus.ts).
    ...(container === "watcher-prometheus" ? { retention: "1d" } : {}),
  }));
}
