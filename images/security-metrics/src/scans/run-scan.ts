import type { Configuration } from "../configuration";
import { HostRoot } from "../host/host-root";
import { StateFolder } from "../state-folder";
import { timingOf } from "../timing";
import { Deadline } from "./deadline";
import type { ScanContext, ScanName, ScanResult } from "./scan";
import { scans } from "./scans";

/** Where scans look, and what they go by. */
export interface ScanSettings {
  /** Folder in which the host's root is seen. */
  root: string;
  dockerSocket: string;
  /** Folder for what has to survive a restart; nothing to keep it in memory. */
  state: string | undefined;
  configuration: Configuration;
  /** Whether what logs hold at the first look counts. */
  countsOldEntries: boolean;
  /** How much of one processor a scan takes at most; 1 is all of it. */
  share: number;
}

/** What a scan came to, or why it found out nothing. */
export type ScanAnswer = { result: ScanResult } | { failure: string };

/** Runs scans one at a time, in the thread that it is called in. */
export class ScanRunner {
  private readonly host: HostRoot;
  private readonly state: StateFolder;

  constructor(private readonly settings: ScanSettings) {
    this.host = new HostRoot(settings.root);
    this.state = new StateFolder(settings.state);
  }

  /** What a scan may use, from now until its bound of time. */
  contextOf(scan: ScanName): ScanContext {
    const { configuration, dockerSocket, share, countsOldEntries } = this.settings;
    const { limit = 600 } = timingOf(scan, configuration) ?? {};
    const deadline = new Deadline(limit, share);
    return { host: this.host, state: this.state, configuration, dockerSocket, deadline, countsOldEntries };
  }

  async run(scan: ScanName): Promise<ScanAnswer> {
    try {
      return { result: await scans[scan](this.contextOf(scan)) };
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  }
}
