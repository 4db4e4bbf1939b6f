import { processesOf } from "../host/processes";
import { hiddenProblem } from "../host/rights";
import { listeningSockets } from "../host/sockets";
import type { Sample, Scan } from "../scans/scan";
import { type Exposure, exposureOf, exposures } from "./exposure";
import { SocketOwners } from "./socket-owners";

const owners = new SocketOwners();

/** Something that listens. */
export interface ListeningPort {
  port: number;
  address: string;
  process: string;
}

/** Looks which TCP ports of the host something listens on, at which addresses, and what. */
export const scanPorts: Scan = ({ host, deadline }) => {
  const sockets = listeningSockets(host);
  const inodes = sockets.map(({ inode }) => inode);
  const names = owners.namesOf(inodes, () => processesOf(host), deadline);
  const { all, hidden } = owners.searched;
  const nameless = hidden > 0 ? "unknown" : "kernel";
  const ports = sockets.map(({ port, address, inode }) => ({ port, address, process: names.get(inode) ?? nameless }));
  const problem = ports.some(({ process }) => process === "unknown") ? hiddenProblem(hidden, all) : undefined;
  return {
    samples: samplesOf(ports),
    findings: ports.map((port) => ({ finding: "listening_port", ...port })),
    problems: problem ? [problem] : [],
  };
};

/** A port counts once, however many addresses and processes it has, as what its widest address makes it. */
export function samplesOf(ports: ListeningPort[]): Sample[] {
  const widest = new Map<number, Exposure>();
  for (const { port, address } of ports) {
    const both = [exposureOf(address), widest.get(port) ?? "loopback"];
    widest.set(port, exposures.findLast((exposure) => both.includes(exposure)) ?? "public");
  }
  return [
    ...exposures.map(
      (type): Sample => ({
        metric: "security_open_ports",
        labels: { type },
        value: [...widest.values()].filter((exposure) => exposure === type).length,
      }),
    ),
    ...ports.map(
      ({ port, address, process }): Sample => ({
        metric: "security_listening_port",
        labels: { port: String(port), protocol: "tcp", address, process },
        value: 1,
      }),
    ),
  ];
}
