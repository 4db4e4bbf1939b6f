import type { Scan } from "../scans/scan";
import { readReports } from "./report-files";

/** As Trivy calls them. */
export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"] as const;

/** What is used of Trivy's report (`trivy image --format json`, schema version 2). */
interface TrivyReport {
  SchemaVersion?: number;
  Results?: { Vulnerabilities?: { Severity?: string }[] | null }[] | null;
}

/** Counts the vulnerabilities in the reports that Trivy's runs have left; one that is in several images counts for each. */
export const scanVulnerabilities: Scan = ({ host, configuration }) => {
  const { vulnerabilities: settings } = configuration.scans;
  if (!settings) throw new Error("scans.vulnerabilities is not configured");
  const counts = new Map<string, number>(severities.map((severity) => [severity, 0]));
  for (const { file, text } of readReports(host, settings.reports, ".json", settings.maxAge)) {
    for (const [severity, count] of countSeverities(text, file))
      counts.set(severity, (counts.get(severity) ?? 0) + count);
  }
  return {
    samples: [...counts].map(([severity, value]) => ({
      metric: "security_docker_vulnerabilities",
      labels: { severity },
      value,
    })),
    findings: [],
    problems: [],
  };
};

/** Severity → how many. @throws {Error} when it is no report of Trivy's */
export function countSeverities(text: string, file: string): Map<string, number> {
  const report = parse(text, file);
  const counts = new Map<string, number>();
  for (const { Vulnerabilities } of report.Results ?? []) {
    for (const { Severity = "" } of Vulnerabilities ?? []) {
      const severity = severities.find((one) => one === Severity) ?? "UNKNOWN";
      counts.set(severity, (counts.get(severity) ?? 0) + 1);
    }
  }
  return counts;
}

function parse(text: string, file: string): TrivyReport {
  const wrong = `${file} is no report of Trivy's (trivy image --format json --output FILE)`;
  let report: TrivyReport;
  try {
    report = JSON.parse(text) as TrivyReport;
  } catch {
    throw new Error(`${wrong}, or half of one: have it written to another file and moved.`);
  }
  if (report?.SchemaVersion === undefined) throw new Error(`${wrong}.`);
  return report;
}
