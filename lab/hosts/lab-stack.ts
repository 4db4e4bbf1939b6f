import { mkdirSync } from "node:fs";
import path from "node:path";
import { credentialUsers } from "../../components/credentials/credentials";
import { LocalStack } from "../../ops/local-stack";
import { must } from "../../ops/process";
import { type PulumiOptions, pulumi } from "../../ops/pulumi";
import { readTargets, type TargetState } from "../../ops/targets";
import { type ImageName, imageReference } from "../../stacks/images";
import { type Inventory, type Server, serviceNames } from "../../stacks/inventory";
import { ProjectCopy } from "../project-copy";
import { LabHosts } from "./lab-hosts";

/** A stack of real servers on lab hosts: its inventory and program unchanged, its state and settings of its own. */
export class LabStack {
  /** All that its commands have printed. */
  printed = "";

  private constructor(
    readonly inventory: Inventory,
    readonly hosts: LabHosts,
    readonly project: ProjectCopy,
  ) {}

  /** Brings the inventory's servers up as hosts, with the images that each needs, and makes an empty stack for them. */
  static async up(inventory: Inventory): Promise<LabStack> {
    // Made by `npm test` and `npm run bench`, which prepare the stack `test` first.
    const builtImages = new LocalStack("test").builtImages();
    const hosts = await LabHosts.up(inventory.servers, (server) =>
      servicesOf(server, inventory).map((name) => imageReference(name, { images: builtImages })),
    );
    const stack = new LabStack(inventory, hosts, new ProjectCopy(inventory.stack));
    mkdirSync(stack.stateDirectory, { recursive: true });
    const images = Object.entries(builtImages).map(([name, image]) => [`builtImages.${name}`, image] as const);
    const settings = [["sshKeyFile", hosts.keyFile], ["knownHosts", hosts.knownHosts], ...images] as const;
    await stack.pulumi("stack", "init", inventory.stack);
    for (const [name, value] of settings) await stack.pulumi("config", "set", "--path", name, value);
    return stack;
  }

  /** Runs the Pulumi CLI on the stack, where its servers are reached. */
  async pulumi(...args: string[]): Promise<string> {
    const options: PulumiOptions = {
      cwd: this.project.root,
      within: this.hosts.asOperator,
      env: {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${this.stateDirectory}`,
        PULUMI_CONFIG_PASSPHRASE: "lab",
        PULUMI_STACK: this.inventory.stack,
      },
    };
    try {
      const output = await pulumi(args, options);
      // What was asked for by `--show-secrets` is no leak.
      if (!args.includes("--show-secrets")) this.printed += output;
      return output;
    } catch (error) {
      this.printed += String(error);
      throw error;
    }
  }

  async passwords(): Promise<Record<string, string>> {
    return JSON.parse(await this.pulumi("stack", "output", "passwords", "--json", "--show-secrets"));
  }

  /** Asks a service of the stack for JSON, as a person beside its servers would. */
  async get(url: string, login?: { user: string; password: string }) {
    const [command = "", ...within] = this.hosts.asOperator;
    // The password on curl's standard input: a process list shows arguments.
    const config = login ? `user = "${login.user}:${login.password}"` : "";
    const args = [...within, "curl", "--silent", "--show-error", "--fail", "--max-time", "10", "--config", "-", url];
    return JSON.parse(await must(command, args, { input: config }));
  }

  async targets(): Promise<TargetState[]> {
    const { prometheus: password = "" } = await this.passwords();
    const { server: name, port } = this.inventory.services.prometheus;
    const server = this.inventory.servers.find((one) => one.name === name);
    const access = { url: `http://${server?.address}:${port}`, user: credentialUsers.prometheus, password };
    return readTargets(access, (url) => this.get(url, access));
  }

  async down(): Promise<void> {
    this.project.remove();
    await this.hosts.down();
  }

  private get stateDirectory(): string {
    return path.join(path.dirname(this.hosts.keyFile), "state");
  }
}

/** What runs on a server, by the inventory. */
function servicesOf(server: Server, inventory: Inventory): ImageName[] {
  const exporters = (Object.keys(server.exporters) as (ImageName | "security-metrics")[]).filter(
    (name) => name !== "security-metrics",
  );
  const placed = serviceNames.filter((service) => inventory.services[service].server === server.name);
  return [...exporters, "promtail", ...placed];
}
