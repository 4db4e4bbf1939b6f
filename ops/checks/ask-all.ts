import { type Host, openHost } from "../../components/server/host";
import { connectionTo } from "../../components/server/monitored-server";
import type { DeployedStack } from "../deployed-stack";
import type { Report } from "../progress";
import { checkAlertDelivery } from "./alert-delivery";
import { checkAlertmanager } from "./alertmanager";
import { checkAppwrite } from "./appwrite";
import type { Check, Finding, VerifiedStack } from "./check";
import { checkDisks } from "./disks";
import { checkGrafana } from "./grafana";
import { checkLoki } from "./loki";
import { checkMail } from "./mail";
import { checkTargets } from "./prometheus";
import { checkReach } from "./reach";
import { checkRetention } from "./retention";
import { checkRules } from "./rules";
import { lookAt } from "./server-look";
import { checkServers } from "./servers";
import { checkSlack } from "./slack";

/** What each is at, for people who wait → the check; in the order in which findings are shown. */
const checks: Record<string, Check> = {
  "the servers": checkServers,
  "the servers' ways to each other": checkReach,
  disks: checkDisks,
  targets: checkTargets,
  rules: checkRules,
  "Prometheus' way to Alertmanager": checkAlertDelivery,
  Alertmanager: checkAlertmanager,
  "the mail server": checkMail,
  Slack: checkSlack,
  Appwrite: checkAppwrite,
  logs: checkLoki,
  Grafana: checkGrafana,
  retention: checkRetention,
};

/**
 * Asks everything at once, and says what is still waited for.
 * @param isQuick leaves out what takes long: the alert that is followed to Appwrite
 */
export async function askAll(
  deployed: DeployedStack,
  isQuick: boolean,
  report: Report,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const { inventory, identity } = deployed;
  const hosts = new Map<string, Host>();
  for (const server of inventory.servers) hosts.set(server.name, openHost(connectionTo(server, inventory), identity));
  const looks: VerifiedStack["looks"] = new Map();
  for (const server of inventory.servers) {
    const host = hosts.get(server.name);
    if (host) looks.set(server.name, lookAt(host, inventory, server));
  }
  const stack: VerifiedStack = { ...deployed, hosts, looks, isQuick, signal };
  const waiting = new Set(Object.keys(checks));
  const asking = Object.entries(checks).map(async ([what, check]) => {
    const found = await check(stack, report);
    waiting.delete(what);
    if (waiting.size > 0) report(`waiting for ${[...waiting].slice(0, 3).join(", ")}${waiting.size > 3 ? " …" : ""}`);
    return found;
  });
  try {
    return (await Promise.all(asking)).flat();
  } finally {
    for (const host of hosts.values()) host.close();
  }
}
