import { isForbidden } from "../host/host-root";
import { processesOf } from "../host/processes";
import { hiddenProblem } from "../host/rights";
import { matcherOf } from "../match";
import type { Finding, Scan } from "../scans/scan";
import { type ProcessType, processTypes, suspicionsOf } from "./process-types";

/** Looks at all processes: known miners, shells that somebody talks to over the network, programs from odd places. */
export const scanProcesses: Scan = ({ host, configuration, deadline }) => {
  const { processes: settings } = configuration.scans;
  const isIgnored = matcherOf((settings || undefined)?.ignore ?? []);
  const counts = new Map<ProcessType, number>(processTypes.map((type) => [type, 0]));
  const findings: Finding[] = [];
  const processes = processesOf(host);
  let hidden = 0;

  for (const one of processes) {
    deadline.check();
    try {
      const suspicious = suspicionsOf(one);
      if (!suspicious || isIgnored(suspicious.executable.replace(/ \(deleted\)$/, ""))) continue;
      for (const type of suspicious.types) {
        counts.set(type, (counts.get(type) ?? 0) + 1);
        // Not its arguments, which may hold passwords.
        const { name, executable } = suspicious;
        const container = one.container();
        const where = container ? { container } : {};
        findings.push({ finding: type, pid: one.pid, user: one.user() ?? "unknown", name, executable, ...where });
      }
    } catch (error) {
      if (!isForbidden(error)) throw error;
      hidden++;
      findings.push({ finding: "hidden_process", pid: one.pid, name: one.name() ?? "" });
    }
  }
  const problem = hiddenProblem(hidden, processes.length);
  return {
    samples: [...counts].map(([type, value]) => ({ metric: "security_suspicious_processes", labels: { type }, value })),
    findings,
    problems: problem ? [problem] : [],
  };
};
