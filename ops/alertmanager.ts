import { credentialUsers } from "../components/credentials/credentials";
import { alertmanagersOf } from "../stacks/inventory";
import { ask, reasonOf } from "./ask";
import { CommandError } from "./command";
import type { DeployedStack } from "./deployed-stack";

/** An alert as Prometheus would hand it over. */
export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: Date;
  /** When it is over, if nobody says otherwise before. */
  endsAt: Date;
}

/** What an Alertmanager knows of an alert. */
export interface AlertState {
  /** Why nobody is told: it is silenced, or held back by another alert. */
  suppressedBy: "silence" | "another alert" | undefined;
}

/** Messages by way out: integration, as `email` → how many were sent, and how many attempts failed. */
export type Deliveries = Map<string, { sent: number; failed: number }>;

/** One running Alertmanager, asked over its API as a person with its password. */
export class AlertmanagerClient {
  constructor(
    /** The server that it runs on. */
    readonly server: string,
    private readonly url: string,
    private readonly password: string,
  ) {}

  async post(alert: Alert): Promise<void> {
    await this.ask("/api/v2/alerts", { method: "POST", body: JSON.stringify([alert]) });
  }

  /** The alert with these labels, while it fires. */
  async find(labels: Record<string, string>): Promise<AlertState | undefined> {
    const filters = Object.entries(labels).map(([name, value]) => `filter=${encodeURIComponent(`${name}="${value}"`)}`);
    const found = (await (await this.ask(`/api/v2/alerts?${filters.join("&")}`)).json()) as {
      status: { silencedBy: string[]; inhibitedBy: string[] };
    }[];
    const [alert] = found;
    if (!alert) return undefined;
    const { silencedBy, inhibitedBy } = alert.status;
    const suppressedBy = silencedBy.length > 0 ? "silence" : inhibitedBy.length > 0 ? "another alert" : undefined;
    return { suppressedBy };
  }

  /** How many messages it has sent since it was started, and how often it could not. */
  async deliveries(): Promise<Deliveries> {
    const page = await (await this.ask("/metrics")).text();
    const deliveries: Deliveries = new Map();
    const add = (integration: string, sent: number, failed: number) => {
      const entry = deliveries.get(integration) ?? { sent: 0, failed: 0 };
      deliveries.set(integration, { sent: entry.sent + sent, failed: entry.failed + failed });
    };
    // Attempts, among them those that failed and are repeated.
    const attempts = /^alertmanager_notification_requests(_failed)?_total\{.*?integration="(\w+)".*?\} (\S+)$/gm;
    for (const [, isFailed, integration = "", value] of page.matchAll(attempts)) {
      if (isFailed) add(integration, -Number(value), Number(value));
      else add(integration, Number(value), 0);
    }
    return deliveries;
  }

  private ask(path: string, options: RequestInit = {}): Promise<Response> {
    const login = { user: credentialUsers.alertmanager, password: this.password };
    const json = { ...options, headers: { "content-type": "application/json" } };
    return ask(`${this.url}${path}`, login, json).catch((error: Error) => {
      throw new CommandError(`Alertmanager on ${this.server} (${this.url}): ${reasonOf(error)}`);
    });
  }
}

/** The Alertmanagers of a deployed stack. */
export function clientsOf({ inventory, outputs }: DeployedStack): AlertmanagerClient[] {
  const { alertmanager: password = "" } = outputs.passwords;
  return alertmanagersOf(inventory).map(({ server, port }) => {
    return new AlertmanagerClient(server.name, `http://${server.address}:${port}`, password);
  });
}

/** Hands an alert to all of them, as Prometheus does; one that is away does not keep it from the other. */
export async function post(alertmanagers: AlertmanagerClient[], alert: Alert): Promise<void> {
  const results = await Promise.allSettled(alertmanagers.map((one) => one.post(alert)));
  if (results.some(({ status }) => status === "fulfilled")) return;
  throw results.find((result) => result.status === "rejected")?.reason;
}
