import * as pulumi from "@pulumi/pulumi";
import { waitUntilHealthy } from "./container-health";
import { type Host, HostError, quote } from "./host";

/** What is created on a server under a fixed name. */
export interface Claim {
  /** Name of the Pulumi resource. */
  resource: string;
  /** Its name on the server. */
  name: string;
  host: Host;
  /** The stack that it belongs to, as its label says. */
  stack: string;
}

/**
 * What happens around the creation of a container: what has its name already makes way when it is ours, and the
 * deployment waits until the new one is healthy.
 */
export function containerHooks(claim: Claim): pulumi.ResourceHookBinding | undefined {
  return hooks(
    claim,
    () => claimContainer(claim),
    () => waitUntilHealthy(claim.name, claim.host),
  );
}

/** What happens before the creation of a network: what has its name already makes way when it is ours. */
export function networkHooks(claim: Claim): pulumi.ResourceHookBinding | undefined {
  return hooks(claim, () => claimNetwork(claim));
}

/** Hooks run in the program, while the engine deploys, and never in a preview. */
function hooks(claim: Claim, before: () => Promise<void>, after?: () => Promise<void>) {
  // Pulumi's mocks say that they know hooks, and do not.
  const monitor: { registerResourceHook?: unknown } | undefined = pulumi.runtime.getMonitor();
  if (!monitor?.registerResourceHook) return undefined;
  const claims = [new pulumi.ResourceHook(`${claim.resource}-claims-its-name`, before)];
  const waits = after ? [new pulumi.ResourceHook(`${claim.resource}-becomes-healthy`, after)] : [];
  return { beforeCreate: claims, afterCreate: waits, afterUpdate: waits };
}

/**
 * Removes a container of ours that has the name and that the state does not know: one that was recreated by hand, or
 * that an interrupted deployment left behind. Somebody else's stays, and is an error.
 */
async function claimContainer({ name, host, stack }: Claim): Promise<void> {
  const word = quote(name);
  const result = await host.run(`
    owner=$(docker container inspect --format '{{index .Config.Labels "monitoring.stack"}}' ${word} 2>/dev/null) || exit 0
    [ "$owner" = ${quote(stack)} ] || { echo "$owner"; exit 3; }
    docker rm --force ${word} >/dev/null`);
  if (result.code === 0) return;
  const owned = result.stdout.toString().trim();
  throw new HostError(
    result.code === 3
      ? `${host.label}: there is a container ${name} already, ${owned ? `of the stack ${owned}` : "not made by this project"}. ` +
          `Remove or rename it there: docker rename ${name} ${name}-old`
      : `${host.label}: the name ${name} cannot be claimed: ${result.stderr.trim()}`,
  );
}

/**
 * Removes a network of ours that has the name and that the state does not know, and our containers in it, which the
 * deployment makes anew. Somebody else's stays, and is an error: Docker would make a second one of the same name.
 */
async function claimNetwork({ name, host, stack }: Claim): Promise<void> {
  const ours = quote(`label=monitoring.stack=${stack}`);
  const result = await host.run(`
    for network in $(docker network ls --quiet --filter name=${quote(`^${name}$`)}); do
      [ -n "$(docker network ls --quiet --filter id="$network" --filter ${ours})" ] || exit 3
      containers=$(docker ps --all --quiet --filter network="$network" --filter ${ours})
      [ -z "$containers" ] || docker rm --force $containers >/dev/null || exit 1
      docker network rm "$network" >/dev/null || exit 1
    done`);
  if (result.code === 0) return;
  throw new HostError(
    result.code === 3
      ? `${host.label}: there is a Docker network ${name} already, not made by this stack. Remove it there (docker network rm ` +
          `${name}), or give the server a prefix in stacks/${stack}.ts.`
      : `${host.label}: the network ${name}, left by an earlier deployment, cannot be removed: ${result.stderr.trim()}`,
  );
}
