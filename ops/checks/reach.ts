import type { Host } from "../../components/server/host";
import type { Server } from "../../stacks/inventory";
import { type Check, type Finding, finding, good, unknown, within, wrong } from "./check";
import { type Path, pathsOf } from "./paths";

/** Between servers of one network an answer takes milliseconds. */
const answerSeconds = 5;

/**
 * From each server towards the others: whatever its services have to reach there answers. Asked by the server's own
 * sshd, so that nothing has to be installed there; the way of a container may differ from its server's where a firewall
 * looks at forwarded packets, and what the services themselves say of it is in their own lines.
 */
export const checkReach: Check = async ({ inventory, hosts, looks }) => {
  const paths = pathsOf(inventory);
  const checks = inventory.servers.map(async (from) => {
    const host = hosts.get(from.name);
    // What cannot be asked by SSH says so in the line of SSH.
    if (!host || (await looks.get(from.name))?.sshError) return [];
    const others = inventory.servers.filter((to) => paths.some((path) => path.from === from && path.to === to));
    return Promise.all(
      others.map((to) => {
        const own = paths.filter((path) => path.from === from && path.to === to);
        // Ports that do not answer are not waited for one by one: the first one that is silent ends it.
        const seconds = 10 + answerSeconds * own.length;
        return finding(from.name, `to ${to.name}`, () => reaches(host, from, to, own), seconds);
      }),
    );
  });
  return (await Promise.all(checks)).flat();
};

async function reaches(host: Host, from: Server, to: Server, paths: Path[]): Promise<Finding> {
  const what = `to ${to.name}`;
  const failures: string[] = [];
  for (const { what: service, port, by } of paths) {
    const failure = await failureAt(host, to.address, port);
    if (!failure) continue;
    if (failure === "forbidden") {
      const says =
        `sshd of ${from.name} does not let us ask from there: AllowTcpForwarding has to be yes for ` +
        `${from.ssh?.user ?? "the user"} in its sshd_config; deployments need it as well.`;
      return unknown(from.name, what, says);
    }
    failures.push(`${service} on ${to.address}:${port}, wanted by ${by.join(" and ")} (${failure})`);
    // A host that swallows packets swallows those for its other ports too.
    if (/no answer|no route|timed out|unreachable/.test(failure)) break;
  }
  const all = paths.map(({ what: service }) => service).join(", ");
  if (failures.length === 0) return good(from.name, what, `${to.address}: all of ${all} answer`);
  const says =
    `cannot reach ${failures.join(", ")}. Does it run there (docker ps), and does a firewall let ${from.address} in ` +
    `(iptables -L -n, on ${to.name})?`;
  return wrong(from.name, what, says);
}

/** Why nothing answers at a port, seen from a server; nothing when something does, whatever it says. */
async function failureAt(host: Host, address: string, port: number): Promise<string | undefined> {
  try {
    await within(answerSeconds, () => host.request({ method: "GET", address, port, path: "/" }));
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    // As ssh2 words what sshd answers (RFC 4254, 5.1): why it could not connect, or that it may not.
    const refusal = /Channel open failure: (.*?)\)?\.?$/.exec(message)?.[1];
    if (refusal !== undefined && /^$|prohibited|^open failed/i.test(refusal)) return "forbidden";
    if (refusal) return refusal.toLowerCase();
    if (/no answer within/.test(message)) return `no answer within ${answerSeconds} s`;
    if (/ECONNREFUSED/.test(message)) return "connection refused";
    // It has answered something that is no HTTP.
    if (/Parse Error/i.test(message)) return undefined;
    return message;
  }
}
