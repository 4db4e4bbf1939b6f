import { type Check, datetime, text } from "../http/checks";
import { AppwriteError } from "../http/errors";
import { comparisons } from "./filters";

/** A query as the SDK's `Query` writes it. */
export interface Query {
  method: string;
  attribute: string;
  values: unknown[];
}

/** What may be asked for: name → type. */
export type Schema = Record<string, "string" | "integer" | "double" | "boolean" | "datetime" | "list">;

/** Reads a query as the SDK writes it. @throws {AppwriteError} 400 `general_query_invalid` */
export function parse(written: string): Query {
  try {
    return shape(JSON.parse(written));
  } catch (error) {
    if (error instanceof AppwriteError) throw error;
    throw invalid("Invalid query: Syntax error");
  }
}

function shape(read: unknown): Query {
  if (typeof read !== "object" || read === null) throw invalid("Invalid query. Must be an array");
  const { method = "", attribute = "", values = [] } = read as Partial<Query>;
  if (!Object.hasOwn(comparisons, method) && !others.includes(method)) throw invalid(`Invalid query method: ${method}`);
  if (!Array.isArray(values)) throw invalid("Invalid query values. Must be an array");
  return { method, attribute, values: isNested(method) ? values.map(shape) : values };
}

/** Whether its values are queries. */
export const isNested = (method: string) => method === "or" || method === "and";
const others = "select limit offset cursorAfter cursorBefore orderAsc orderDesc orderRandom or and".split(" ");
const withoutValue = ["isNull", "isNotNull"];

/** Sees that a query asks for what there is. @throws {AppwriteError} 400 `general_query_invalid` */
export function check({ method, attribute, values }: Query, schema: Schema): void {
  if (isNested(method)) {
    if (values.length < 2) throw invalid(`Invalid query: ${capital(method)} queries require at least two queries`);
    for (const nested of values) check(nested as Query, schema);
    return;
  }
  if (method === "limit" || method === "offset") {
    const [number] = values;
    if (Number.isInteger(number) && (number as number) >= (method === "limit" ? 1 : 0)) return;
    throw invalid(`Invalid query: Invalid ${method}: Value must be a valid range`);
  }
  if (method === "select") {
    for (const name of values as string[]) if (name !== "*") mustBeKnown(name, schema);
    return;
  }
  if (method.startsWith("cursor") || method === "orderRandom") return;
  // Without a name it is the order of creation.
  const ofCreation = method.startsWith("order") && attribute === "";
  if (!ofCreation) mustBeKnown(attribute, schema);
  if (!method.startsWith("order")) checkValues(method, attribute, values, schema);
}

function checkValues(method: string, attribute: string, values: unknown[], schema: Schema): void {
  const wanted = { between: 2, notBetween: 2 }[method] ?? 1;
  const anyNumber = ["equal", "contains", "notContains"].includes(method);
  if (anyNumber && values.length === 0) {
    throw invalid(`Invalid query: ${capital(method)} queries require at least one value.`);
  }
  if (!anyNumber && !withoutValue.includes(method) && values.length !== wanted) {
    throw invalid(
      `Invalid query: ${capital(method)} queries require exactly ${wanted === 2 ? "two values" : "one value"}.`,
    );
  }
  if (values.length > 500) throw invalid(`Invalid query: Query on attribute has greater than 500 values: ${attribute}`);
  const type = schema[attribute];
  const ofLists = ["contains", "notContains", ...withoutValue];
  if (type === "list" && !ofLists.includes(method)) {
    throw invalid(`Invalid query: Cannot query ${method} on attribute "${attribute}" because it is an array.`);
  }
  if (type && values.some((value) => !valueChecks[type].accepts(value))) {
    throw invalid(`Invalid query: Query value is invalid for attribute "${attribute}"`);
  }
}

const valueChecks: Record<Schema[string], Pick<Check<unknown>, "accepts">> = {
  string: text(0, 0),
  integer: { accepts: Number.isInteger },
  double: { accepts: (value) => typeof value === "number" },
  boolean: { accepts: (value) => typeof value === "boolean" },
  datetime,
  list: { accepts: () => true },
};

function mustBeKnown(attribute: string, schema: Schema): void {
  if (!Object.hasOwn(schema, attribute)) throw invalid(`Invalid query: Attribute not found in schema: ${attribute}`);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function invalid(message: string): AppwriteError {
  return new AppwriteError("general_query_invalid", message);
}
