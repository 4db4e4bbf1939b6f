/** Whether two IPv4 networks, as `172.31.255.0/24`, have an address in common. What is no such network has none. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  if (!a || !b) return false;
  const shorter = Math.min(a.prefix, b.prefix);
  const block = 2 ** (32 - shorter);
  return Math.floor(a.address / block) === Math.floor(b.address / block);
}

function parse(network: string): { address: number; prefix: number } | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(network);
  if (!match) return undefined;
  const [first = 0, second = 0, third = 0, fourth = 0, prefix = 0] = match.slice(1).map(Number);
  return { address: ((first * 256 + second) * 256 + third) * 256 + fourth, prefix };
}
