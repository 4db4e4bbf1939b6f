import { isIP } from "node:net";

/** Whether a value will do, and how Appwrite says that it will not. */
export interface Check<T> {
  description: string;
  accepts: (value: unknown) => boolean;
  /** The value as the route wants it, where it may arrive in another form. */
  read?: (value: unknown) => T;
}

/** Appwrite counts characters as people do: a surrogate pair is one. */
export const lengthOf = (text: string): number => [...text].length;

export function text(longest: number, shortest = 1): Check<string> {
  const least = shortest > 0 ? ` and at least ${shortest} chars` : "";
  const most = longest > 0 ? ` and no longer than ${longest} chars` : "";
  return {
    description: `Value must be a valid string${least}${most}`,
    accepts: (value) =>
      typeof value === "string" &&
      lengthOf(value) >= shortest &&
      (longest === 0 || value.length <= longest || lengthOf(value) <= longest),
  };
}

const idDescription =
  "UID must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, and underscore. Can't start with a leading underscore";
const isKey = (value: unknown) => typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]{0,35}$/.test(value);

/** An id of something that is there. */
export const uid: Check<string> = { description: idDescription, accepts: isKey };

/** A key of a column or an index. */
export const key: Check<string> = {
  description:
    "Parameter must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, period, hyphen, and underscore. Can't start with a special char",
  accepts: isKey,
};

/** An id for something new. */
export const customId: Check<string> = {
  description: key.description,
  accepts: (value) => value === "unique()" || isKey(value),
};

/** A column of the table, or one that every row has. */
export const columnKey: Check<string> = {
  description: key.description,
  accepts: (value) => isKey(value) || value === "$id" || value === "$createdAt" || value === "$updatedAt",
};

export const boolean: Check<boolean> = {
  description: "Value must be a valid boolean",
  accepts: (value) => typeof value === "boolean",
};

/** As it also arrives in a form or a query: `"true"`. */
export const looseBoolean: Check<boolean> = {
  description: boolean.description,
  accepts: (value) => typeof value === "boolean" || ["true", "false", "1", "0", 1, 0].includes(value as never),
  read: (value) => value === true || value === "true" || value === "1" || value === 1,
};

export const integer: Check<number> = {
  description: "Value must be a valid integer",
  accepts: Number.isInteger,
};

export const float: Check<number> = {
  description: "Value must be a valid float",
  accepts: (value) => typeof value === "number",
};

export function range(least: number, most: number): Check<number> {
  const written = (bound: number) => bound.toLocaleString("en-US");
  return {
    description: `Value must be a valid range between ${written(least)} and ${written(most)}`,
    accepts: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

export function oneOf<const T extends string>(values: readonly T[]): Check<T> {
  return {
    description: `Value must be one of (${values.join(", ")})`,
    accepts: (value) => (values as readonly unknown[]).includes(value),
  };
}

/** @param most how many there may be @default 100 */
export function listOf<T>(item: Check<T>, most = 100): Check<T[]> {
  return {
    description: `Value must a valid array no longer than ${most} items and ${item.description}`,
    accepts: (value) => Array.isArray(value) && value.length <= most && value.every(item.accepts),
  };
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return {
    description: `${check.description} or null`,
    accepts: (value) => value === null || check.accepts(value),
  };
}

export type Json = Record<string, unknown>;

/** An object, or the JSON text of one. */
export const json: Check<Json> = {
  description: "Value must be a valid JSON string",
  accepts: (value) => typeof value === "string" || (typeof value === "object" && value !== null),
  read: (value) => {
    if (typeof value !== "string") return value as Json;
    try {
      const read: unknown = JSON.parse(value);
      return typeof read === "object" && read !== null ? (read as Json) : {};
    } catch {
      return {};
    }
  },
};

export const email: Check<string> = {
  description: "Value must be a valid email address",
  accepts: (value) => typeof value === "string" && /^[^\s@"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(value),
};

export const ipAddress: Check<string> = {
  description: "Value must be a valid IP address",
  accepts: (value) => typeof value === "string" && isIP(value) !== 0,
};

/**
 * What PHP's FILTER_VALIDATE_URL takes: a scheme, ASCII only, and for http(s) a host of letters, digits and hyphens
 * (no underscore) of at most 63 characters a label.
 */
export const url: Check<string> = {
  description: "Value must be a valid URL",
  accepts: (value) => {
    if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) return false;
    const parts = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?([/?#].*)?$|(.+)$)/;
    const match = parts.exec(value);
    if (!match) return false;
    const [, scheme = "", host, port, , opaque] = match;
    if (opaque !== undefined) return ["mailto", "news", "file"].includes(scheme.toLowerCase());
    if (port !== undefined && Number(port) > 65_535) return false;
    if (!host) return scheme.toLowerCase() === "file";
    if (!/^https?$/i.test(scheme)) return true;
    const label = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/;
    return (
      /^\[[0-9A-Fa-f:.]+\]$/.test(host) ||
      (host.length <= 253 &&
        host
          .replace(/\.$/, "")
          .split(".")
          .every((part) => label.test(part)))
    );
  },
};

/** What MariaDB can store. Alertmanager's "no end yet", of the year 1, is out of it. */
export const datetime: Check<string> = {
  description: "Value must be valid date between 1000-01-01 00:00:00 and 9999-12-31 23:59:59.",
  accepts: (value) => {
    const time = typeof value === "string" ? parseTime(value) : undefined;
    return time !== undefined && time.getUTCFullYear() >= 1000;
  },
};

/** PHP takes many ways of writing a time; these are ISO 8601's, and without an offset the time is UTC. */
export function parseTime(value: string): Date | undefined {
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(value);
  if (!iso) return undefined;
  const [, day, time = "00:00", fraction = "", offset = "Z"] = iso;
  const clock = time.length === 5 ? `${time}:00` : time;
  const zone = offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase();
  const parsed = new Date(`${day}T${clock}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(parsed.getTime()) ? undefined : parsed;
}
