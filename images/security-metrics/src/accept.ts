import { acceptSuidFiles, unknownSuidFiles } from "./files/files";
import { acceptDeclaredFiles } from "./integrity/integrity";
import { ScanRunner, type ScanSettings } from "./scans/run-scan";

/**
 * Records the declared files and the unknown SUID files as they are now; a running exporter goes by that from its next scan on.
 * @param paths only these; all of them when none is given
 * @returns those that were not recorded like that before
 */
export function accept(settings: ScanSettings, paths: string[]): string[] {
  const { scans } = settings.configuration;
  const runner = new ScanRunner(settings);
  const accepted: string[] = [];
  if (scans.integrity) accepted.push(...acceptDeclaredFiles(runner.contextOf("integrity"), paths));
  if (scans.files) {
    const context = runner.contextOf("files");
    const suidFiles = paths.length > 0 ? paths : unknownSuidFiles(context);
    accepted.push(...acceptSuidFiles(suidFiles, context.host, context.state, context.deadline));
  }
  return [...new Set(accepted)].sort();
}
