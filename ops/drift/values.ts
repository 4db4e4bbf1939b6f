import { isDeepStrictEqual } from "node:util";
import type { Difference } from "./row";

export const hidden = "[secret]";
const absent = "nothing";
/** The key by which the engine marks an object as one of its own kinds, of which a secret is one. */
const signature = "4dabf18193072939515e22adb298388d";
/** What the engine writes for what it will know only after a deployment. */
const unknownMarks = [
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
];
const secretName = /passw|secret|token|api_?key|auth(?!or)|credential|private/i;
/** `--web.password=…`, `PASSWORD: …`: what follows such a name. */
const secretAssignment =
  /([\w.-]*(?:passw|secret|token|api_?key|credential)[\w.-]*["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;]+)/gi;
const userInUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s:@]+:[^/\s@]+@/gi;
const longest = 160;
/** What Grafana assigns within a JSON text, and is no setting. */
const assigned = new Set(["id", "version", "iteration"]);
/** By what the entries of a list are told apart. */
const entryNames = ["uid", "title", "name", "label", "key", "target", "refId"];

/** Whether the engine holds this back as a secret. */
export function isSecret(value: unknown): boolean {
  return isObject(value) && signature in value;
}

/** Whether it, or anything in it, is only known after a deployment. */
export function isUnknown(value: unknown): boolean {
  if (typeof value === "string") return unknownMarks.includes(value);
  if (Array.isArray(value)) return value.some(isUnknown);
  return isObject(value) && Object.values(value).some(isUnknown);
}

/** A value as people read it, on one line and without anything secret. */
export function shown(value: unknown, name = ""): string {
  if (value === undefined || value === null || value === "") return absent;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  if (isSecret(value) || secretName.test(name)) return hidden;
  if (Array.isArray(value) && value.length === 0) return absent;
  const text = Array.isArray(value) && value.every((entry) => !isObject(entry)) ? value.join(", ") : asText(value);
  const line = withoutSecrets(text).replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** A text with passwords in URLs and after telling names left out. */
export function withoutSecrets(text: string): string {
  return text.replace(userInUrl, `$1${hidden}@`).replace(secretAssignment, `$1${hidden}`);
}

/**
 * What differs between two values, entry by entry: objects by key, lists of objects by their entries' names, texts that
 * are JSON as what they say. What the engine holds back as a secret cannot be compared and is no difference.
 * @param setting where the values stand, in words
 */
export function differencesIn(setting: string, declared: unknown, found: unknown): Difference[] {
  if (isSecret(declared) || isSecret(found) || isUnknown(declared)) return [];
  const [wanted, seen] = [parsed(declared), parsed(found)];
  if (isDeepStrictEqual(wanted, seen)) return [];
  if (isObject(wanted) && isObject(seen)) return differencesInObjects(setting, wanted, seen);
  if (Array.isArray(wanted) && Array.isArray(seen)) return differencesInLists(setting, wanted, seen);
  return difference(setting, shown(wanted, setting), shown(seen, setting));
}

function differencesInObjects(
  setting: string,
  wanted: Record<string, unknown>,
  seen: Record<string, unknown>,
): Difference[] {
  const names = namesOf(wanted, seen).filter((name) => !name.startsWith("__"));
  return names.flatMap((name) => differencesIn(`${setting} › ${name}`, wanted[name], seen[name]));
}

function differencesInLists(setting: string, wanted: unknown[], seen: unknown[]): Difference[] {
  const by = entryNames.find((name) => isNamedBy(name, wanted) && isNamedBy(name, seen));
  if (by) return differencesInObjects(setting, byName(wanted, by), byName(seen, by));
  if (wanted.length === seen.length && wanted.some(isObject)) {
    return wanted.flatMap((entry, index) => differencesIn(`${setting} › ${index + 1}`, entry, seen[index]));
  }
  const [all, allSeen] = [shown(wanted, setting), shown(seen, setting)];
  if (all.length + allSeen.length <= longest && all !== allSeen) return difference(setting, all, allSeen);
  // Of two long lists, what is in both says nothing.
  const without = (list: unknown[], other: unknown[]) =>
    list.filter((entry) => !other.some((one) => isDeepStrictEqual(one, entry)));
  const [missing, added] = [without(wanted, seen), without(seen, wanted)];
  if (missing.length + added.length > 0) return difference(setting, shown(missing, setting), shown(added, setting));
  return difference(setting, all, allSeen);
}

/** Two values of which there may be no more to see than that they differ. */
function difference(setting: string, declared: string, found: string): Difference[] {
  if (declared === absent && found === absent) return [];
  return [{ setting, declared, found: declared === found ? `${found}, but another` : found }];
}

function isNamedBy(name: string, list: unknown[]): boolean {
  const names = list.map((entry) => (isObject(entry) ? entry[name] : undefined));
  return names.every((one) => typeof one === "string" && one !== "") && new Set(names).size === names.length;
}

function byName(list: unknown[], name: string): Record<string, unknown> {
  return Object.fromEntries(list.map((entry) => [String((entry as Record<string, unknown>)[name]), entry]));
}

function namesOf(...objects: object[]): string[] {
  return [...new Set(objects.flatMap((one) => Object.keys(one)))].sort();
}

/** A text that is a JSON object or list as what it says. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value, (name, entry) => (assigned.has(name) ? undefined : entry));
  } catch {
    return value;
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, masked);
}

function masked(name: string, value: unknown): unknown {
  if (name.startsWith("__")) return undefined;
  return name !== "" && (isSecret(value) || (secretName.test(name) && !isObject(value))) ? hidden : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
