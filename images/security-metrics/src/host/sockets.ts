import { readSync } from "node:fs";
import type { HostRoot } from "./host-root";
import { withFile } from "./open-file";

/** A TCP socket, as a line of `/proc/net/tcp` or `/proc/net/tcp6` tells. */
export interface TcpSocket {
  /** As people write it: `10.0.0.84`, `::1`. */
  address: string;
  port: number;
  isListening: boolean;
  inode: string;
}

const listenState = "0A";
const chunkBytes = 64 * 1024;

/**
 * The TCP sockets of the host on which something listens: of the network namespace of its first process, whichever this process
 * is in.
 * @throws {Error} when the host's /proc is not there
 */
export function listeningSockets(host: HostRoot): TcpSocket[] {
  const tables = ["tcp", "tcp6"].map((table) => host.resolve(`/proc/1/net/${table}`));
  const sockets = tables.map((table) => readTcpSockets(table, (socket) => !socket.isListening));
  const [ipv4, ipv6] = sockets;
  if (!ipv4) throw new Error(`${tables[0]} is not there: is the host's root mounted there?`);
  // Without IPv6 there is no second table.
  return [...ipv4, ...(ipv6 ?? [])].filter(({ isListening }) => isListening);
}

/**
 * Reads a table of sockets, piece by piece: on a busy server it has a hundred thousand lines.
 * @param isLast ends it early. The kernel puts sockets that listen before all others.
 * @returns nothing when there is no such table
 * @see man 5 proc, /proc/net/tcp
 */
export function readTcpSockets(file: string, isLast: (socket: TcpSocket) => boolean): TcpSocket[] | undefined {
  return withFile(file, (descriptor) => {
    const sockets: TcpSocket[] = [];
    const chunk = Buffer.alloc(chunkBytes);
    let rest = "";
    for (let bytes = readSync(descriptor, chunk); bytes > 0; bytes = readSync(descriptor, chunk)) {
      const lines = (rest + chunk.toString("latin1", 0, bytes)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const socket = parseTcpSocket(line);
        if (socket) sockets.push(socket);
        if (socket && isLast(socket)) return sockets;
      }
    }
    return sockets;
  });
}

/** A line of the table; nothing for its heading. */
export function parseTcpSocket(line: string): TcpSocket | undefined {
  const [slot = "", local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
  const [address = "", port = ""] = local.split(":");
  if (!slot.endsWith(":") || inode === undefined || !port) return undefined;
  return {
    address: address.length === 8 ? ipv4(address) : ipv6(address),
    port: Number.parseInt(port, 16),
    isListening: state === listenState,
    inode,
  };
}

/** The kernel writes each 32 bits in its own byte order: on every machine that Docker runs on but s390x, last byte first. */
function ipv4(hex: string): string {
  return bytesOf(hex).join(".");
}

function ipv6(hex: string): string {
  const bytes = [0, 8, 16, 24].flatMap((start) => bytesOf(hex.slice(start, start + 8)));
  const groups = Array.from({ length: 8 }, (_, index) => {
    return (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16);
  });
  if (groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff") return `::ffff:${bytes.slice(12).join(".")}`;
  return shortened(groups);
}

function bytesOf(hex: string): number[] {
  return [6, 4, 2, 0].map((start) => Number.parseInt(hex.slice(start, start + 2), 16));
}

/** The longest run of zeros (of two or more; the first of equals) becomes `::`, as RFC 5952 has it. */
function shortened(groups: string[]): string {
  const runs = [...groups.join(":").matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)];
  const longest = runs.sort((a, b) => b[0].length - a[0].length)[0];
  if (!longest) return groups.join(":");
  const text = groups.join(":");
  const before = text.slice(0, longest.index).replace(/:$/, "");
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}
