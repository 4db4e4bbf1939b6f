import { cut, looksLikeOperator } from "./text";

/** A JSON object of which nothing is known yet. */
export type Fields = Record<string, unknown>;

/** One field of an alert: of its own, or of its labels, annotations and the like. */
interface Leaf {
  group: string | undefined;
  name: string;
  value: unknown;
  bytes: number;
}

/**
 * @param bytes as many as may be
 * @returns the alert as JSON; what does not fit is left out field by field, the largest first, and `truncated` says so
 */
export function rawAlertOf(alert: Fields, bytes: number): string {
  const whole = JSON.stringify(alert);
  const size = Buffer.byteLength(whole);
  const asText = (json: string) => (looksLikeOperator(json) ? `\u200b${json}` : json);
  // Less the three bytes of the mark that `asText` may set.
  if (size <= bytes - 3) return asText(whole);
  const leaves = leavesOf(alert);
  const groups = new Set(leaves.map(({ group }) => group).filter((group) => group !== undefined));
  // What the groups' own names take, and the remark on what was left out.
  const frame = [...groups].reduce((sum, group) => sum + byteLength(group) + 4, 500);
  const kept = new Set<Leaf>();
  let room = bytes - frame;
  for (const leaf of [...leaves].sort((a, b) => a.bytes - b.bytes)) {
    room -= leaf.bytes;
    if (room < 0) break;
    kept.add(leaf);
  }
  const fieldsOf = (group: string | undefined) =>
    leaves.filter((leaf) => leaf.group === group && kept.has(leaf)).map(({ name, value }) => [name, value] as const);
  const omitted = leaves.filter((leaf) => !kept.has(leaf));
  const names = omitted.slice(0, 5).map(({ group, name }) => cut([group, name].filter(Boolean).join("."), 20));
  return asText(
    JSON.stringify({
      ...Object.fromEntries(fieldsOf(undefined)),
      ...Object.fromEntries(
        kept.size > 0 ? [...groups].map((group) => [group, Object.fromEntries(fieldsOf(group))]) : [],
      ),
      truncated: { bytes: size, fields: omitted.length, names },
    }),
  );
}

function leavesOf(alert: Fields): Leaf[] {
  const leaf = (group: string | undefined, [name, value]: [string, unknown]) => {
    // A comma and a colon besides.
    return { group, name, value, bytes: byteLength(name) + byteLength(value) + 2 };
  };
  return Object.entries(alert).flatMap(([name, value]) =>
    isFields(value) ? Object.entries(value).map((entry) => leaf(name, entry)) : [leaf(undefined, [name, value])],
  );
}

/** Of a value as JSON. */
function byteLength(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
