import { appendFileSync } from "node:fs";
import path from "node:path";
import { targetsOf } from "../../stacks/targets";
import { pause } from "../pause";
import { startContainers } from "./containers";
import { postgresExporterProgram, recordPostgres, startExporters } from "./exporters";
import { startGpu } from "./gpu";
import { startCadvisors, startHostExporters } from "./hosts";
import { feedInventory } from "./inventory";
import { startCelery, startRay } from "./machine-learning";
import { postAlert, startMonitoring, startPrometheuses, startPromtails } from "./monitoring";
import { startOutside } from "./outside";
import { loadPostgres, startPostgres } from "./postgres";
import type { Programs } from "./programs";
import { loadRedis, startRedis } from "./redis";

/**
 * Starts all of the feed, and lets it run until there is something to tell.
 * @param seconds how long, so that rates have something to go by
 */
export async function startEverything(programs: Programs, seconds: number, say: (line: string) => void): Promise<void> {
  const [first, second] = feedInventory.servers;
  if (!first || !second) throw new Error("the feed's inventory has two servers");
  let recording: Promise<void> | undefined;
  const timed = async (name: string, work: Promise<unknown>) => {
    const start = Date.now();
    await work;
    say(`${name} after ${((Date.now() - start) / 1000).toFixed(1)} s`);
  };
  const databases = async () => {
    await Promise.all([
      startRedis(programs, { name: "redis", address: first.address, port: 6379, memory: "8mb" }),
      startRedis(programs, {
        name: "redis-broker",
        address: first.address,
        port: first.exporters.celery?.broker.port ?? 0,
      }),
    ]);
    await startRedis(programs, {
      name: "redis-replica",
      address: second.address,
      port: 6379,
      follows: `${first.address} 6379`,
      memory: "16mb",
      policy: "volatile-lru",
    });
    const log = await startPostgres(programs, first.address, second.address);
    await startExporters(programs, feedInventory.servers);
    if (postgresExporterProgram && process.env.RECORD) recording = recordPostgres(feedInventory.servers);
    loadRedis(first.address, 6379);
    await loadPostgres(programs, first.address);
    return log;
  };
  const containers = async (log: Promise<string>) => {
    await startContainers(programs, { ...logsOfServices(programs), postgres: await log });
    await Promise.all([startPromtails(programs, feedInventory), startCadvisors(programs, feedInventory.servers)]);
  };
  const { exporters, scraped } = first;
  await startOutside(programs);
  await timed("monitoring", startMonitoring(programs, feedInventory));
  const log = databases();
  await Promise.all([
    timed("databases", log),
    timed("containers", containers(log)),
    timed("hosts", startHostExporters(programs, feedInventory.servers)),
    timed("ray", startRay(programs, first.address, scraped.ray?.port ?? 0)),
    timed("gpu", startGpu(first.address, exporters.gpu?.port ?? 0)),
    timed(
      "celery",
      log.then(() => startCelery(programs, first)),
    ),
  ]);
  await timed("Prometheus", startPrometheuses(programs, feedInventory));
  await timed("under load", underLoad(seconds));
  if (recording) await timed("recording", recording);
}

/**
 * Lets it run. Somewhere in between an alert arrives: what Alertmanager sent before Prometheus looked at it for the first
 * time is in no rate.
 */
async function underLoad(seconds: number): Promise<void> {
  await pause(seconds / 3);
  await postAlert(feedInventory);
  await pause((seconds * 2) / 3);
}

/**
 * The log file of each service that runs on the first server, by the name of its container: those that are to run there
 * have to, or rules tell of them. An exporter's says next to nothing, and is empty here.
 */
function logsOfServices({ folder }: Programs): Record<string, string> {
  const [first] = feedInventory.servers;
  const own = targetsOf(feedInventory).filter(({ server }) => server === first);
  const names = ["redis", ...own.flatMap(({ container }) => container ?? [])];
  return Object.fromEntries(
    names.map((name) => {
      const log = path.join(folder, "logs", `${name}.log`);
      appendFileSync(log, "");
      return [name, log];
    }),
  );
}
