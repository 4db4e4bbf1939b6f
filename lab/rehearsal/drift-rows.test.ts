import { describe, expect, it } from "vitest";
import { groupsOf } from "./drift-groups";
import type { InjectedDrift } from "./drift-row";
import { driftRows } from "./drift-rows";

it("at least forty changes are made for real, each of another name", () => {
  expect(driftRows.filter((row) => "inject" in row).length).toBeGreaterThanOrEqual(40);
  expect(new Set(driftRows.map(({ drift }) => drift)).size).toBe(driftRows.length);
});

it("what a deployment does not put right, a person does", () => {
  const injected = driftRows.filter((row): row is InjectedDrift => "inject" in row);
  expect(injected.filter(({ repaired, byHand }) => repaired === false && !byHand)).toEqual([]);
});

describe("rows that are done at once", () => {
  const injected = driftRows.filter((row): row is InjectedDrift => "inject" in row);
  const groups = groupsOf(injected);

  it("are all rows, each once, in far fewer groups", () => {
    expect(groups.flat()).toHaveLength(injected.length);
    expect(new Set(groups.flat())).toEqual(new Set(injected));
    expect(groups.length).toBeLessThan(injected.length / 3);
  });

  it("are about different services of a server", () => {
    for (const group of groups) {
      const subjects = group.flatMap((row) => {
        const services = row.says.map(({ resource }) => resource.replace(/^\/srv\/monitoring\/([^/]+).*/, "$1"));
        return [...new Set(services)].map((service) => `${row.server} ${service}`);
      });
      const rows = group.map(({ drift }) => drift).join("; ");
      expect(subjects.length - new Set(subjects).size, rows).toBe(0);
    }
  });

  it("leave a server to the row that wants it for itself", () => {
    for (const group of groups) {
      for (const { server, drift } of group.filter(({ isAlone }) => isAlone)) {
        expect(
          group.filter((row) => row.server === server),
          drift,
        ).toHaveLength(1);
      }
    }
    expect(injected.some(({ isAlone }) => isAlone)).toBe(true);
  });
});
