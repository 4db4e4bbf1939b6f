import { BlockList, isIPv6 } from "node:net";

/** Who can reach what listens at an address, the fewest first. */
export const exposures = ["loopback", "private", "public"] as const;
export type Exposure = (typeof exposures)[number];

const loopback = networks([
  ["127.0.0.0", 8],
  ["::1", 128],
]);

/** RFC 1918 and RFC 4193, link-local addresses, and those that providers share (RFC 6598; VPNs use them). */
const privates = networks([
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
  ["fc00::", 7],
  ["fe80::", 10],
]);

/** @param address as `10.0.0.84`, `::1`, `::ffff:10.0.0.84`; `0.0.0.0` and `::` stand for all that the host has */
export function exposureOf(address: string): Exposure {
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  // An IPv4 address in the form of IPv6 is found in the networks of IPv4.
  if (loopback.check(address, family)) return "loopback";
  return privates.check(address, family) ? "private" : "public";
}

function networks(subnets: [string, number][]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv6(network) ? "ipv6" : "ipv4");
  return list;
}
