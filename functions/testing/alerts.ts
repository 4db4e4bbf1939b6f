/** An alert as Alertmanager's webhook has it. */
export interface WebhookAlert {
  status: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  fingerprint: string;
}

/** Alertmanager's "not over yet". */
const never = "0001-01-01T00:00:00Z";

export interface AlertState {
  fingerprint?: string;
  /** ISO 8601. */
  startsAt?: string;
  /** Resolved at that time; without it, it fires. */
  endsAt?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export function webhookAlert(state: AlertState = {}): WebhookAlert {
  const {
    fingerprint = "a1b2c3d4e5f60718",
    startsAt = "2026-11-24T12:00:00.123Z",
    endsAt,
    labels,
    annotations,
  } = state;
  return {
    status: endsAt ? "resolved" : "firing",
    labels: {
      alertname: "ServerDown",
      category: "infrastructure",
      environment: "production",
      instance: "server-82",
      server: "server-82",
      severity: "emergency",
      ...labels,
    },
    annotations: {
      summary: "server-82 does not answer",
      description: "server-82 has not answered for a minute.",
      impact: "Everything on it is away.",
      runbook_url: "https://docs.example.org/runbooks/ServerDown",
      ...annotations,
    },
    startsAt,
    endsAt: endsAt ?? never,
    generatorURL: "http://10.0.0.84:9090/graph?g0.expr=up",
    fingerprint,
  };
}

/** The webhook's body. */
export function webhookBody(alerts: unknown[], common: Record<string, unknown> = {}): string {
  return JSON.stringify({
    receiver: "critical-team",
    status: "firing",
    alerts,
    groupLabels: {},
    commonLabels: {},
    externalURL: "http://10.0.0.84:9093",
    ...common,
  });
}
