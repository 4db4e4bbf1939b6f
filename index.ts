import * as pulumi from "@pulumi/pulumi";
import { receiversOf } from "./alerts/receivers";
import { callerScopes, deploymentScopes } from "./components/appwrite/schema";
import { readChannelSecrets } from "./components/credentials/channel-secrets";
import { readExporterSecrets } from "./components/credentials/exporter-secrets";
import { readSingleSignOnSecrets } from "./components/credentials/single-sign-on-secrets";
import { Monitoring } from "./components/monitoring/monitoring";
import { leftOutServers } from "./components/server/left-out";
import { preflight } from "./components/server/preflight";
import { wholeProgram } from "./components/whole-program";
import { loadInventory } from "./stacks";
import { type Inventory, InventoryError, withChannels } from "./stacks/inventory";
import { readSettings, SettingsError } from "./stacks/settings";

/** The program: the stack's inventory, checked against the servers, deployed. */
async function deploy() {
  const config = new pulumi.Config();
  const settings = readSettings(config);
  const inventory = withSettings(await loadInventory(pulumi.getStack()));
  const identity = { keyFile: settings.sshKeyFile };
  const secrets = readChannelSecrets(config, inventory);
  const exporterSecrets = readExporterSecrets(config, inventory);
  const singleSignOnSecrets = readSingleSignOnSecrets(config, inventory);
  receiversOf(inventory);

  if (settings.preflight) stopOn([...(await serverProblems()), ...(await appwriteProblems())]);
  if (inventory.channels.appwrite) await buildFunctions();
  if (inventory.servers.some(({ exporters }) => exporters["security-metrics"])) await buildSecurityMetrics();
  const monitoring = new Monitoring("monitoring", {
    inventory,
    identity,
    secrets,
    exporterSecrets,
    singleSignOnSecrets,
  });

  return {
    urls: monitoring.urls,
    /** Shown by `pulumi stack output passwords --show-secrets`. */
    passwords: monitoring.passwords,
  };

  /** What is wrong with the servers that this deployment is for. */
  async function serverProblems(): Promise<string[]> {
    const leftOut = leftOutServers();
    const asked = inventory.servers.filter(({ name }) => !leftOut.has(name));
    const found = await preflight(inventory, identity, asked);
    const problems = [...found.values()].flat();
    const areSomeWell = [...found.values()].some((of) => of.length === 0);
    if (problems.length === 0 || !areSomeWell) return problems;
    return [...problems, `To deploy to the other servers meanwhile: npm run up -- --stack ${inventory.stack}`];
  }

  /** What is wrong with Appwrite; its SDK is loaded only for a stack that has it. */
  async function appwriteProblems(): Promise<string[]> {
    const { appwrite } = inventory.channels;
    if (!appwrite) return [];
    const { preflight: ask } = await import("./components/appwrite/preflight");
    const { endpoint, project } = appwrite;
    const keys = { appwriteDeployKey: deploymentScopes, appwriteKey: callerScopes };
    const problems = Object.entries(keys).map(([setting, scopes]) =>
      ask({ endpoint, project, key: config.get(setting) ?? "", stack: inventory.stack, setting, scopes }),
    );
    // What is wrong with the server is wrong for both.
    return [...new Set((await Promise.all(problems)).flat())];
  }

  /** The code of Appwrite's functions, from its sources as they are now. */
  async function buildFunctions(): Promise<void> {
    const { buildFunctions: build } = await import("./functions/build");
    await build();
  }

  /** What the servers build security-metrics' image of, from its sources as they are now. */
  async function buildSecurityMetrics(): Promise<void> {
    const { buildImageContext } = await import("./images/security-metrics/bundle");
    await buildImageContext();
  }

  function withSettings(inventory: Inventory): Inventory {
    const { knownHosts = inventory.knownHosts, imageSource, channels } = settings;
    return { ...withChannels(inventory, channels), knownHosts, imageSource };
  }
}

/** Before anything is touched: every problem of every server at once. */
function stopOn(problems: string[]): void {
  if (problems.length === 0) return;
  throw refusal(["Nothing was changed, because:", ...problems.map((problem) => `  - ${problem}`)].join("\n"));
}

/** Ends the program with a message to a person. Without a stack, which the engine would take seconds to colour. */
function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = "";
  return error;
}

async function main() {
  try {
    return await wholeProgram(deploy);
  } catch (error) {
    const isMistake = error instanceof InventoryError || error instanceof SettingsError;
    throw isMistake ? refusal(error.message) : error;
  }
}

export = main;
