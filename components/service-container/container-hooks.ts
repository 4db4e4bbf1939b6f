import * as pulumi from "@pulumi/pulumi";
import { waitUntilHealthy } from "../server/container-health";
import { type Host, HostError, quote } from "../server/host";

/**
 * What happens around the creation of a container, on its server. Hooks run in the program, while the engine deploys,
 * and never in a preview.
 */
export function containerHooks(
  resource: string,
  container: string,
  host: Host,
  stack: string,
): pulumi.ResourceHookBinding | undefined {
  // Pulumi's mocks say that they know hooks, and do not.
  const monitor: { registerResourceHook?: unknown } | undefined = pulumi.runtime.getMonitor();
  if (!monitor?.registerResourceHook) return undefined;
  const claim = new pulumi.ResourceHook(`${resource}-claims-its-name`, () => claimName(container, host, stack));
  const wait = new pulumi.ResourceHook(`${resource}-becomes-healthy`, () => waitUntilHealthy(container, host));
  return { beforeCreate: [claim], afterCreate: [wait], afterUpdate: [wait] };
}

/**
 * Removes a container of ours that has the name and that the state does not know: one that was recreated by hand, or
 * that an interrupted deployment left behind. Somebody else's stays, and is an error.
 */
async function claimName(container: string, host: Host, stack: string): Promise<void> {
  const name = quote(container);
  const owner = `docker container inspect --format '{{index .Config.Labels "monitoring.stack"}}' ${name} 2>/dev/null`;
  const result = await host.run(`
    owner=$(${owner}) || exit 0
    [ "$owner" = ${quote(stack)} ] || { echo "$owner"; exit 3; }
    docker rm --force ${name} >/dev/null`);
  if (result.code === 0) return;
  const owned = result.stdout.toString().trim();
  throw new HostError(
    result.code === 3
      ? `${host.label}: there is a container ${container} already, ${owned ? `of the stack ${owned}` : "not made by this project"}. ` +
          `Remove or rename it there: docker rename ${container} ${container}-old`
      : `${host.label}: the name ${container} cannot be claimed: ${result.stderr.trim()}`,
  );
}
