import { describe, expect, it } from "vitest";
import { seeded } from "../testing/interleaving";
import type { AlertRow, StoredRow } from "./alert-row";
import { compareStates, judge } from "./judge";

const minute = 60_000;
const noon = Date.parse("2026-11-24T12:00:00Z");
const at = (minutes: number) => new Date(noon + minutes * minute).toISOString();

function row(state: { start: number; end?: number; heard?: number; severity?: AlertRow["severity"] }): StoredRow {
  const { start, end, heard = start, severity = "critical" } = state;
  return {
    status: end === undefined ? "firing" : "resolved",
    startsAt: at(start),
    endsAt: end === undefined ? null : at(end),
    updatedAt: at(heard),
    severity,
  } as StoredRow;
}

describe("the order of states", () => {
  // Each is newer than all above it.
  const inOrder = [
    { start: 0 },
    { start: 1 },
    { start: 1, end: 1 },
    { start: 0, end: 10 },
    { start: 1, end: 10 },
    { start: 10 },
    { start: 5, end: 11 },
    { start: 20 },
    { start: 20, end: 30 },
  ].map(row);

  it("goes by when it began to fire, or was over", () => {
    for (const [i, a] of inOrder.entries()) {
      for (const [j, b] of inOrder.entries()) expect(Math.sign(compareStates(a, b))).toBe(Math.sign(i - j));
    }
  });

  it("is an order: whatever is in between is in between for all", () => {
    const random = seeded(1);
    const any = () => {
      const start = Math.floor(random() * 6);
      return row(random() < 0.5 ? { start } : { start, end: Math.floor(random() * 8) });
    };
    for (let i = 0; i < 20_000; i++) {
      const [a, b, c] = [any(), any(), any()];
      expect(Math.sign(compareStates(a, b))).toBe(-Math.sign(compareStates(b, a)) || 0);
      if (compareStates(a, b) >= 0 && compareStates(b, c) >= 0) expect(compareStates(a, c)).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("what a delivery means", () => {
  const cases: [string, Parameters<typeof row>[0] | undefined, Parameters<typeof row>[0], number, object][] = [
    ["the first of its fingerprint is news", undefined, { start: 0 }, 0, { is: "news", slot: "" }],
    ["its end is news", { start: 0 }, { start: 0, end: 3 }, 3, { is: "news", slot: "" }],
    ["that it fires anew is news", { start: 0, end: 3 }, { start: 4 }, 4, { is: "news", slot: "" }],
    ["an end that nobody saw begin is news", { start: 0, end: 3 }, { start: 4, end: 5 }, 5, { is: "news", slot: "" }],
    ["the same again is a repeat", { start: 0 }, { start: 0 }, 4.9, { is: "repeat", mayBeUntold: true }],
    ["at once nobody is asked", { start: 0 }, { start: 0 }, 0.9, { is: "repeat", mayBeUntold: false }],
    ["five minutes later it is a reminder", { start: 0 }, { start: 0 }, 5, { is: "reminder", slot: at(0) }],
    ["of an emergency too", { start: 0 }, { start: 0, severity: "emergency" }, 60, { is: "reminder", slot: at(0) }],
    [
      "of a warning it is not",
      { start: 0 },
      { start: 0, severity: "warning" },
      60,
      { is: "refresh", mayBeUntold: true },
    ],
    [
      "counted from when it was last heard of",
      { start: 0, heard: 50 },
      { start: 0 },
      54,
      { is: "repeat", mayBeUntold: true },
    ],
    [
      "the same end again is a repeat",
      { start: 0, end: 3, heard: 3 },
      { start: 0, end: 3 },
      60,
      { is: "repeat", mayBeUntold: true },
    ],
    ["a late firing is late", { start: 0, end: 3, heard: 3 }, { start: 0 }, 4, { is: "late" }],
    ["so is one of an earlier start", { start: 5, end: 6, heard: 6 }, { start: 0 }, 60, { is: "late" }],
    ["and an end of before", { start: 5 }, { start: 0, end: 3 }, 6, { is: "late" }],
    ["an earlier start of what fires is a repeat", { start: 5 }, { start: 0 }, 6, { is: "repeat", mayBeUntold: true }],
    ["and reminds", { start: 5 }, { start: 0 }, 11, { is: "reminder", slot: at(5) }],
    [
      "another end of what is over corrects it",
      { start: 0, end: 3 },
      { start: 1, end: 4 },
      4,
      { is: "refresh", mayBeUntold: false },
    ],
    [
      "an end ends what began before it, whatever start the other Alertmanager knew",
      { start: 5 },
      { start: 0, end: 9 },
      9,
      { is: "news", slot: "" },
    ],
    [
      "an old start, long after its end was recorded, fires again",
      { start: 0, end: 3, heard: 3 },
      { start: 0 },
      8,
      { is: "news", slot: at(3) },
    ],
  ];
  it.each(cases)("%s", (_, stored, arriving, now, verdict) => {
    expect(judge(stored && row(stored), row(arriving), noon + now * minute)).toEqual(verdict);
  });
});
