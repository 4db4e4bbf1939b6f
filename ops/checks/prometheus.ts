import { ruleContext } from "../../alerts/rule-files";
import { type Placement, prometheusesOf } from "../../stacks/inventory";
import type { Target } from "../../stacks/targets";
import { readTargets, stateOf, titleOf } from "../targets";
import { type Check, type Finding, finding, good, wrong } from "./check";
import { listed } from "./figures";
import { accessTo, type PrometheusAccess, query, type Sample } from "./query";

/** Time between two scrapes, in seconds, and how many may fail to be made before it is wrong. */
const interval = { seconds: 15, missed: 3 };

/** Every Prometheus: its targets answer, and were asked lately. */
export const checkTargets: Check = async (stack) => {
  const checks = prometheusesOf(stack.inventory).map((one) => {
    const { targets } = ruleContext(stack.inventory, one.isWatcher);
    return finding(one.server.name, `${one.container}: targets`, () =>
      targetsAnswer(one, accessTo(one, stack), targets),
    );
  });
  return Promise.all(checks);
};

async function targetsAnswer(
  { server, container }: Placement,
  access: PrometheusAccess,
  targets: Target[],
): Promise<Finding> {
  // By Prometheus' own clock, which may not be ours.
  const [states, ages] = await Promise.all([readTargets(access), query(access, "time() - timestamp(up)")]);
  const isUp = (target: Target) => stateOf(target, states).health === "up";
  const down = targets
    .filter((target) => !isUp(target))
    .map((target) => {
      const state = stateOf(target, states);
      return `${titleOf(state)} (${state.lastError})`;
    });
  const { stale, oldest } = freshness(targets.filter(isUp), ages);
  const what = `${container}: targets`;
  const logs = `docker logs ${server.prefix}${container}`;
  const problems = [
    ...(down.length > 0
      ? [`${down.length} of ${targets.length} are not up: ${down.join(", ")}. See there: docker ps, docker logs.`]
      : []),
    ...(stale.length > 0 ? [`not asked any more: ${listed(stale)}. See ${logs}.`] : []),
  ];
  if (problems.length > 0) return wrong(server.name, what, problems.join(" "));
  return good(server.name, what, `all ${targets.length} are up, none asked longer than ${Math.round(oldest)} s ago`);
}

/**
 * Which targets were last scraped longer ago than may be, and how long ago the oldest was, in seconds.
 * @param ages series of `up`, each with the seconds since its last sample; one that is missing was not scraped for
 * five minutes, or never
 */
export function freshness(targets: Target[], ages: Sample[]): { stale: string[]; oldest: number } {
  const limit = interval.seconds * (interval.missed + 1);
  let oldest = 0;
  const stale = targets.flatMap((target) => {
    const { job, server, probe } = target;
    const age = ages.find(({ labels }) => {
      return labels.job === job && labels.server === server.name && labels.target === probe?.name;
    })?.value;
    const title = titleOf({ job, server: server.name, probe: probe?.name, health: "unknown", lastError: "" });
    if (age === undefined) return [`${title} (no sample)`];
    oldest = Math.max(oldest, age);
    return age > limit ? [`${title} (${Math.round(age)} s ago)`] : [];
  });
  return { stale, oldest };
}
