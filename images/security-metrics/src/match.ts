/**
 * Whether a path is meant by one of the patterns: a path as it is, in which `*` stands for anything but `/` and `**` for
 * anything. A folder means all that is in it.
 */
export function matcherOf(patterns: string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const expression = new RegExp(`^(?:${patterns.map(expressionOf).join("|")})(?:/.*)?$`, "s");
  return (path) => expression.test(path);
}

function expressionOf(pattern: string): string {
  const plain = pattern.replace(/\/+$/, "").replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return plain.replace(/\*\*|\*/g, (stars) => (stars === "**" ? ".*" : "[^/]*"));
}
