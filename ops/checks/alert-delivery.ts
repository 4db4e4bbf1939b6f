import { alertmanagersOf, type Inventory, type Placement, prometheusesOf } from "../../stacks/inventory";
import { addressOf, targetsOf } from "../../stacks/targets";
import { askJson } from "../ask";
import { type Check, type Finding, finding, good, repairOf, type VerifiedStack, wrong } from "./check";
import { accessTo, type PrometheusAccess, query } from "./query";

/** What one Prometheus says of its way to one Alertmanager. */
export interface Delivery {
  /** As `10.0.0.84:9093`. */
  address: string;
  /** Whether it is one of those that this Prometheus sends to. */
  isKnown: boolean;
  /** Alerts that could not be handed over within two minutes; Prometheus repeats each every minute. */
  errors: number;
  /** Alerts handed over since it was started. */
  sent: number;
}

/** Every Prometheus hands its alerts to every Alertmanager. */
export const checkAlertDelivery: Check = async (stack) => {
  const checks = prometheusesOf(stack.inventory).map((one) => {
    const what = `${one.container}: Alertmanagers`;
    return finding(one.server.name, what, async () => {
      return deliveryFinding(one, await deliveries(one, accessTo(one, stack), stack.inventory), stack);
    });
  });
  return Promise.all(checks);
};

async function deliveries({ server }: Placement, access: PrometheusAccess, inventory: Inventory): Promise<Delivery[]> {
  const counted = (metric: string) => `${metric}{job="prometheus", server="${server.name}"}`;
  const [active, errors, sent] = await Promise.all([
    askJson(`${access.url}/api/v1/alertmanagers`, access),
    query(access, `increase(${counted("prometheus_notifications_errors_total")}[2m])`),
    query(access, counted("prometheus_notifications_sent_total")),
  ]);
  const { data } = active as { data: { activeAlertmanagers: { url: string }[] } };
  return targetsOf(inventory)
    .filter(({ job }) => job === "alertmanager")
    .map((target) => {
      const address = addressOf(target);
      const isAt = (url: string | undefined) => url?.includes(`//${address}/`) ?? false;
      const of = (samples: typeof sent) => samples.find(({ labels }) => isAt(labels.alertmanager))?.value ?? 0;
      return {
        address,
        isKnown: data.activeAlertmanagers.some(({ url }) => isAt(url)),
        errors: of(errors),
        sent: of(sent),
      };
    });
}

/** What these figures come to. */
export function deliveryFinding(
  { server, container, isWatcher }: Placement,
  deliveries: Delivery[],
  stack: Pick<VerifiedStack, "inventory">,
): Finding {
  const what = `${container}: Alertmanagers`;
  const problems = deliveries.flatMap(({ address, isKnown, errors, sent }) => {
    if (!isKnown) return [`does not send to ${address}: ${repairOf(stack)}`];
    if (errors > 0) {
      return [`cannot hand alerts to ${address}: see docker logs ${server.prefix}${container}, for "sending alerts"`];
    }
    // One alert, the heartbeat, always fires; the watcher has none of its own.
    if (sent === 0 && !isWatcher)
      return [`has not handed a single alert to ${address} yet: does the rule Watchdog fire?`];
    return [];
  });
  if (problems.length > 0) return wrong(server.name, what, problems.join("; "));
  const count = alertmanagersOf(stack.inventory).length;
  const all = deliveries.reduce((sum, { sent }) => sum + sent, 0);
  return good(server.name, what, `sends to ${count}, without an error (${all} alerts so far)`);
}
