/**
 * Bytes of a size as Prometheus' flags have it, as `20GB`. Its units are powers of 1024.
 * @see https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects
 */
export function bytesOf(size: string): number {
  const [, number = "0", unit = "B"] = /^(\d+)([MGT]?B)$/.exec(size) ?? [];
  return Number(number) * 1024 ** (["B", "KB", "MB", "GB", "TB"].indexOf(unit) || 0);
}

/** Names as a person reads them: the first ones, and how many more there are. */
export function listed(names: string[], most = 8): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
