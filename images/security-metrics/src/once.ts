import { Page } from "./page";
import { ScanRunner, type ScanSettings } from "./scans/run-scan";
import { type ScanName, scanNames } from "./scans/scan";
import { ScanReport } from "./scans/scan-report";
import { timingOf } from "./timing";

/** Runs every scan once. @returns the page, and which scans failed */
export async function scanOnce(settings: ScanSettings): Promise<{ text: string; failed: ScanName[] }> {
  const page = new Page();
  const report = new ScanReport();
  const runner = new ScanRunner(settings);
  const failed: ScanName[] = [];
  for (const scan of scanNames.filter((name) => timingOf(name, settings.configuration))) {
    report.begins(scan);
    const start = performance.now();
    const outcome = report.ends(scan, await runner.run(scan), (performance.now() - start) / 1000);
    if (!outcome.isSuccess) failed.push(scan);
    page.show(outcome);
  }
  return { text: await page.text(), failed };
}
