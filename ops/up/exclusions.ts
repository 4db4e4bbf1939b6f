import type { Inventory, Server } from "../../stacks/inventory";

/** Packages of the resources that are something real on a server. */
const onServers = ["docker", "pulumi-nodejs", "command"];

/**
 * The engine's patterns for all that a stack has, or would have, on a server: whatever is real there, whose name begins
 * with the server's, and what is in a Grafana that runs there. Not the components around it, nor the providers: those
 * reach no server, and engine 3.259 breaks down over a component that is excluded before it was ever created.
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/ (`--exclude`; `**` is anything)
 */
export function exclusionsOf(server: Server, { stack, services }: Inventory): string[] {
  const everything = `urn:pulumi:${stack}::monitoring::**`;
  const real = onServers.map((name) => `${everything}$${name}:**::${server.name}-**`);
  return services.grafana.server === server.name ? [...real, grafanaContent(stack)] : real;
}

/** The engine's pattern for all that a stack has in Grafana: folders, datasources, dashboards. */
export function grafanaContent(stack: string): string {
  return `urn:pulumi:${stack}::monitoring::**$grafana:**`;
}

/**
 * The servers whose resources' names begin like another's, as those of `server-8-a` like `server-8`'s: what leaves the
 * one out leaves the other out.
 */
export function alsoExcluded(server: Server, { servers }: Inventory): Server[] {
  return servers.filter(({ name }) => name.startsWith(`${server.name}-`));
}
