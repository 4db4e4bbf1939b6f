import { defineInventory, type Inventory, scrapedNames } from "../stacks/inventory";
import type { RuleContext } from "./rule";
import { ruleContext } from "./rule-files";

const everything = {
  exporters: { "node-exporter": { port: 9100 }, cadvisor: { port: 8080 }, "security-metrics": { port: 9101 } },
  scraped: Object.fromEntries(scrapedNames.map((name, index) => [name, { port: 9200 + index }])),
};

/** Two servers that have everything that a server can have: what the rules are tried on. */
export const trialFleet: Inventory = defineInventory({
  stack: "trial",
  environment: "trial",
  servers: {
    "server-80": {
      title: "The one",
      address: "10.0.0.80",
      ...everything,
      // One for the whole stack.
      exporters: { ...everything.exporters, blackbox: { port: 9115 } },
      containers: ["shop"],
    },
    "server-81": { title: "Its neighbour", address: "10.0.0.81", ...everything },
  },
  services: {
    prometheus: { server: "server-80", port: 9090 },
    alertmanager: { server: "server-80", port: 9093 },
    loki: { server: "server-80", port: 3100 },
    grafana: { server: "server-81", port: 3000 },
  },
  watcher: { server: "server-81" },
});

/** The rules' context in it, with changes of the inventory. */
export function trialContext(change: Partial<Inventory> = {}): RuleContext {
  return ruleContext({ ...trialFleet, ...change });
}
