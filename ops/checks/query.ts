import { credentialUsers } from "../../components/credentials/credentials";
import { type Placement, prometheusesOf } from "../../stacks/inventory";
import { askJson, type Login } from "../ask";
import type { DeployedStack } from "../deployed-stack";

/** One series of an answer, now. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** How a Prometheus is asked. */
export interface PrometheusAccess extends Login {
  url: string;
}

/** How one of a stack's Prometheuses is asked. */
export function accessTo({ server, port }: Placement, { outputs }: Pick<DeployedStack, "outputs">): PrometheusAccess {
  const { prometheus: password = "" } = outputs.passwords;
  return { url: `http://${server.address}:${port}`, user: credentialUsers.prometheus, password };
}

/** How the Prometheus is asked that scrapes everything. */
export function accessToFirst(stack: Pick<DeployedStack, "inventory" | "outputs">): PrometheusAccess {
  const [first] = prometheusesOf(stack.inventory);
  if (!first) throw new Error("the stack has no Prometheus");
  return accessTo(first, stack);
}

/**
 * What a Prometheus answers to an expression that yields series.
 * @throws {Error} when it does not answer, or does not take the expression
 */
export async function query(access: PrometheusAccess, expr: string): Promise<Sample[]> {
  const url = `${access.url}/api/v1/query?query=${encodeURIComponent(expr)}`;
  const { data } = (await askJson(url, access)) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}
