import type { ReceiverName } from "./receivers";
import type { Category, Duration, Severity } from "./rule";

/** How often people hear of a group of alerts. @see https://prometheus.io/docs/alerting/latest/configuration/#route */
interface Waits {
  /** How long a new group waits for more of the same before its first message. */
  group_wait: Duration;
  /** How long a group waits before it tells of something new in it. */
  group_interval: Duration;
  /** After which time people hear again of what is still wrong. */
  repeat_interval: Duration;
}

/** One step of Alertmanager's routing tree. */
export interface Route extends Waits {
  receiver: ReceiverName;
  matchers?: string[];
  /** Whether the routes after this one are tried as well. */
  continue?: true;
}

/** The tree's root: how alerts are grouped, and where goes what no other route wants. */
interface RootRoute extends Route {
  group_by: string[];
  routes: Route[];
}

/** The name of the alert that always fires. */
export const heartbeatAlert = "Watchdog";

const heartbeat: Route = {
  receiver: "heartbeat",
  group_wait: "0s",
  // A repeat is sent at the first interval after its time has come: a short one, so that it is sent on time.
  group_interval: "15s",
  repeat_interval: "5m",
};

/** Alerts that wake people. */
const urgent: Partial<Record<Severity, Route>> = {
  emergency: { receiver: "critical-team", group_wait: "0s", group_interval: "30s", repeat_interval: "30m" },
  critical: { receiver: "critical-team", group_wait: "10s", group_interval: "1m", repeat_interval: "1h" },
};

/** Teams that hear everything of their own category, whatever its severity. */
const teams: Partial<Record<Category, Route>> = {
  security: { receiver: "security-team", group_wait: "20s", group_interval: "5m", repeat_interval: "2h" },
  database: { receiver: "dba-team", group_wait: "1m", group_interval: "5m", repeat_interval: "3h" },
  mlops: { receiver: "mlops-team", group_wait: "1m", group_interval: "5m", repeat_interval: "3h" },
};

const warnings: Route = {
  receiver: "warning-team",
  group_wait: "5m",
  group_interval: "5m",
  repeat_interval: "12h",
};

/** What is only for the record. */
const record: Route = { receiver: "alert-store", group_wait: "30s", group_interval: "5m", repeat_interval: "12h" };

/**
 * Who is told of which alert.
 *
 * Grouped by alert and server: what happens to one server is one message, and an emergency never waits in the group of
 * another. What is urgent goes to critical-team, and then on to the team of its category, if it has one; what is not
 * goes to that team only. The rest is for everybody (warning) or only for the record (info).
 */
export const routing: RootRoute = {
  ...record,
  group_by: ["alertname", "server"],
  routes: [
    { matchers: [`alertname="${heartbeatAlert}"`], ...heartbeat },
    ...Object.entries(urgent).map(([severity, route]) => ({
      matchers: [`severity="${severity}"`],
      ...route,
      continue: true as const,
    })),
    ...Object.entries(teams).map(([category, route]) => ({ matchers: [`category="${category}"`], ...route })),
    { matchers: ['severity="warning"'], ...warnings },
  ],
};

/** The routes that an alert takes, by the same tables that the tree is made of. */
export function routesOf(alert: { name: string; severity: Severity; category: Category }): Route[] {
  if (alert.name === heartbeatAlert) return [heartbeat];
  const routes = [urgent[alert.severity], teams[alert.category]].filter((route) => route !== undefined);
  if (routes.length > 0) return routes;
  return [alert.severity === "warning" ? warnings : record];
}
