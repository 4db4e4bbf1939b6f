const listenState = "0A";

/**
 * The TCP ports that somebody listens on at an address (or at all addresses), from the lines of `/proc/net/tcp` and
 * `/proc/net/tcp6`, which every Linux has and everybody may read.
 * @see man 5 proc
 */
export function listeningPorts(lines: string[], address: string): Set<number> {
  const wanted = new Set([
    hexOf(address),
    hexOf("0.0.0.0"),
    "0".repeat(32),
    `${"0".repeat(16)}FFFF0000${hexOf(address)}`,
  ]);
  const ports = new Set<number>();
  for (const line of lines) {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [host = "", port = ""] = local.split(":");
    if (state === listenState && wanted.has(host)) ports.add(Number.parseInt(port, 16));
  }
  return ports;
}

/** An IPv4 address as /proc/net/tcp writes it: hexadecimal, last octet first. */
function hexOf(address: string): string {
  return address
    .split(".")
    .reverse()
    .map((octet) => Number(octet).toString(16).toUpperCase().padStart(2, "0"))
    .join("");
}
