import { engineProblem } from "../../components/server/preflight";
import type { Server } from "../../stacks/inventory";
import { type Check, type Finding, good, unknown, type VerifiedStack, wrong } from "./check";
import { containerFinding } from "./containers";
import { expectedContainers } from "./server-look";

/** Of every server: SSH, its Docker engine, and that each container there runs and is healthy. */
export const checkServers: Check = async (stack) => {
  const { inventory } = stack;
  return (await Promise.all(inventory.servers.map((server) => serverFindings(server, stack)))).flat();
};

async function serverFindings(server: Server, stack: VerifiedStack): Promise<Finding[]> {
  const { name, ssh } = server;
  const look = await stack.looks.get(name);
  if (!look) return [unknown(name, "SSH", "was not asked")];
  if (look.sshError) {
    // Nothing below it can be asked: one line says so.
    return [
      wrong(name, "SSH", `${look.sshError} Its Docker, its containers and its way to the others were not asked.`),
    ];
  }
  const way = ssh
    ? [good(name, "SSH", `lets ${ssh.user} in, with the host key that is known`), clock(name, look.secondsAhead)]
    : [];
  const problem = engineProblem(look.engine ?? [], server);
  if (problem) return [...way, wrong(name, "Docker", problem)];
  const engine = good(name, "Docker", `engine ${look.engine?.at(-1)?.trim()} answers`);
  return [
    ...way,
    engine,
    containerFinding(name, expectedContainers(stack.inventory, server), look.containers ?? [], stack),
  ];
}

/** Seconds by which a clock may be off: less than what upsets logs, alerts or certificates. */
const clockTolerance = 5;

function clock(server: string, secondsAhead = 0): Finding {
  const off = Math.abs(secondsAhead);
  if (off <= clockTolerance) return good(server, "clock", `within ${clockTolerance} s of this machine's`);
  const direction = secondsAhead > 0 ? "ahead of" : "behind";
  return wrong(
    server,
    "clock",
    `${off.toFixed(0)} s ${direction} this machine's: timedatectl, chronyc makestep there; if every server says so, here`,
  );
}
