import path from "node:path";
import { credentialUsers } from "../../components/credentials/credentials";
import { type Host, openHost, type SshIdentity } from "../../components/server/host";
import { connectionTo } from "../../components/server/monitored-server";
import type { Inventory } from "../../stacks/inventory";
import { byteSize } from "../byte-size";
import { CommandError } from "../command";
import type { StackOutputs } from "../local-stack";
import { interrupted } from "../process";
import { type Report, step } from "../progress";
import { writeArchive } from "./archive-file";
import { findingsOf } from "./findings";
import type { SavedPart } from "./manifest";
import { takeSnapshot } from "./prometheus-snapshot";
import { serverPipe } from "./server-pipe";
import type { ServicePart } from "./service-part";
import { ServiceVolume } from "./service-volume";
import { sparsely } from "./sparsely";

/** What is saved, and how it is reached. */
export interface Source {
  inventory: Inventory;
  outputs: StackOutputs;
  identity: SshIdentity;
}

/** Loki's chunks are written once under a name of their own; the index beside them is not. */
const linked = { loki: { folder: "chunks", except: "index" } };

/** How many bytes a part takes on its server's disk. @throws {HostError} when its server does not answer */
export async function sizeOf(part: ServicePart, source: Source): Promise<number> {
  return onServer(part, source, async (host) => {
    const volume = await ServiceVolume.find(host, part, source.inventory.stack);
    return volume.size();
  });
}

/**
 * Saves the data of one service into `<folder>/<part>.tar.gz`. A service that has to be stopped for it is started again
 * whatever happens, and nothing stays behind on its server.
 * @param bytes about as many as there are, before they are compressed; for what is shown meanwhile
 */
export async function savePart(
  part: ServicePart,
  bytes: number,
  folder: string,
  source: Source,
  report: Report,
  signal: AbortSignal,
): Promise<SavedPart> {
  const { inventory, outputs, identity } = source;
  return onServer(part, source, async (host) => {
    const volume = await ServiceVolume.find(host, part, inventory.stack);
    // Also what cannot say what it has is saved.
    const findings = await findingsOf(part, outputs, Math.floor(Date.now() / 1000)).catch(() => []);
    if (signal.aborted) throw interrupted();
    const copy = await frozen(part, volume, outputs, report);
    const file = `${part.name}.tar.gz`;
    const transfer = async () => {
      if (signal.aborted) throw interrupted();
      const pipe = serverPipe(connectionTo(part.server, inventory), identity, volume.reading(copy.folder), signal);
      const onBytes = sparsely((read) => report(`${byteSize(read)} of about ${byteSize(bytes)}`));
      const written = writeArchive(pipe.stdout, path.join(folder, file), onBytes).catch(async (error: unknown) => {
        // A full disk here is not the server's fault; whatever else, what its side says is nearer to the cause.
        if (!(error instanceof CommandError)) await pipe.ended;
        throw error;
      });
      return written.then((archive) => pipe.ended.then(() => archive));
    };
    const written = await transfer().catch(async (error: unknown) => {
      await volume.remove(copy.folder).catch(() => {});
      throw error;
    });
    await volume.remove(copy.folder);
    const { name, server } = part;
    const { secondsAway } = copy;
    return { name, server: server.name, image: volume.image, file, ...written, secondsAway, findings };
  });
}

/** A copy that no longer changes, in a folder of the volume. */
async function frozen(part: ServicePart, volume: ServiceVolume, { passwords }: StackOutputs, report: Report) {
  if (part.service === "prometheus") {
    if (!volume.isRunning) throw new Error(`${part.container} does not run, and makes no snapshot: start it first.`);
    const login = { user: credentialUsers.prometheus, password: passwords.prometheus ?? "" };
    const folder = await step(report, "waiting for a snapshot", () => takeSnapshot(part.url, login));
    return { folder, secondsAway: 0 };
  }
  const folder = `.backup-${Date.now()}`;
  try {
    const links = part.service === "loki" ? linked.loki : undefined;
    const stopped = await step(report, "stopped for a moment", () => volume.freeze(folder, links));
    if (!volume.isRunning) return { folder, secondsAway: 0 };
    const started = Date.now();
    await step(report, "waiting until it is healthy again", () => volume.becomesHealthy());
    return { folder, secondsAway: Math.round(10 * (stopped + (Date.now() - started) / 1000)) / 10 };
  } catch (error) {
    await volume.remove(folder).catch(() => {});
    throw error;
  }
}

async function onServer<T>(part: ServicePart, source: Source, work: (host: Host) => Promise<T>): Promise<T> {
  const host = openHost(connectionTo(part.server, source.inventory), source.identity);
  try {
    return await work(host);
  } finally {
    host.close();
  }
}
