import path from "node:path";
import type { Options } from "./command-line";
import { readConfiguration } from "./configuration";
import { Exporter } from "./exporter";
import { log, logToStandardError } from "./log";
import type { ScanSettings } from "./scans/run-scan";
import type { ListenAddress } from "./web/listen-address";

const stateFolder = "/state";
/** Of one processor, while a scan runs: a long one leaves the other half to those who work. */
const share = 0.5;
/** Milliseconds until it ends in any case, once it is told to. */
const patience = 3000;

// A service that runs for years does not load here what its threads alone, or other commands, need.

/** Serves until it is told to end. */
export async function serve(options: Options, listen: ListenAddress[], program: string): Promise<void> {
  const settings = { ...settingsOf(options), state: options.state ?? stateFolder, share };
  const exporter = new Exporter({ listen, webConfiguration: options["web.config.file"], program, settings });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      log("info", "ends", { signal });
      // What a scan has found so far is found again; its state is whole at any time. One that hangs is not waited for.
      setTimeout(() => process.exit(0), patience).unref();
      void exporter.stop().finally(() => process.exit(0));
    });
  }
  await exporter.start();
}

/** Scans once, prints the page, and says which scans failed. */
export async function printPage(options: Options): Promise<void> {
  logToStandardError();
  // Without a state there is no "since then": what the logs hold counts.
  const settings = { ...settingsOf(options), state: options.state, countsOldEntries: options.state === undefined };
  const { scanOnce } = await import("./once");
  const { text, failed } = await scanOnce(settings);
  process.stdout.write(text);
  if (failed.length === 0) return;
  console.error(`error: failed: ${failed.join(", ")}; the lines above with scan_failed say why.`);
  process.exitCode = 1;
}

/** Records files as they are now, and says which had changed. */
export async function acceptFiles(options: Options): Promise<void> {
  const settings = { ...settingsOf(options), state: options.state ?? stateFolder };
  const paths = options.accept === true ? [] : (options.accept ?? []);
  const { accept } = await import("./accept");
  const accepted = accept(settings, paths);
  console.log(accepted.length === 0 ? "Nothing has changed." : `Recorded: ${accepted.join(", ")}`);
}

function settingsOf(options: Options): ScanSettings {
  const root = path.resolve(options.root);
  return {
    root,
    dockerSocket: options["docker.socket"] ?? path.join(root, "run/docker.sock"),
    state: undefined,
    configuration: readConfiguration(options["config.file"]),
    countsOldEntries: false,
    share: 1,
  };
}
