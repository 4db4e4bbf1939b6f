import { Client, type Models, Query, TablesDB } from "node-appwrite";
import { routesOf } from "../../alerts/routing";
import { secondsOf } from "../../alerts/rule";
import { type AppwriteConnection, trimmedEndpoint } from "../../components/appwrite/connection";
import { preflight } from "../../components/appwrite/preflight";
import { callerScopes, deploymentScopes } from "../../components/appwrite/schema";
import { type Inventory, serverOf } from "../../stacks/inventory";
import { type Alert, clientsOf, post } from "../alertmanager";
import { type Report, step } from "../progress";
import { type Check, type Finding, finding, good, type VerifiedStack, wrong } from "./check";
import { callOver, destinationOf } from "./http-over";
import { askFromAlertmanagers } from "./outside";

const where = "appwrite";
/** How long an alert may take from Alertmanager to its row, beyond Alertmanager's own wait, in seconds. */
const patienceSeconds = 60;

/** A stored alert, as far as this looks at it. */
interface Row extends Models.Row {
  status: string;
  startsAt: string;
}

/**
 * Appwrite is there, its keys are good for what is done with them, and each Alertmanager's server reaches it; and an alert
 * that nobody is woken by goes the whole way, from Alertmanager through the function into the table.
 */
export const checkAppwrite: Check = async (stack, report) => {
  const { inventory, secrets } = stack;
  const { appwrite } = inventory.channels;
  if (!appwrite) return [];
  const { endpoint, project } = appwrite;
  const reached = askToBeReached(endpoint, stack);
  const access = await finding(where, "access", () => accessFinding(appwrite, stack));
  if (access.state !== "good" || stack.isQuick) return [access, ...(await reached)];
  const connection = { endpoint, project, key: secrets.appwriteDeployKey ?? "" };
  // It has bounds of its own.
  const way = await finding(where, "way of an alert", () => alertArrives(stack, connection, report), 3600);
  return [access, way, ...(await reached)];
};

/** Whether project and keys are good, asked from here. */
async function accessFinding(
  { endpoint, project }: NonNullable<Inventory["channels"]["appwrite"]>,
  { inventory, secrets }: VerifiedStack,
): Promise<Finding> {
  const keys = { appwriteDeployKey: deploymentScopes, appwriteKey: callerScopes };
  const asked = Object.entries(keys).map(([setting, scopes]) => {
    const key = secrets[setting as keyof typeof keys] ?? "";
    return preflight({ endpoint, project, key, stack: inventory.stack, setting, scopes });
  });
  // What is wrong with the server is wrong for both.
  const problems = [...new Set((await Promise.all(asked)).flat())];
  if (problems.length > 0) return wrong(where, "access", problems.join("; "));
  return good(where, "access", "project and keys are good");
}

/** Whether Appwrite answers each Alertmanager's server. */
function askToBeReached(endpoint: string, stack: VerifiedStack): Promise<Finding[]> {
  const url = new URL(`${trimmedEndpoint(endpoint)}/health/version`);
  return askFromAlertmanagers(stack, {
    channel: "Appwrite",
    to: destinationOf(url),
    ask: async (connection, server, what) => {
      const { status } = await callOver(connection, { method: "GET", url });
      if (status === 200) return good(server, what, `${url.host} answers`);
      return wrong(server, what, `${url.host} answers ${status} where Appwrite says its version: is it Appwrite?`);
    },
    mend: "Does the server's firewall let it out, and does it find the name (DNS)?",
  });
}

async function alertArrives(stack: VerifiedStack, connection: AppwriteConnection, report: Report): Promise<Finding> {
  const { inventory, signal } = stack;
  const { name: server } = serverOf(inventory, "prometheus");
  const labels = {
    alertname: "VerifyAlert",
    server,
    instance: server,
    environment: inventory.environment,
    severity: "info",
    category: "monitoring",
  } as const;
  const alertmanagers = clientsOf(stack);
  const [route] = routesOf({ name: labels.alertname, severity: labels.severity, category: labels.category });
  const wait = route ? secondsOf(route.group_wait) : 0;
  // Soon after another run, it is news in a group that is there already.
  const longest = (route ? secondsOf(route.group_interval) : 0) + patienceSeconds;
  const alert = { labels, annotations: annotationsOf(inventory), startsAt: new Date() };
  const started = alert.startsAt.getTime();
  await post(alertmanagers, { ...alert, endsAt: new Date(started + (longest + patienceSeconds) * 1000) });
  const stored = await step(report, `an alert is on its way to Appwrite, which takes ${wait} s and more`, () =>
    isStored(longest, connection, started, signal),
  );
  await post(alertmanagers, { ...alert, endsAt: new Date() });
  const what = "way of an alert";
  if (!stored) {
    const says = `not stored ${longest} s after it fired: see the executions of alert-processor in Appwrite's console, and docker logs alertmanager.`;
    return wrong(where, what, says);
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  return good(where, what, `stored after ${seconds} s, of which Alertmanager waits ${wait}`);
}

function annotationsOf({ runbooks }: Inventory): Alert["annotations"] {
  return {
    summary: "Part of npm run verify: is an alert stored?",
    description: "Fired by `npm run verify`, to see that it is stored. It ends by itself.",
    impact: "None: nothing is wrong.",
    runbook_url: runbooks,
  };
}

/** Waits for the row of the alert that began at a time, in milliseconds since 1970. */
async function isStored(
  seconds: number,
  connection: AppwriteConnection,
  startedAt: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { endpoint, project, key } = connection;
  const client = new Client().setEndpoint(trimmedEndpoint(endpoint)).setProject(project).setKey(key);
  const tables = new TablesDB(client);
  const queries = [Query.equal("alertname", "VerifyAlert"), Query.orderDesc("startsAt"), Query.limit(5)];
  for (let second = 0; second < seconds && !signal?.aborted; second++) {
    const { rows } = await tables.listRows<Row>({ databaseId: "monitoring", tableId: "alerts", queries });
    if (rows.some(({ startsAt, status }) => Date.parse(startsAt) === startedAt && status === "firing")) return true;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return false;
}
