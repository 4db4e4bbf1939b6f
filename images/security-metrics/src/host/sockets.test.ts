import { afterEach, beforeEach, expect, it } from "vitest";
import { TrialHost } from "../scans/trial-host";
import { listeningSockets, parseTcpSocket, readTcpSockets } from "./sockets";

let host: TrialHost;
beforeEach(() => {
  host = new TrialHost();
});
afterEach(() => host.remove());

/** The sockets in the lines of a table. */
function parseTcpSockets(text: string) {
  return text.split("\n").flatMap((line) => parseTcpSocket(line) ?? []);
}

/** Lines of a real server: sshd, a database on loopback, a connection that is under way. */
const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 21513 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 24117 1 0000000000000000 100 0 0 10 0
   2: 5400000A:0016 3200000A:D2F4 01 00000000:00000000 02:0009A5E1 00000000     0        0 91027 4 0000000000000000 20 4 31 10 -1
`;
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 21515 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 30001 1 0000000000000000 100 0 0 10 0
   2: B80D01200000000067452301EFCDAB89:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 30002 1 0000000000000000 100 0 0 10 0
   3: 0000000000000000FFFF00005400000A:2328 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 30003 1 0000000000000000 100 0 0 10 0
`;

it("reads addresses, ports and owners of IPv4", () => {
  expect(parseTcpSockets(tcp)).toEqual([
    { address: "0.0.0.0", port: 22, isListening: true, inode: "21513" },
    { address: "127.0.0.1", port: 5432, isListening: true, inode: "24117" },
    { address: "10.0.0.84", port: 22, isListening: false, inode: "91027" },
  ]);
});

it("writes IPv6 as people do", () => {
  const addresses = parseTcpSockets(tcp6).map(({ address, port }) => [address, port]);
  expect(addresses).toEqual([
    ["::", 22],
    ["::1", 631],
    ["2001:db8::123:4567:89ab:cdef", 443],
    ["::ffff:10.0.0.84", 9000],
  ]);
});

it("shortens the longest run of zeros, and a single zero not at all", () => {
  const line = (hex: string) => `   0: ${hex}:0016 0:0 0A 0:0 00:0 0 0 0 1`;
  const address = (hex: string) => parseTcpSockets(line(hex))[0]?.address;
  expect(address("000080FE000000000000000001000000")).toBe("fe80::1");
  expect(address("B80D0120000000000000010001000000")).toBe("2001:db8::1:0:0:1");
  expect(address("B80D0120000000000000010000000000")).toBe("2001:db8:0:0:1::");
});

it("takes what is no socket for none", () => {
  expect(parseTcpSockets("\n  sl  local_address\n garbage\n 0: \n")).toEqual([]);
});

it("reads the tables of the host's first process, as far as sockets listen", () => {
  host.write("/proc/1/net/tcp", tcp).write("/proc/1/net/tcp6", tcp6);
  const found = listeningSockets(host.context().host).map(({ address, port }) => `${address} ${port}`);
  expect(found).toEqual([
    "0.0.0.0 22",
    "127.0.0.1 5432",
    ":: 22",
    "::1 631",
    "2001:db8::123:4567:89ab:cdef 443",
    "::ffff:10.0.0.84 9000",
  ]);
});

it("does without IPv6, and not without the host's /proc", () => {
  expect(() => listeningSockets(host.context().host)).toThrow(`${host.at("/proc/1/net/tcp")} is not there`);
  host.write("/proc/1/net/tcp", tcp);
  expect(listeningSockets(host.context().host)).toHaveLength(2);
});

it("reads a long table piece by piece, and no further than it has to", () => {
  const line = (n: number, state: string) =>
    `${n}: 0100007F:1F90 00000000:0000 ${state} 0:0 00:0 0     0        0 ${n} 1 0\n`;
  const lines = Array.from({ length: 5000 }, (_, n) => line(n, n < 3000 ? "0A" : "01"));
  host.write("/table", lines.join(""));
  const read = (isLast: (inode: string) => boolean) => readTcpSockets(host.at("/table"), ({ inode }) => isLast(inode));
  expect(read(() => false)?.map(({ inode }) => inode)).toEqual(lines.map((_, n) => String(n)));
  expect(read((inode) => inode === "4000")).toHaveLength(4001);
  expect(readTcpSockets(host.at("/none"), () => false)).toBeUndefined();
});
