import { timeText } from "../documents";
import { parseTime } from "../http/checks";
import { collated } from "./collation";
import type { Query, Schema } from "./query";

type Comparison = (value: string | number, wanted: (string | number)[]) => boolean;
const first = (wanted: (string | number)[]) => wanted[0] ?? "";
const words = (value: string | number) => String(value).split(/[^\p{L}\p{N}_]+/u);

/** Method → whether a value, which is not null, is what is wanted. */
export const comparisons: Record<string, Comparison> = {
  equal: (value, wanted) => wanted.includes(value),
  notEqual: (value, wanted) => value !== first(wanted),
  lessThan: (value, wanted) => value < first(wanted),
  lessThanEqual: (value, wanted) => value <= first(wanted),
  greaterThan: (value, wanted) => value > first(wanted),
  greaterThanEqual: (value, wanted) => value >= first(wanted),
  between: (value, [low = "", high = ""]) => value >= low && value <= high,
  notBetween: (value, [low = "", high = ""]) => value < low || value > high,
  startsWith: (value, wanted) => String(value).startsWith(String(first(wanted))),
  notStartsWith: (value, wanted) => !String(value).startsWith(String(first(wanted))),
  endsWith: (value, wanted) => String(value).endsWith(String(first(wanted))),
  notEndsWith: (value, wanted) => !String(value).endsWith(String(first(wanted))),
  contains: (value, wanted) => wanted.some((one) => String(value).includes(String(one))),
  notContains: (value, wanted) => !wanted.some((one) => String(value).includes(String(one))),
  search: (value, wanted) => words(first(wanted)).some((word) => words(value).includes(word)),
  notSearch: (value, wanted) => !words(first(wanted)).some((word) => words(value).includes(word)),
  isNull: () => false,
  isNotNull: () => true,
};

/** Whether one fits a query; what the query wants is made comparable once. */
export function filterBy(
  { method, attribute, values }: Query,
  schema: Schema,
): (one: Record<string, unknown>) => boolean {
  if (method === "or" || method === "and") {
    const nested = values.map((query) => filterBy(query as Query, schema));
    return method === "or" ? (one) => nested.some((fits) => fits(one)) : (one) => nested.every((fits) => fits(one));
  }
  const compare = comparisons[method];
  if (!compare) return () => true;
  const comparable = schema[attribute] === "datetime" ? comparableTime : comparableValue;
  const wanted = values.map(comparable);
  return (one) => {
    const value = one[attribute];
    if (Array.isArray(value)) return values.some((item) => value.includes(item)) === (method === "contains");
    // As in SQL, nothing but the question for it is true of null.
    if (value === null || value === undefined) return method === "isNull";
    return compare(comparable(value), wanted);
  };
}

/** Values as MariaDB compares them. */
export function comparableValue(value: unknown): string | number {
  if (typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : collated(String(value));
}

function comparableTime(value: unknown): string {
  const time = parseTime(String(value));
  return time ? timeText(time) : "";
}
