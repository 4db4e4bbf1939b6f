import { scanDocker } from "../docker/docker";
import { scanFiles } from "../files/files";
import { scanIntegrity } from "../integrity/integrity";
import { scanLogins } from "../logins/logins";
import { scanPorts } from "../ports/ports";
import { scanProcesses } from "../processes/processes";
import { scanMalware } from "../reports/malware";
import { scanVulnerabilities } from "../reports/vulnerabilities";
import type { Scan, ScanName } from "./scan";

export const scans: Record<ScanName, Scan> = {
  logins: scanLogins,
  ports: scanPorts,
  processes: scanProcesses,
  docker: scanDocker,
  integrity: scanIntegrity,
  vulnerabilities: scanVulnerabilities,
  malware: scanMalware,
  files: scanFiles,
};
