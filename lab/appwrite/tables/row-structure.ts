import { timeText } from "../documents";
import { boolean, type Check, datetime, float, integer, type Json, lengthOf, oneOf, parseTime } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { boundsOf, columnTypes, longestInRow, type StoredColumn } from "./column-types";

/** A check that is made of a value, and whether it is of the column's type or of its format. */
interface ValueCheck {
  label: "type" | "format";
  checks: Pick<Check<unknown>, "accepts" | "description">[];
}

/**
 * Sees that a row's values are those of the table's columns.
 * @param values all of the row's, those that were not said included
 * @throws {AppwriteError} 400 `row_invalid_structure`, for the first that is wrong
 */
export function mustFitColumns(values: Json, columns: readonly StoredColumn[]): void {
  for (const { $id, required } of columns) {
    if (required && (values[$id] ?? null) === null) throw wrong(`Missing required attribute "${$id}"`);
  }
  for (const [name, value] of Object.entries(values)) {
    const column = columns.find(({ $id }) => $id === name);
    if (!column) throw wrong(`Unknown attribute: "${name}"`);
    checkValue(column, value);
  }
}

function checkValue(column: StoredColumn, value: unknown): void {
  const { $id: name, required, array } = column;
  if (!required && (value === null || value === undefined)) return;
  if (!array) {
    checkOne(column, name, value);
    return;
  }
  if (!Array.isArray(value)) throw wrong(`Attribute "${name}" must be an array`);
  for (const [at, one] of value.entries()) {
    if (one !== null || required) checkOne(column, `${name}['${at}']`, one);
  }
}

function checkOne(column: StoredColumn, name: string, value: unknown): void {
  const { label, checks } = checksOf(column);
  const failed = checks.find(({ accepts }) => !accepts(value));
  if (failed) throw wrong(`Attribute "${name}" has invalid ${label}. ${failed.description}`);
}

function checksOf(column: StoredColumn): ValueCheck {
  const { kind, size, elements } = column;
  const ofSize = {
    description: `Value must be a valid string and no longer than ${size} chars`,
    accepts: (value: unknown) => typeof value === "string" && lengthOf(value) <= size,
  };
  switch (kind) {
    case "string":
      return { label: "type", checks: [ofSize] };
    case "enum":
      return { label: "format", checks: [ofSize, oneOf(elements)] };
    case "email":
    case "ip":
    case "url":
      return { label: "format", checks: [ofSize, columnTypes[kind].value] };
    case "integer":
    case "float":
      return { label: "format", checks: [kind === "integer" ? integer : float, within(column)] };
    case "boolean":
      return { label: "type", checks: [boolean] };
    case "datetime":
      return { label: "type", checks: [datetime] };
  }
}

function within(column: StoredColumn): ValueCheck["checks"][number] {
  const { min, max } = boundsOf(column);
  return {
    description: `Value must be a valid range between ${min.toLocaleString("en-US")} and ${max.toLocaleString("en-US")}`,
    accepts: (value) => (value as number) >= min && (value as number) <= max,
  };
}

/** Bytes that MariaDB's TEXT holds. */
const longestText = 65_535;

/**
 * Text of a column that is kept beside the row is counted in bytes once more, by MariaDB, and nobody expects its error.
 * @throws {AppwriteError} 500 `general_unknown`
 */
export function mustFitStorage(values: Json, columns: readonly StoredColumn[]): void {
  for (const { $id, kind, size, array } of columns) {
    const value = values[$id];
    const asText = kind === "string" && !array && size > longestInRow && size <= longestText;
    if (asText && typeof value === "string" && Buffer.byteLength(value) > longestText) {
      throw new AppwriteError("general_unknown");
    }
  }
}

/** Values as they are stored: defaults for what is not there, times in UTC. */
export function storedValues(values: Json, columns: readonly StoredColumn[]): Json {
  const stored = columns.map(({ $id, kind, default: otherwise, array }) => {
    const value = values[$id] ?? otherwise ?? (array ? [] : null);
    return [$id, kind === "datetime" ? storedTime(value) : value];
  });
  return Object.fromEntries(stored);
}

function storedTime(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storedTime);
  const time = typeof value === "string" ? parseTime(value) : undefined;
  return time ? timeText(time) : value;
}

function wrong(message: string): AppwriteError {
  return new AppwriteError("row_invalid_structure", `Invalid document structure: ${message}`);
}
