import type { SshIdentity } from "../components/server/host";
import { loadInventory } from "../stacks";
import { type ChannelSecrets, secretsOf } from "../stacks/channels";
import { type Inventory, withChannels } from "../stacks/inventory";
import { CommandError } from "./command";
import { LocalStack, type StackOutputs } from "./local-stack";
import { pulumi } from "./pulumi";

/** A stack that has been deployed: what it should be, and what it says of itself. */
export interface DeployedStack {
  /** With the channels and host keys as the stack's settings have them. */
  inventory: Inventory;
  /** How this machine proves to the servers who it is. */
  identity: SshIdentity;
  outputs: StackOutputs;
  /** What its channels ask for. */
  secrets: ChannelSecrets;
}

/**
 * Looks a deployed stack up, with its passwords.
 * @throws {InventoryError} when there is no such stack
 * @throws {CommandError} when it is not deployed, or its state cannot be read
 */
export async function deployedStack(name: string): Promise<DeployedStack> {
  const described = await loadInventory(name);
  const isLocal = !described.servers.some(({ ssh }) => ssh);
  const ask = (...args: string[]) => (isLocal ? new LocalStack(name).pulumi(args) : pulumi(args));
  const askJson = async (...args: string[]) =>
    JSON.parse(await ask(...args, "--stack", name, "--json", "--show-secrets"));
  try {
    const [outputs, settings]: [StackOutputs, Settings] = await Promise.all([
      askJson("stack", "output"),
      askJson("config"),
    ]);
    if (!outputs.passwords) throw new Error("it has no outputs yet");
    const channels = settings["monitoring:channels"];
    // An empty text is the default of `Pulumi.yaml`: not set.
    const text = (setting: string) => settings[`monitoring:${setting}`]?.value || undefined;
    const inventory = {
      ...withChannels(described, channels?.objectValue ?? JSON.parse(channels?.value ?? "{}")),
      knownHosts: text("knownHosts") ?? described.knownHosts,
    };
    const secrets = secretsOf(inventory.channels).map((secret) => [secret, text(secret)]);
    return { inventory, identity: { keyFile: text("sshKeyFile") }, outputs, secrets: Object.fromEntries(secrets) };
  } catch (error) {
    const deploy = isLocal ? "npm start" : `.toolchain/bin/pulumi up --stack ${name}`;
    throw new CommandError(`the stack ${name} cannot be read. Is it deployed (${deploy})? ${(error as Error).message}`);
  }
}

/** As `pulumi config --json` shows them. */
type Settings = Record<string, { value?: string; objectValue?: object }>;
