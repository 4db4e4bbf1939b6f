import type { DeployedStack } from "../deployed-stack";
import { type Finding, good, repairOf, unknown, wrong } from "./check";
import type { ContainerState } from "./server-look";

/** Started again so often, the last time so many seconds ago: it does not come to rest. */
const restless = { restarts: 3, withinSeconds: 600 };

/**
 * Whether all containers of a server run and are healthy.
 * @param expected names of the stack's own, and of those of others
 */
export function containerFinding(
  server: string,
  expected: { ours: string[]; others: string[] },
  found: ContainerState[],
  stack: Pick<DeployedStack, "inventory">,
): Finding {
  const what = "containers";
  const names = [...expected.ours, ...expected.others];
  const judged = names.map((name) => {
    const state = found.find((one) => one.name === name);
    if (state) return judge(state);
    const mend = expected.ours.includes(name) ? repairOf(stack) : "it is one of others, see its own documentation";
    return { isWrong: true, says: `${name} is not there: ${mend}` };
  });
  const problems = judged.flatMap((one) => one ?? []);
  const says = problems.map((problem) => problem.says).join("; ");
  if (problems.some(({ isWrong }) => isWrong)) return wrong(server, what, says);
  if (problems.length > 0) return unknown(server, what, says);
  return good(server, what, `all ${names.length} run and are healthy`);
}

/** What is to say of one that is not well; one that is still starting is not known to be wrong. */
function judge(state: ContainerState): { isWrong: boolean; says: string } | undefined {
  const { name, status, health, exitCode, isOutOfMemory, restarts, startedSecondsAgo } = state;
  const isWrong = true;
  const killed = isOutOfMemory ? ", killed for want of memory" : "";
  switch (status) {
    case "running":
      break;
    case "paused":
      return { isWrong, says: `${name} is paused: docker unpause ${name}` };
    case "restarting":
      return {
        isWrong,
        says: `${name} is started again and again (exit code ${exitCode}${killed}): docker logs ${name}`,
      };
    default:
      return {
        isWrong,
        says: `${name} is stopped (exit code ${exitCode}${killed}): docker logs ${name}, docker start ${name}`,
      };
  }
  if (health === "unhealthy") return { isWrong, says: `${name} runs and is not healthy: docker logs ${name}` };
  if (restarts >= restless.restarts && startedSecondsAgo < restless.withinSeconds) {
    const ago = Math.round(startedSecondsAgo);
    return {
      isWrong,
      says: `${name} was started again ${restarts} times, the last time ${ago} s ago: docker logs ${name}`,
    };
  }
  if (health === "starting") return { isWrong: false, says: `${name} is still starting: ask again in a minute` };
  return undefined;
}
