import { utimesSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { linesOf, TrialHost } from "../scans/trial-host";
import { infectedFiles, scanMalware } from "./malware";
import { countSeverities, scanVulnerabilities } from "./vulnerabilities";

let host: TrialHost;
beforeEach(() => {
  host = new TrialHost();
});
afterEach(() => host.remove());

/** A report as `trivy image --format json` writes it, in as much as is looked at. */
const trivy = (...severities: string[]) =>
  JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: "nginx:1.29.3",
    ArtifactType: "container_image",
    Results: [
      { Target: "nginx:1.29.3 (debian 12.5)", Class: "os-pkgs", Type: "debian" },
      {
        Target: "usr/bin/x",
        Class: "lang-pkgs",
        Vulnerabilities: severities.map((Severity, n) => ({
          VulnerabilityID: `CVE-2026-${n}`,
          PkgName: "x",
          Severity,
        })),
      },
    ],
  });

const vulnerabilities = "scans: { vulnerabilities: { reports: /srv/trivy } }";

it("counts the vulnerabilities of all reports in a folder", async () => {
  host.write("/srv/trivy/nginx.json", trivy("CRITICAL", "HIGH", "HIGH"));
  host.write("/srv/trivy/redis.json", trivy("CRITICAL", "LOW", "NEGLIGIBLE")).write("/srv/trivy/db.lock", "");
  expect(linesOf(await scanVulnerabilities(host.context(vulnerabilities)))).toEqual([
    'security_docker_vulnerabilities{severity="CRITICAL"} 2',
    'security_docker_vulnerabilities{severity="HIGH"} 2',
    'security_docker_vulnerabilities{severity="MEDIUM"} 0',
    'security_docker_vulnerabilities{severity="LOW"} 1',
    'security_docker_vulnerabilities{severity="UNKNOWN"} 1',
  ]);
});

it("an image without vulnerabilities has none", () => {
  expect(countSeverities('{"SchemaVersion":2,"ArtifactName":"a"}', "a.json")).toEqual(new Map());
  expect(countSeverities('{"SchemaVersion":2,"Results":[{"Target":"a","Vulnerabilities":null}]}', "a.json")).toEqual(
    new Map(),
  );
});

it("half a report, or something else, is an error that names the file", () => {
  expect(() => countSeverities('{"SchemaVersion":2,"Resu', "/srv/a.json")).toThrow(
    "/srv/a.json is no report of Trivy's",
  );
  expect(() => countSeverities("null", "/srv/a.json")).toThrow("/srv/a.json is no report of Trivy's");
  expect(() => countSeverities('{"a":1}', "/srv/a.json")).toThrow("trivy image --format json");
});

it("no report, and none but old ones, is a failure", async () => {
  const scan = async () => scanVulnerabilities(host.context(vulnerabilities));
  await expect(scan()).rejects.toThrow("/srv/trivy holds no report");
  host.write("/srv/trivy/a.json", trivy());
  utimesSync(host.at("/srv/trivy/a.json"), Date.now() / 1000 - 300_000, Date.now() / 1000 - 300_000);
  await expect(scan()).rejects.toThrow("/srv/trivy/a.json is 83 h old");
});

/** What clamscan appends to its log (`clamscan --recursive --infected --log=FILE /srv`). */
const clamscan = (lines: string, viruses = 8_729_311) => `
-------------------------------------------------------------------------------

${lines}
----------- SCAN SUMMARY -----------
Known viruses: ${viruses}
Engine version: 1.4.3
Scanned directories: 12
Scanned files: 340
Infected files: ${lines.split("\n").filter((line) => line.endsWith("FOUND")).length}
Data scanned: 12.60 MB
Time: 21.405 sec (0 m 21 s)
Start Date: 2026:11:24 02:00:01
End Date:   2026:11:24 02:00:22
`;
const eicar = "/srv/upload/a: b.com: Eicar-Test-Signature FOUND";

it("counts what ClamAV's last run has found", async () => {
  const configuration = "scans: { malware: { reports: /srv/clamav.log, ignore: [/srv/samples] } }";
  const scan = async () => scanMalware(host.context(configuration));
  host.write(
    "/srv/clamav.log",
    clamscan("/srv/x: OK") + clamscan(`${eicar}\n/srv/samples/y: Win.Test.EICAR-1 FOUND\n`),
  );
  const result = await scan();
  expect(linesOf(result)).toEqual(["security_malware_detected 1"]);
  expect(result.findings).toEqual([
    { finding: "FOUND", file: "/srv/upload/a: b.com", signature: "Eicar-Test-Signature" },
  ]);
  host.write("/srv/clamav.log", clamscan(eicar) + clamscan(""));
  expect(linesOf(await scan())).toEqual(["security_malware_detected 0"]);
});

it("goes by the last run that came to its end", () => {
  const underWay = "\n-----\n/srv/b: Some.Virus FOUND\n";
  expect(infectedFiles(clamscan(eicar) + underWay, "a.log")).toHaveLength(1);
  expect(() => infectedFiles(underWay, "a.log")).toThrow("a.log holds no run of clamscan's that came to its end");
});

it("a run without signatures has found nothing out", () => {
  expect(() => infectedFiles(clamscan("", 0), "a.log")).toThrow("a.log: clamscan had no signatures");
});
