import type { Channels, TeamName } from "../stacks/channels";
import { type Inventory, InventoryError } from "../stacks/inventory";

/** Who is told, and by which ways; others rely on these names. */
export const receiverNames = [
  "critical-team",
  "warning-team",
  "security-team",
  "dba-team",
  "mlops-team",
  "alert-store",
  "heartbeat",
] as const;
export type ReceiverName = (typeof receiverNames)[number];

/** A way out for alerts; `appwrite` stores an alert and, by its severity, tells people by push and SMS. */
export type ChannelName = keyof Channels;

/** What each receiver does, as far as the stack has the channels. */
const channelsOf: Record<ReceiverName, ChannelName[]> = {
  "critical-team": ["appwrite", "email", "slack"],
  "warning-team": ["email", "appwrite"],
  "security-team": ["appwrite", "email"],
  "dba-team": ["appwrite", "email"],
  "mlops-team": ["appwrite", "email"],
  "alert-store": ["appwrite"],
  heartbeat: ["appwrite"],
};

/** A receiver of one stack. */
export interface Receiver {
  name: ReceiverName;
  channels: ChannelName[];
  /** Mail addresses; empty when it is not told by mail. */
  addresses: string[];
}

/**
 * The receivers of a stack, with the channels that it has. A stack without any channel works: its receivers are silent.
 * @throws {InventoryError} when the stack has a channel, and a receiver that is left with nothing to do
 */
export function receiversOf(inventory: Inventory): Receiver[] {
  const { channels } = inventory;
  const receivers = receiverNames.map((name) => {
    const addresses = channels.email?.to[name as TeamName] ?? [];
    const has = { email: addresses.length > 0, slack: !!channels.slack, appwrite: !!channels.appwrite };
    return { name, addresses, channels: channelsOf[name].filter((channel) => has[channel]) };
  });
  const isSilent = !hasChannel(inventory);
  const idle = receivers.filter((receiver) => receiver.channels.length === 0);
  if (isSilent || idle.length === 0) return receivers;
  throw new InventoryError(
    `stacks/${inventory.stack}.ts`,
    idle.map(({ name }) => `channels: the receiver ${name} has nothing to do; it can be told by ${waysTo(name)}`),
  );
}

/** Whether alerts leave the stack at all. */
export function hasChannel(inventory: Inventory): boolean {
  return channelsIn(inventory).length > 0;
}

/** The channels that a stack has. */
export function channelsIn({ channels }: Inventory): ChannelName[] {
  return (Object.keys(channels) as ChannelName[]).filter((name) => channels[name] !== undefined);
}

function waysTo(name: ReceiverName): string {
  const entries = { email: `channels.email.to["${name}"]`, slack: "channels.slack", appwrite: "channels.appwrite" };
  return channelsOf[name].map((channel) => entries[channel]).join(" or ");
}
