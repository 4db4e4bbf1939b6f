import type { DriftInjection, InjectedDrift } from "../drift-row";
import type { Fleet } from "../fleet";
import { askAppwrite } from "./asking";

const table = "/tablesdb/monitoring/tables/alerts";
const functions = "/functions/alert-processor";

function drift(
  drift: string,
  inject: (fleet: Fleet) => Promise<unknown>,
  [type, resource]: [type: string, resource: string],
  what: RegExp,
  differences = {},
): InjectedDrift {
  return { drift: `Appwrite: ${drift}`, server: "appwrite", inject, says: [{ type, resource, what, differences }] };
}

const alerts: [string, string] = ["table", "monitoring/alerts"];
const variables: [string, string] = ["function variables", "alert-processor"];

/** Has an object as somebody saved it who changed one thing. */
async function change(fleet: Fleet, method: string, path: string, settings: object): Promise<unknown> {
  const now = await askAppwrite(fleet, "GET", path);
  return askAppwrite(fleet, method, path, { ...now, ...settings });
}

async function variable(fleet: Fleet, key: string): Promise<string> {
  const { variables: all } = await askAppwrite(fleet, "GET", `${functions}/variables`);
  return all.find((one: { key: string }) => one.key === key)?.$id;
}

/** What people do in Appwrite's console. */
export const appwriteDrifts: DriftInjection[] = [
  drift(
    "database renamed",
    (fleet) => askAppwrite(fleet, "PUT", "/tablesdb/monitoring", { name: "By hand" }),
    ["database", "monitoring"],
    /^was changed \(name\)$/,
    {
      name: /^By hand$/,
    },
  ),
  drift("table renamed", (fleet) => askAppwrite(fleet, "PUT", table, { name: "By hand" }), alerts, /name/, {
    name: /^By hand$/,
  }),
  drift(
    "table opened to everybody",
    (fleet) => askAppwrite(fleet, "PUT", table, { name: "alerts", permissions: ['read("any")'] }),
    alerts,
    /permissions/,
    { permissions: /any/ },
  ),
  {
    ...drift(
      "column added",
      (fleet) => askAppwrite(fleet, "POST", `${table}/columns/string`, { key: "byHand", size: 10, required: false }),
      alerts,
      /columns › byHand/,
    ),
    // Rows may have something in it: a deployment removes it only when the stack says that it may.
    repaired: false,
    byHand: (fleet) => askAppwrite(fleet, "DELETE", `${table}/columns/byHand`),
  },
  drift(
    "index deleted",
    (fleet) => askAppwrite(fleet, "DELETE", `${table}/indexes/status`),
    alerts,
    /indexes › status/,
    { "indexes › status": /^nothing$/ },
  ),
  drift(
    "column deleted",
    (fleet) => askAppwrite(fleet, "DELETE", `${table}/columns/impact`),
    alerts,
    /columns › impact/,
    { "columns › impact": /^nothing$/ },
  ),
  drift(
    "topic renamed",
    (fleet) => askAppwrite(fleet, "PATCH", "/messaging/topics/monitoring-alerts", { name: "By hand" }),
    ["topic", "monitoring-alerts"],
    /^was changed \(name\)$/,
    { name: /^By hand$/ },
  ),
  drift(
    "topic opened to everybody",
    (fleet) => askAppwrite(fleet, "PATCH", "/messaging/topics/critical-alerts", { subscribe: ["users"] }),
    ["topic", "critical-alerts"],
    /^was changed \(subscribe\)$/,
    { subscribe: /^users$/ },
  ),
  drift(
    "topic deleted",
    (fleet) => askAppwrite(fleet, "DELETE", "/messaging/topics/monitoring-alerts"),
    ["topic", "monitoring-alerts"],
    /^is gone$/,
  ),
  drift(
    "function's time limit changed",
    (fleet) => change(fleet, "PUT", functions, { timeout: 15 }),
    ["function", "alert-processor"],
    /^was changed \(timeout\)$/,
    { timeout: /^15$/ },
  ),
  drift(
    "function switched off",
    (fleet) => change(fleet, "PUT", functions, { enabled: false }),
    ["function", "alert-processor"],
    /^was changed \(enabled\)$/,
    { enabled: /^no$/ },
  ),
  drift(
    "function's variable changed",
    async (fleet) => {
      const id = await variable(fleet, "DATABASE_ID");
      await askAppwrite(fleet, "PUT", `${functions}/variables/${id}`, { key: "DATABASE_ID", value: "by-hand" });
    },
    variables,
    /variables › DATABASE_ID/,
    { "variables › DATABASE_ID": /^by-hand$/ },
  ),
  drift(
    "function's variable added",
    (fleet) =>
      askAppwrite(fleet, "POST", `${functions}/variables`, { variableId: "unique()", key: "BY_HAND", value: "yes" }),
    variables,
    /variables › BY_HAND/,
  ),
  drift(
    "function's secret variable written",
    async (fleet) => {
      const id = await variable(fleet, "TWILIO_AUTH_TOKEN");
      await askAppwrite(fleet, "PUT", `${functions}/variables/${id}`, { key: "TWILIO_AUTH_TOKEN", value: "by-hand" });
    },
    variables,
    /secret variables › TWILIO_AUTH_TOKEN/,
  ),
  drift(
    "function's active code deleted",
    async (fleet) => {
      const { deploymentId } = await askAppwrite(fleet, "GET", functions);
      await askAppwrite(fleet, "DELETE", `${functions}/deployments/${deploymentId}`);
    },
    ["function code", "alert-processor"],
    /active code/,
    { "active code": /^no deployment is active$/ },
  ),
  {
    drift: "Appwrite: a subscriber added to a topic",
    cannot: "who is told is decided in the console, and declared nowhere",
  },
];
