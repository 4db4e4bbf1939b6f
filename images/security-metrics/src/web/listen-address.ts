import { isIP, isIPv6 } from "node:net";

/** Where to listen. */
export interface ListenAddress {
  /** An IP address; `0.0.0.0` and `::` mean all. */
  host: string;
  port: number;
}

/** Where it listens unless told otherwise. */
export const everywhere: ListenAddress = { host: "0.0.0.0", port: 9101 };

/** `10.0.0.84:9101`, `[::1]:9101` or `:9101`. @throws {Error} that says what it takes */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? (plain === "" ? "0.0.0.0" : plain);
  const port = Number(digits);
  if (host === undefined || isIP(host) === 0 || port > 65_535) {
    throw new Error("an address and a port, as 10.0.0.84:9101 or [::1]:9101.");
  }
  return { host, port };
}

/** The address under which a program on the same machine finds it. */
export function localUrlOf({ host, port }: ListenAddress): string {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}
