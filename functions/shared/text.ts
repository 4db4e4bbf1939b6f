/** The first so many characters (code points, as Appwrite counts a column's size). */
export function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return [...text.slice(0, characters * 2)].slice(0, characters).join("");
}

/** As many whole characters as fit into so many bytes of UTF-8. */
export function cutBytes(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  if (buffer.length <= bytes) return text;
  let end = bytes;
  // A byte 10xxxxxx continues the character before it.
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end--;
  return buffer.toString("utf8", 0, end);
}

/** Half a surrogate pair cannot be sent: Appwrite would refuse the whole call. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/**
 * A text as a column of this size takes it.
 *
 * In an update Appwrite takes a text like `{"method":"increment",…}` for an instruction to change the column, not for
 * its content. An invisible character in front keeps it a text.
 */
export function columnText(text: string, characters: number): string {
  const fitting = cut(wellFormed(text), characters);
  return looksLikeOperator(fitting) ? `\u200b${cut(fitting, characters - 1)}` : fitting;
}

/** Whether Appwrite 1.8 would decode it to an object with a `method`. */
export function looksLikeOperator(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    return typeof JSON.parse(text)?.method === "string";
  } catch {
    return false;
  }
}

/** For a message to people: one line, no control characters, no direction marks that turn the rest around. */
export function oneLine(text: string): string {
  return wellFormed(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .trim();
}

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const webAddress = new RegExp(
  `^https?://(?:(?=[^/:?#]{1,253}(?:[/:?#]|$))${label}(?:\\.${label})*|\\[[0-9a-f:.]+\\])(?::\\d{1,5})?(?:[/?#][\\x21-\\x7e]*)?$`,
  "i",
);

/**
 * An address as a column of type url takes it, or null: http or https, with a host as PHP's FILTER_VALIDATE_URL wants it
 * (no underscore, for one), without a password in it.
 */
export function urlOrNull(text: unknown, characters: number): string | null {
  if (typeof text !== "string" || !URL.canParse(text)) return null;
  const { href, username, password } = new URL(text);
  const address = [text, href].find((one) => webAddress.test(one));
  return address && !username && !password && address.length <= characters ? address : null;
}

/** As `2026-11-24 10:05 UTC`. */
export function minuteOf(time: string | number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** As `3 d 4 h`, `1 h 5 min`, `2 min`, `40 s`. */
export function durationOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const units: [string, number][] = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["min", Math.floor(seconds / 60) % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(" ");
}
