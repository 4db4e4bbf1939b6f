import type { DeliveryContext } from "../shared/alert-row";

/** What Alertmanager sends: some alerts, and what they have in common. */
export interface Delivery extends DeliveryContext {
  receiver: string;
  /** Not looked at yet: each may be anything. */
  alerts: unknown[];
}

/** A body that is no delivery at all, and the HTTP status that says so. */
export class BadDelivery extends Error {
  constructor(
    readonly status: 400 | 413,
    message: string,
    /** What was sent, as far as it could be read. */
    readonly alerts: unknown[] = [],
  ) {
    super(message);
  }
}

/** A thousand alerts with all their texts are below 3 MB; Appwrite itself takes 10 MB. */
export const mostBytes = 8 * 1024 * 1024;
/** As many as are stored and told of within a minute. */
export const mostAlerts = 5_000;

/**
 * Reads the webhook's body. It may be text in JSON in JSON, as it arrives by Appwrite's executions, and it may still be
 * within the call that was meant for those (`{"body": "…"}`).
 * @throws {BadDelivery}
 */
export function readDelivery(body: string): Delivery {
  const bytes = Buffer.byteLength(body);
  if (bytes > mostBytes) {
    throw new BadDelivery(413, `the body has ${bytes} bytes; at most ${mostBytes} are taken.`);
  }
  if (body.trim() === "" || body.trim() === '""') {
    throw new BadDelivery(
      400,
      'the body is empty. Appwrite passes on only what stands in the field "body" of the execution call, as text.',
    );
  }
  const delivery = unwrapped(body);
  if (!Array.isArray(delivery?.alerts)) throw new BadDelivery(400, 'the body has no array "alerts".');
  if (delivery.alerts.length > mostAlerts) {
    const message = `the body has ${delivery.alerts.length} alerts; at most ${mostAlerts} are taken (max_alerts in Alertmanager).`;
    throw new BadDelivery(413, message, delivery.alerts);
  }
  const { receiver, status, groupKey, externalURL, alerts } = delivery;
  return { receiver: typeof receiver === "string" ? receiver : "unknown", status, groupKey, externalURL, alerts };
}

function unwrapped(body: string): Record<string, unknown> | undefined {
  let value: unknown = body;
  for (let depth = 0; depth < 4; depth++) {
    if (typeof value === "string") value = parsed(value);
    else if (hasBody(value)) value = value.body;
    else break;
  }
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadDelivery(400, `the body is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function hasBody(value: unknown): value is { body: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    !("alerts" in value) &&
    "body" in value &&
    typeof value.body === "string"
  );
}
