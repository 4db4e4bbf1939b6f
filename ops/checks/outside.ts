import type { Duplex } from "node:stream";
import { type AlertmanagerPlacement, alertmanagersOf } from "../../stacks/inventory";
import { reasonOf } from "../ask";
import { type Finding, unknown, type VerifiedStack, within, wrong } from "./check";
import { connectFrom, type Destination, NoWayError } from "./way-out";

/** How long a service outside of the fleet may take to answer, in seconds. */
const answerSeconds = 20;

/** What is asked of a service outside of the fleet, by way of a server. */
export interface Question {
  /** As `mail`. */
  channel: string;
  to: Destination;
  ask: (connection: Duplex, server: string, what: string) => Promise<Finding>;
  /** What to do when it cannot be reached, or refuses. */
  mend: string;
}

/**
 * Asks a service by which alerts leave, from each server that runs an Alertmanager: that is where messages start, and
 * the operator's machine may have other ways out.
 */
export function askFromAlertmanagers(stack: VerifiedStack, question: Question): Promise<Finding[]> {
  return Promise.all(alertmanagersOf(stack.inventory).map((one) => askFrom(one, stack, question)));
}

async function askFrom(
  { server, container }: AlertmanagerPlacement,
  { inventory, identity, looks }: VerifiedStack,
  { channel, to, ask, mend }: Question,
): Promise<Finding> {
  const what = `${container}: ${channel}`;
  if ((await looks.get(server.name))?.sshError) {
    return unknown(server.name, what, "not asked: there is no SSH to the server that has to reach it");
  }
  const connection = connectFrom(server, to, inventory, identity);
  // Whoever reads from it is told as well; unheard, it would end this process.
  const failed = new Promise<never>((_, reject) => connection.on("error", reject));
  try {
    return await within(answerSeconds, () => Promise.race([ask(connection, server.name, what), failed]));
  } catch (error) {
    if (error instanceof NoWayError) return unknown(server.name, what, error.message);
    return wrong(server.name, what, `${to.host}:${to.port}: ${reasonOf(error as Error)}. ${mend}`);
  } finally {
    failed.catch(() => {});
    connection.destroy();
  }
}
