import { mkdirSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import type { Programs } from "./programs";

export interface RedisOptions {
  name: string;
  address: string;
  port: number;
  /** The one that it follows, as `10.0.0.80 6379`. */
  follows?: string;
  /** `maxmemory`. @default 64mb */
  memory?: string;
  /** What it does when that is reached. @default any key may go */
  policy?: "allkeys-lru" | "volatile-lru";
}

/** A real Redis that keeps what it knows on disk, by both ways. */
export async function startRedis(programs: Programs, options: RedisOptions): Promise<void> {
  const { name, address, port, follows, memory = "64mb", policy = "allkeys-lru" } = options;
  const folder = path.join(programs.folder, name);
  mkdirSync(folder, { recursive: true });
  const program = programs.start(name, "redis-server", [
    ...["--bind", address, "--port", String(port), "--dir", folder, "--protected-mode", "no"],
    ...["--maxmemory", memory, "--maxmemory-policy", policy, "--appendonly", "yes"],
    // Saved after 10 seconds in which 10 keys changed; whatever takes a millisecond is slow.
    ...["--save", "10 10", "--slowlog-log-slower-than", "1000", "--latency-monitor-threshold", "1"],
    ...(follows ? ["--replicaof", ...follows.split(" ")] : []),
  ]);
  await programs.until(program, 20, "takes no connection", () => accepts(address, port));
}

/** Asks a Redis all the time: finds and misses keys, lets them expire and be evicted, is slow now and then. */
export function loadRedis(address: string, port: number): void {
  const socket = net.connect(port, address);
  socket.on("data", () => {});
  socket.on("error", (error) => console.error(`Redis takes no load: ${error.message}`));
  let count = 0;
  setInterval(() => {
    count++;
    const value = "x".repeat(20_000);
    socket.write(`SET stock:${count} ${value}\r\nSET session:${count} open EX 5\r\n`);
    socket.write(
      `GET stock:${count}\r\nGET stock:${count}0\r\nINCR orders\r\nLPUSH events ${count}\r\nHSET cart:${count % 50} item ${count}\r\n`,
    );
    if (count % 50 === 0) socket.write("KEYS *\r\nLTRIM events 0 100\r\nNOTACOMMAND\r\n");
  }, 50);
}

function accepts(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, address);
    socket.on("connect", () => resolve(socket.destroy() !== undefined));
    socket.on("error", () => resolve(false));
  });
}
