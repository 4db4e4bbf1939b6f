import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { gatewayOf, type Inventory, type Server } from "../../stacks/inventory";
import { type Claim, networkHooks } from "./claims";
import { type Connection, type Host, openHost, type SshIdentity } from "./host";
import { opensshOptions } from "./openssh";

export interface MonitoredServerArgs {
  inventory: Inventory;
  server: Server;
  /** How this machine proves to the server who it is. */
  identity: SshIdentity;
}

/** One server of the fleet: its Docker engine, and the network of its monitoring containers. */
export class MonitoredServer extends pulumi.ComponentResource {
  readonly inventory: Inventory;
  readonly server: Server;
  readonly provider: docker.Provider;
  readonly network: docker.Network;
  readonly connection: Connection;
  /** For what a deployment does on the server besides its resources; connects when it is first used. */
  readonly host: Host;

  constructor(name: string, args: MonitoredServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:server:MonitoredServer", name, {}, opts);
    const { inventory, server, identity } = args;
    this.inventory = inventory;
    this.server = server;
    this.connection = connectionTo(server, inventory);
    this.host = openHost(this.connection, identity);

    this.provider = createProvider(this);
    this.network = createNetwork(this);
    this.registerOutputs();

    function createProvider(self: MonitoredServer): docker.Provider {
      return new docker.Provider(`${name}-docker`, dockerProviderArgs(self.connection, identity), { parent: self });
    }

    function createNetwork(self: MonitoredServer): docker.Network {
      const network = self.nameOf("monitoring");
      const hooks = networkHooks(self.claim(`${name}-network`, network));
      return new docker.Network(
        `${name}-network`,
        {
          name: network,
          driver: "bridge",
          ipamConfigs: [{ subnet: server.subnet, gateway: gatewayOf(server) }],
          labels: self.labels("network"),
        },
        { parent: self, provider: self.provider, deleteBeforeReplace: true, ...(hooks ? { hooks } : {}) },
      );
    }
  }

  get address(): string {
    return this.server.address;
  }

  /** Where configuration lands, one folder a service. */
  get directory(): string {
    return this.server.directory;
  }

  /** What a service's container and volume are called on this server. */
  nameOf(service: string): string {
    return `${this.server.prefix}${service}`;
  }

  /** A name on this server, for what is created under it. */
  claim(resource: string, name: string): Claim {
    return { resource, name, host: this.host, stack: this.inventory.stack };
  }

  /** Labels that say whose a container, volume or network is. */
  labels(service: string): { label: string; value: string }[] {
    const labels = { project: "monitoring", stack: this.inventory.stack, server: this.server.name, service };
    return Object.entries(labels).map(([label, value]) => ({ label: `monitoring.${label}`, value }));
  }
}

/** How a server of an inventory is reached. */
export function connectionTo(server: Server, inventory: Inventory): Connection {
  const { name, address, ssh } = server;
  if (!ssh) return { server: name, address };
  const { knownHosts = `stacks/${inventory.stack}.known_hosts` } = inventory;
  return { server: name, address, ssh: { ...ssh, knownHosts } };
}

/** A docker provider that goes over SSH, and only to a server whose key is known; or to this machine's own engine. */
export function dockerProviderArgs({ ssh, address }: Connection, identity: SshIdentity): docker.ProviderArgs {
  if (!ssh) return {};
  return { host: `ssh://${ssh.user}@${address}:${ssh.port}`, sshOpts: opensshOptions(ssh, identity) };
}
