import type { Server } from "../../stacks/inventory";
import { targetOf } from "../../stacks/targets";
import { ask, askJson } from "../ask";
import { type Check, type Finding, finding, good, type VerifiedStack, wrong } from "./check";
import { accessToFirst, query } from "./query";

/** What is known of the logs of one server. */
export interface ServerLogs {
  /** Lines that Loki has had of it within a quarter of an hour, and within a day. */
  recent: number;
  ofDay: number;
  /** Whether its Promtail answers Prometheus. */
  promtailIsUp: boolean;
  /** Requests of its Promtail within two minutes that Loki did not take; 0 where it took others. */
  refused: number;
}

/** Loki is ready, and receives from every server. */
export const checkLoki: Check = async (stack) => {
  const { server, port } = targetOf("loki", stack.inventory);
  const url = `http://${server.address}:${port}`;
  const ready = await finding(server.name, "loki", async () => {
    const text = await (await ask(`${url}/ready`)).text();
    return good(server.name, "loki", `answers: ${text.trim()}`);
  });
  // Without it nothing is known of anybody's logs; one line says so.
  if (ready.state !== "good") return [ready];
  const senders = stack.inventory.servers.map((sender) =>
    finding(sender.name, "logs", async () => logsFinding(sender, await logsOf(sender, url, stack))),
  );
  return [ready, ...(await Promise.all(senders))];
};

async function logsOf({ name }: Server, url: string, stack: VerifiedStack): Promise<ServerLogs> {
  const lines = async (since: string) => {
    const expr = `sum(count_over_time({server="${name}"}[${since}]))`;
    const { data } = (await askJson(`${url}/loki/api/v1/query?query=${encodeURIComponent(expr)}`)) as {
      data: { result: { value: [number, string] }[] };
    };
    return Number(data.result[0]?.value[1] ?? 0);
  };
  const recent = await lines("15m");
  const of = `job="promtail", server="${name}"`;
  const access = accessToFirst(stack);
  const requests = (code: string) =>
    `sum(increase(promtail_request_duration_seconds_count{${of}, status_code${code}"2.."}[2m]))`;
  // A day's lines are counted only where a quarter of an hour had none.
  const [ofDay, [up], [refused]] = await Promise.all([
    recent > 0 ? recent : lines("1d"),
    query(access, `up{${of}}`),
    // What was refused while Loki was starting, and taken since, is nothing wrong: Promtail repeats it.
    query(access, `${requests("!~")} unless ${requests("=~")} > 0`),
  ]);
  return { recent, ofDay, promtailIsUp: up?.value === 1, refused: refused?.value ?? 0 };
}

/** What this comes to: a server whose containers are silent is not one whose lines are lost. */
export function logsFinding({ name, prefix }: Server, logs: ServerLogs): Finding {
  const { recent, ofDay, promtailIsUp, refused } = logs;
  const look = `docker logs ${prefix}promtail there.`;
  if (refused >= 0.5)
    return wrong(name, "logs", `Loki does not take what its Promtail sends, or is not reached: ${look}`);
  if (!promtailIsUp) return wrong(name, "logs", `its Promtail is not up (${recent} lines within 15 minutes): ${look}`);
  if (recent > 0) return good(name, "logs", `${recent} lines have come to Loki within 15 minutes`);
  if (ofDay > 0) return good(name, "logs", `nothing to send for 15 minutes; ${ofDay} lines within a day, none refused`);
  return wrong(name, "logs", `no line has come to Loki for a day, though its Promtail is up: ${look}`);
}
