import { credentialUsers } from "../../components/credentials/credentials";
import { type AlertmanagerPlacement, alertmanagersOf } from "../../stacks/inventory";
import { askJson } from "../ask";
import { type Check, type Finding, finding, good, type VerifiedStack, wrong } from "./check";
import { accessToFirst, query, type Sample } from "./query";

/** Every Alertmanager answers, sees the other where there are two, and has given no message up lately. */
export const checkAlertmanager: Check = async (stack) => {
  const all = alertmanagersOf(stack.inventory);
  const checks = all.flatMap((one) => {
    const { name } = one.server;
    return [
      finding(name, one.container, () => answers(one, all, stack)),
      finding(name, `${one.container}: messages`, () => messagesLeave(one, stack)),
    ];
  });
  return Promise.all(checks);
};

async function answers(
  { server, port, container, gossipPort }: AlertmanagerPlacement,
  all: AlertmanagerPlacement[],
  { outputs }: VerifiedStack,
): Promise<Finding> {
  const login = { user: credentialUsers.alertmanager, password: outputs.passwords.alertmanager ?? "" };
  const { cluster } = (await askJson(`http://${server.address}:${port}/api/v2/status`, login)) as {
    cluster: { status: string; peers?: unknown[] };
  };
  if (all.length === 1) return good(server.name, container, "answers");
  const seen = cluster.peers?.length ?? 0;
  if (seen === all.length) return good(server.name, container, `answers, and sees ${seen} in its cluster`);
  const says = `sees ${seen} of ${all.length} in its cluster: is port ${gossipPort} (TCP and UDP) open between the servers?`;
  return wrong(server.name, container, says);
}

async function messagesLeave({ server, container }: AlertmanagerPlacement, stack: VerifiedStack): Promise<Finding> {
  const selector = `{job="alertmanager", server="${server.name}"}`;
  // What was interrupted by a new configuration is repeated, and is no failure.
  const failed = `{job="alertmanager", server="${server.name}", reason!="contextCanceled"}`;
  const access = accessToFirst(stack);
  const [tried, lost] = await Promise.all([
    query(access, `sum by (integration) (increase(alertmanager_notifications_total${selector}[1h]))`),
    query(access, `sum by (integration) (increase(alertmanager_notifications_failed_total${failed}[1h]))`),
  ]);
  return messagesFinding(server.name, `${server.prefix}${container}`, `${container}: messages`, tried, lost);
}

/**
 * What the messages of an hour come to.
 * @param tried way out, as `email` → messages
 * @param lost of these, how many were given up after all repeats
 */
export function messagesFinding(
  server: string,
  container: string,
  what: string,
  tried: Sample[],
  lost: Sample[],
): Finding {
  const failing = lost.filter(({ value }) => value >= 0.5);
  if (failing.length > 0) {
    const ways = failing.map(({ labels, value }) => `${Math.round(value)} by ${labels.integration}`).join(", ");
    const says = `gave up within an hour: ${ways}. See docker logs ${container}, and the lines about mail, Slack and Appwrite.`;
    return wrong(server, what, says);
  }
  const sent = tried.filter(({ value }) => value >= 0.5);
  if (sent.length === 0) return good(server, what, "none to send within an hour");
  const ways = sent.map(({ labels, value }) => `${Math.round(value)} by ${labels.integration}`).join(", ");
  return good(server, what, `sent within an hour: ${ways}`);
}
