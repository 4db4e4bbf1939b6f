import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { byteSize } from "../byte-size";
import { CommandError } from "../command";
import { type Manifest, manifestFile } from "./manifest";

const pidFile = "pid";
const suffix = ".part";
/** What is asked for besides the data as it is on the servers' disks: Prometheus' newest samples become one more block. */
const reserve = { factor: 1.25, bytes: 64_000_000 };

/**
 * A backup's folder while it is written: `<out>/<stack>-<UTC time>.part`, which becomes one without `.part` once all is
 * in it. What an earlier run that was killed left of this stack is removed.
 */
export class BackupFolder {
  private constructor(
    /** Where files are written. */
    readonly path: string,
    private readonly whole: string,
  ) {}

  static async create(out: string, stack: string, time: Date): Promise<BackupFolder> {
    const name = `${stack}-${time.toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-")}Z`;
    await mkdir(out, { recursive: true, mode: 0o700 }).catch((error: Error) => {
      throw new CommandError(`${out} cannot be made (${error.message}): name another folder by --out.`);
    });
    await removeLeftOvers(out, stack);
    const whole = path.join(out, name);
    const folder = new BackupFolder(`${whole}${suffix}`, whole);
    await mkdir(folder.path, { mode: 0o700 }).catch((error: Error) => {
      throw new CommandError(`${folder.path} cannot be made: ${error.message}.`);
    });
    await writeFile(path.join(folder.path, pidFile), `${process.pid}\n`, { mode: 0o600 });
    return folder;
  }

  /** @param bytes of the data to come, before it is compressed @throws {CommandError} when its disk has no room for them */
  async mustHold(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.path);
    const free = bavail * bsize;
    const wanted = bytes * reserve.factor + reserve.bytes;
    if (free >= wanted) return;
    throw new CommandError(
      `only ${byteSize(free)} are free on the disk of ${path.dirname(this.path)}, and ${byteSize(wanted)} may be needed. ` +
        "Remove old backups there, or name another disk by --out. Nothing was stopped, and nothing was saved.",
      "wrong",
    );
  }

  /** Writes the manifest, and gives the folder its name. @returns the folder */
  async finish(manifest: Manifest): Promise<string> {
    const file = await open(path.join(this.path, manifestFile), "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rm(path.join(this.path, pidFile));
    await rename(this.path, this.whole);
    return this.whole;
  }

  /** Leaves nothing behind. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

async function removeLeftOvers(out: string, stack: string): Promise<void> {
  const ours = new RegExp(`^${stack}-\\d{4}-\\d{2}-\\d{2}-\\d{6}Z\\.part$`);
  for (const name of (await readdir(out)).filter((entry) => ours.test(entry))) {
    const folder = path.join(out, name);
    const pid = (await readFile(path.join(folder, pidFile), "utf8").catch(() => "")).trim();
    // One of another machine, on a shared disk, cannot be told from one of a process that is gone; it fails, and says so.
    if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}`)) await rm(folder, { recursive: true, force: true });
  }
}
