import type * as pulumi from "@pulumi/pulumi";
import { type Connection, type Host, openHost, type SshIdentity } from "./host";

// One connection a server for the whole life of the process that serves the dynamic providers.
const hosts = new Map<string, Host>();
let identity: SshIdentity = {};

/** Takes from the stack's settings how this machine proves who it is; what a provider's `configure` is for. */
export function identifyBy(config: pulumi.dynamic.Config): void {
  identity = { keyFile: config.get("sshKeyFile") || undefined };
}

/** The server at the other end of a connection, connected to once. */
export function hostOf(connection: Connection): Host {
  const key = JSON.stringify(connection);
  const host = hosts.get(key) ?? openHost(connection, identity);
  hosts.set(key, host);
  return host;
}
