import { expect, it } from "vitest";
import { parseConfiguration } from "./configuration";
import { timingOf } from "./timing";

const parsed = (text: string) => parseConfiguration(text, "security-metrics.yml");

it("without a file, everything runs but what needs other programs", () => {
  const { scans } = parsed("");
  expect(scans).toMatchObject({ files: { every: 3600, limit: 600 }, logins: { every: 60 }, malware: false });
  expect(timingOf("vulnerabilities", parsed(""))).toBeUndefined();
});

it("a scan is turned off, or partly changed; the rest stays", () => {
  const { scans } = parsed("scans:\n  docker: false\n  files: { every: 7200 }\n");
  expect(scans.docker).toBe(false);
  expect(scans.files).toMatchObject({ every: 7200, limit: 600, exclude: [] });
  expect(scans.ports).toEqual({ every: 60, limit: 30 });
});

it("reads JSON as well", () => {
  expect(parsed('{ "scans": { "ports": false } }').scans.ports).toBe(false);
});

it.each([
  ["scans: { ports: { evry: 3 } }", 'scans.ports: Unrecognized key: "evry"'],
  ["scans: { logins: true }", "scans.logins: "],
  ["scans: { ports: { every: 1 } }", "scans.ports.every: "],
  ["scans: { vulnerabilities: {} }", "scans.vulnerabilities.reports: "],
  ["scans: { files: { exclude: [tmp] } }", "scans.files.exclude.0: has to be a path on the host"],
  ["scans: { integrity: { files: [sshd_config] } }", "scans.integrity.files.0: has to begin with / or ~/"],
  ["scan: {}", 'the file: Unrecognized key: "scan"'],
])("%s is an error that names the setting", (text, message) => {
  expect(() => parsed(text)).toThrow(`security-metrics.yml: ${message}`);
});

it("what is no YAML is an error that names the file", () => {
  expect(() => parsed("scans: {")).toThrow("security-metrics.yml is neither YAML nor JSON: ");
});
