import { Query } from "node-appwrite";
import { expect, it } from "vitest";
import { collated } from "./collation";
import { list, ofEveryRow, selected } from "./list";
import type { Schema } from "./query";

const schema: Schema = {
  ...ofEveryRow,
  name: "string",
  count: "integer",
  at: "datetime",
  firing: "boolean",
  tags: "list",
};

const rows = [
  { name: "Alpha", count: 3, at: "2026-01-01T00:00:00.000+00:00", firing: true, tags: ["x"] },
  { name: "beta", count: 1, at: "2026-02-01T00:00:00.000+00:00", firing: false, tags: ["x", "y"] },
  { name: "gamma ray", count: null, at: null, firing: true, tags: [] },
  { name: "delta", count: 3, at: "2026-03-01T00:00:00.000+00:00", firing: false, tags: ["y"] },
].map((row, at) => ({ ...row, $id: `row${at + 1}`, $sequence: at + 1, $createdAt: "", $updatedAt: "" }));

const found = (...queries: string[]) => list(rows, queries, schema).found.map(({ $sequence }) => $sequence);

it.each<[string, string, number[]]>([
  ["equal", Query.equal("name", "ALPHA"), [1]],
  ["equal to one of several", Query.equal("name", ["alpha", "delta"]), [1, 4]],
  ["equal in a list of one", Query.equal("count", [3]), [1, 4]],
  ["a truth", Query.equal("firing", true), [1, 3]],
  ["notEqual, which null is not", Query.notEqual("count", 3), [2]],
  ["lessThan", Query.lessThan("count", 3), [2]],
  ["lessThanEqual", Query.lessThanEqual("count", 3), [1, 2, 4]],
  ["greaterThan", Query.greaterThan("count", 1), [1, 4]],
  ["greaterThanEqual", Query.greaterThanEqual("count", 1), [1, 2, 4]],
  ["between", Query.between("count", 1, 2), [2]],
  ["notBetween", Query.notBetween("count", 1, 2), [1, 4]],
  ["a time, however it is written", Query.greaterThan("at", "2026-02-01T01:00:00+01:00"), [4]],
  ["a time or later", Query.greaterThanEqual("at", "2026-02-01T01:00:00+01:00"), [2, 4]],
  ["startsWith", Query.startsWith("name", "alp"), [1]],
  ["notStartsWith", Query.notStartsWith("name", "alp"), [2, 3, 4]],
  ["endsWith", Query.endsWith("name", "TA"), [2, 4]],
  ["notEndsWith", Query.notEndsWith("name", "ta"), [1, 3]],
  ["contains, in text", Query.contains("name", "a r"), [3]],
  ["contains, in a list", Query.contains("tags", ["y"]), [2, 4]],
  ["notContains, in a list", Query.notContains("tags", ["y"]), [1, 3]],
  ["search", Query.search("name", "ray"), [3]],
  ["isNull", Query.isNull("count"), [3]],
  ["isNotNull", Query.isNotNull("count"), [1, 2, 4]],
  ["or", Query.or([Query.equal("name", "alpha"), Query.isNull("count")]), [1, 3]],
  ["and", Query.and([Query.equal("count", 3), Query.equal("firing", false)]), [4]],
])("finds by %s", (_, query, wanted) => {
  expect(found(query)).toEqual(wanted);
});

it("takes several queries for all of them", () => {
  expect(found(Query.equal("count", 3), Query.equal("firing", true))).toEqual([1]);
});

it("orders, nulls first, and by creation what is the same", () => {
  expect(found()).toEqual([1, 2, 3, 4]);
  expect(found(Query.orderAsc("count"))).toEqual([3, 2, 1, 4]);
  expect(found(Query.orderDesc("count"))).toEqual([1, 4, 2, 3]);
  expect(found(Query.orderDesc("count"), Query.orderDesc("name"))).toEqual([4, 1, 2, 3]);
  expect(found(Query.orderDesc(""))).toEqual([4, 3, 2, 1]);
});

it("cuts by limit, offset and cursor, and counts them all", () => {
  expect(found(Query.limit(2))).toEqual([1, 2]);
  expect(found(Query.limit(2), Query.offset(1))).toEqual([2, 3]);
  expect(found(Query.cursorAfter("row2"))).toEqual([3, 4]);
  expect(found(Query.orderDesc("name"), Query.cursorAfter("row4"), Query.limit(1))).toEqual([2]);
  expect(found(Query.cursorBefore("row4"), Query.limit(2))).toEqual([2, 3]);
  expect(list(rows, [Query.limit(1)], schema).total).toBe(4);
});

it("returns 25 unless told, and counts no further than 5,000", () => {
  const many = Array.from({ length: 5001 }, (_, at) => ({ $id: `row${at}`, $sequence: at + 1 }));
  const { total, found } = list(many, [], ofEveryRow);
  expect([total, found.length]).toEqual([5000, 25]);
  expect(list(many, [Query.limit(5001)], ofEveryRow).found).toHaveLength(5001);
});

it("knows the columns that are asked for", () => {
  expect(selected([], schema)).toBeUndefined();
  expect(selected([Query.select(["*"])], schema)).toBeUndefined();
  expect(selected([Query.select(["name", "count"])], schema)).toEqual(["name", "count"]);
});

it.each([
  ["a column that there is not", Query.equal("other", 1), "Attribute not found in schema: other"],
  ["an order by one that there is not", Query.orderAsc("other"), "Attribute not found in schema: other"],
  ["a selection of one that there is not", Query.select(["other"]), "Attribute not found in schema: other"],
  ["what every object has", Query.equal("constructor", "a"), "Attribute not found in schema: constructor"],
  ["what is no JSON", "name", "Syntax error"],
  [
    "a method that there is not",
    JSON.stringify({ method: "near", attribute: "name", values: [1] }),
    "Invalid query method: near",
  ],
  ["a value of another type", Query.equal("count", "3"), 'Query value is invalid for attribute "count"'],
  ["no value", Query.equal("name", []), "Equal queries require at least one value."],
  [
    "two values where one will do",
    JSON.stringify({ method: "lessThan", attribute: "count", values: [1, 2] }),
    "exactly one value",
  ],
  [
    "a list, by what is no list",
    Query.equal("tags", "x"),
    'Cannot query equal on attribute "tags" because it is an array.',
  ],
  ["a limit of nothing", Query.limit(0), "Invalid limit"],
  ["an or of one", Query.or([Query.isNull("count")]), "at least two queries"],
])("refuses %s", (_, query, message) => {
  const ask = () => list(rows, [query], schema);
  expect(ask).toThrow(message);
  expect(ask).toThrow(expect.objectContaining({ type: "general_query_invalid", code: 400 }));
});

it("refuses a cursor that there is not, and one whose order is null", () => {
  expect(() => found(Query.cursorAfter("none"))).toThrow("'none' for the 'cursor' value not found");
  expect(() => found(Query.orderAsc("count"), Query.cursorAfter("row3"))).toThrow(
    "order column 'count' had a null value",
  );
});

it.each([
  ["Ä", "a"],
  ["a  ", "A"],
  ["É", "e"],
])("compares %o and %o as MariaDB does", (a, b) => {
  expect(collated(a)).toBe(collated(b));
});
