import type { Models } from "node-appwrite";
import { describe, expect, it } from "vitest";
import { type Columns, columnChanges, type SeenColumn, seenColumn } from "./columns";
import { indexChanges, type SeenIndex, seenIndex } from "./indexes";

const text = { type: "string", size: 100, required: false } as const;
const state = { type: "enum", elements: ["firing", "resolved"], required: true } as const;

/** What has to be done to the one column `c`. */
function changeOf(declared: Columns[string] | undefined, seen: SeenColumn | undefined) {
  return columnChanges(declared ? { c: declared } : {}, seen ? { c: seen } : {})[0];
}

describe("a column", () => {
  it.each([
    ["is as declared", text, { ...text }, undefined, undefined],
    ["is missing", text, undefined, "create", undefined],
    ["is too narrow", text, { ...text, size: 50 }, "update", undefined],
    ["is wider", text, { ...text, size: 150 }, "update", "has 150 characters, declared are 100"],
    ["is required", text, { ...text, required: true }, "update", undefined],
    ["has a default", text, { ...text, default: "x" }, "update", undefined],
    ["lacks an element", state, { ...state, elements: ["firing"] }, "update", undefined],
    ["has its elements in another order", state, { ...state, elements: ["resolved", "firing"] }, "update", undefined],
    ["has another element", state, { ...state, elements: ["firing", "resolved", "odd"] }, "update", "may hold odd"],
    [
      "is of another type",
      text,
      { type: "integer", required: false },
      "recreate",
      "is of type integer, declared is string",
    ],
    ["is a list", text, { ...text, type: "string[]" }, "recreate", "is of type string[]"],
    ["is still being made", text, { ...text, status: "processing" }, "recreate", undefined],
    ["failed to be made", text, { ...text, status: "failed" }, "recreate", undefined],
    ["cannot be removed", text, { ...text, status: "stuck" }, "recreate", "is stuck"],
    ["is not declared", undefined, { ...text }, "delete", "is not declared"],
    ["is not declared and never was", undefined, { ...text, status: "failed" }, "delete", undefined],
  ] as [string, Columns[string] | undefined, SeenColumn | undefined, string | undefined, string | undefined][])(
    "that %s",
    (_, declared, seen, how, loses) => {
      const change = changeOf(declared, seen);
      expect(change?.how).toBe(how);
      if (loses) expect(change?.loses).toContain(loses);
      else expect(change?.loses).toBeUndefined();
    },
  );

  const common = { key: "c", status: "available", error: "", required: false, $createdAt: "", $updatedAt: "" };
  const column = (own: object) => seenColumn({ ...common, ...own } as unknown as Models.Table["columns"][number]);

  it("of the server's is told in the terms of its declaration", () => {
    expect(column({ type: "string", size: 100, encrypt: false, array: false, default: null })).toEqual(text);
    expect(column({ type: "string", format: "enum", elements: ["a"], required: true })).toEqual({
      type: "enum",
      elements: ["a"],
      required: true,
    });
    expect(column({ type: "string", format: "url", default: null })).toEqual({ type: "url", required: false });
    expect(column({ type: "datetime", format: "" })).toEqual({ type: "datetime", required: false });
  });

  it("of the server's that nobody would declare is told apart", () => {
    expect(column({ type: "string", size: 200, encrypt: true })).toMatchObject({ type: "encrypted string" });
    expect(column({ type: "string", format: "email", array: true })).toMatchObject({ type: "email[]" });
    expect(column({ type: "datetime", status: "stuck" })).toMatchObject({ status: "stuck" });
    const integer = column({ type: "integer", min: -(2n ** 63n), max: 2n ** 63n - 1n, default: 2n ** 60n });
    expect(JSON.parse(JSON.stringify(integer))).toEqual({
      type: "integer",
      required: false,
      default: "1152921504606846976",
    });
  });
});

describe("indexes", () => {
  const declared = {
    a: { type: "key", columns: ["a"], orders: ["asc"] },
    b: { type: "unique", columns: ["b", "c"], orders: ["asc", "desc"] },
  } as const;
  const same = { a: { ...declared.a }, b: { ...declared.b } } as unknown as Record<string, SeenIndex>;

  it("that are as declared are left alone", () => {
    expect(indexChanges(declared, same)).toEqual({ remove: [], create: [] });
  });

  it.each([
    ["type", { type: "key" }],
    ["columns", { columns: ["c", "b"] }],
    ["orders", { orders: ["asc", "asc"] }],
    ["lengths", { lengths: [10, 0] }],
    ["state", { status: "failed" }],
  ])("of which the %s differs are made anew", (_, change) => {
    const seen = { ...same, b: { ...same.b, ...change } } as Record<string, SeenIndex>;
    expect(indexChanges(declared, seen)).toEqual({ remove: ["b"], create: ["b"] });
  });

  it("that are missing are made, that are not declared removed", () => {
    const { a: _, ...rest } = same;
    expect(indexChanges(declared, { ...rest, x: same.a } as Record<string, SeenIndex>)).toEqual({
      remove: ["x"],
      create: ["a"],
    });
  });

  it("of the server's have orders in small letters, ascending where nobody said, and lengths where somebody did", () => {
    const index = (own: object) =>
      seenIndex({ type: "key", columns: ["a", "b"], status: "available", ...own } as Models.ColumnIndex);
    expect(index({ orders: ["DESC"], lengths: [null, null] })).toEqual({
      type: "key",
      columns: ["a", "b"],
      orders: ["desc", "asc"],
    });
    expect(index({ orders: [null, ""], lengths: [10, 0] })).toMatchObject({ orders: ["asc", "asc"], lengths: [10, 0] });
    expect(index({ status: "processing", lengths: [] })).toMatchObject({ status: "processing" });
  });
});
