import path from "node:path";
import { pipeline } from "node:stream/promises";
import { type Host, openHost } from "../../components/server/host";
import { connectionTo } from "../../components/server/monitored-server";
import { byteSize } from "../byte-size";
import { interrupted } from "../process";
import { type Report, step } from "../progress";
import { sendArchive } from "./archive-file";
import type { SavedPart } from "./manifest";
import type { Source } from "./save-part";
import { serverPipe } from "./server-pipe";
import type { ServicePart } from "./service-part";
import { ServiceVolume } from "./service-volume";
import { sparsely } from "./sparsely";

/**
 * Replaces all that a service has by what a backup has of it, with the service stopped meanwhile. After a failure it is
 * started again with nothing, for it must not run on a half: monitoring goes on, and the restore can be run again.
 * @throws {HostError} when its server does not answer, or the service does not become healthy with it
 */
export async function restorePart(
  part: ServicePart,
  saved: SavedPart,
  folder: string,
  { inventory, identity }: Omit<Source, "outputs">,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const connection = connectionTo(part.server, inventory);
  const host: Host = openHost(connection, identity);
  try {
    const volume = await ServiceVolume.find(host, part, inventory.stack);
    if (signal.aborted) throw interrupted();
    try {
      await step(report, "stopping it", () => volume.stop());
      await volume.empty();
      const pipe = serverPipe(connection, identity, volume.filling(), signal);
      const onBytes = sparsely((read) => report(`${byteSize(read)} of ${byteSize(saved.bytes)}`));
      const file = path.join(folder, saved.file);
      const sending = sendArchive(file, volume.owner, (archive) => pipeline(archive, pipe.stdin), onBytes);
      // What the server's side says is nearer to the cause.
      await Promise.all([pipe.ended, sending.catch((error: unknown) => pipe.ended.then(() => Promise.reject(error)))]);
    } catch (error) {
      await volume
        .stop()
        .then(() => volume.empty())
        .catch(() => {});
      await volume.start().catch(() => {});
      throw error;
    }
    await step(report, "waiting until it is healthy", () => volume.start());
  } finally {
    host.close();
  }
}
