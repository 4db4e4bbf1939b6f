import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isMissing } from "./host/host-root";

/** What has to survive a restart: a JSON file for each thing, in a folder; without one, in memory. */
export class StateFolder {
  private readonly memory = new Map<string, unknown>();
  /** What was last seen in each file. */
  private readonly seen = new Map<string, string>();

  constructor(readonly folder: string | undefined) {}

  /**
   * What was kept under this name, or nothing. A file that somebody has spoilt is an error: to begin anew in silence would
   * forget what was recorded.
   * @throws {Error} that names the file
   */
  load<State>(name: string): State | undefined {
    if (!this.folder) return this.memory.get(name) as State | undefined;
    const file = this.fileOf(name);
    try {
      const text = readFileSync(file, "utf8");
      this.seen.set(name, text);
      return JSON.parse(text) as State;
    } catch (error) {
      this.seen.delete(name);
      if (isMissing(error)) return undefined;
      throw new Error(`${file} cannot be read (${(error as Error).message}): remove it to begin anew.`);
    }
  }

  /** Keeps it: the old file or the new one is there at any time, never half of one. @throws {Error} that names the file */
  save(name: string, state: unknown): void {
    if (!this.folder) {
      this.memory.set(name, state);
      return;
    }
    const file = this.fileOf(name);
    const text = `${JSON.stringify(state)}\n`;
    // Most scans find nothing new, and disks wear out.
    if (this.seen.get(name) === text) return;
    try {
      mkdirSync(this.folder, { recursive: true });
      writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
      renameSync(`${file}.new`, file);
      this.seen.set(name, text);
    } catch (error) {
      throw new Error(
        `${file} cannot be written (${(error as Error).message}): mount a volume there, or give --state.`,
      );
    }
  }

  private fileOf(name: string): string {
    return path.join(this.folder ?? "", `${name}.json`);
  }
}
