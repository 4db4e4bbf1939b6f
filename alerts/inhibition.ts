import { heartbeatAlert } from "./routing";
import type { AlertRule } from "./rule";

/** What is not told while something worse says the same. */
export interface Inhibition {
  name: string;
  source_matchers: string[];
  target_matchers: string[];
  /** Labels that have to be the same on both. */
  equal: string[];
}

/** Alerts that say that a whole server is away. */
const serverIsAway = ["ServerDown", "ServerUnreachable"];

/**
 * Alertmanager's inhibition rules: the pairs that rules declare by `supersedes`, and a server that is away, which holds
 * back everything else of that server.
 * @see https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
 */
export function inhibitions(rules: AlertRule[]): Inhibition[] {
  const pairs = rules.flatMap(({ name, supersedes = [] }) =>
    supersedes.map(({ rule, equal = [], where = {} }) => ({
      name: `${name} supersedes ${rule}`,
      source_matchers: [matcher("alertname", name)],
      target_matchers: [
        matcher("alertname", rule),
        ...Object.entries(where).map(([label, pattern]) => `${label}=~"${pattern}"`),
      ],
      equal: ["server", ...equal],
    })),
  );
  // The heartbeat goes on: it tells of Prometheus and Alertmanager, not of the server.
  const exempt = [...serverIsAway, heartbeatAlert].join("|");
  return [
    {
      name: "a server that is away holds back all else of it",
      source_matchers: [`alertname=~"${serverIsAway.join("|")}"`, 'server!=""'],
      target_matchers: [`alertname!~"${exempt}"`],
      equal: ["server"],
    },
    ...pairs,
  ];
}

function matcher(label: string, value: string): string {
  return `${label}="${value}"`;
}
