import { describe, expect, it } from "vitest";
import type { FaultRow } from "./fault-row";
import { faultRows, runFaultRows } from "./fault-rows";
import { expectSaid, type Fleet, Unexpected } from "./fleet";
import type { RowOutcome } from "./outcome";

/** A fleet on which every deployment ends as told. */
function fleetThat(deployed: (...args: string[]) => Promise<void> = async () => {}): Fleet {
  return { deployed } as unknown as Fleet;
}

async function outcomeOf(row: Partial<FaultRow>, fleet = fleetThat()): Promise<RowOutcome> {
  const [outcome] = await runFaultRows(fleet, [{ fault: "a fault", look: async () => "seen", ...row }], () => {});
  if (!outcome) throw new Error("no outcome");
  return outcome;
}

it("there are at least 25 faults that are caused, each described in its own words", () => {
  expect(faultRows.length).toBeGreaterThanOrEqual(25);
  expect(new Set(faultRows.map(({ fault }) => fault)).size).toBe(faultRows.length);
});

describe("a row", () => {
  it("passes when what was to be seen was seen, and the next deployment goes well", async () => {
    const outcome = await outcomeOf({});
    expect(outcome).toMatchObject({ seen: "seen", found: true, putRight: true });
    expect(outcome.failure).toBeUndefined();
  });

  it("fails when it was not, and is ended all the same, and put right with a look", async () => {
    const done: string[] = [];
    const outcome = await outcomeOf(
      {
        look: () => Promise.reject(new Unexpected("exit code 0, not 2")),
        end: async () => done.push("ended"),
      },
      fleetThat(async (...args) => {
        done.push(["deployed", ...args].join(" "));
      }),
    );
    expect(outcome).toMatchObject({ found: false, putRight: true, failure: "exit code 0, not 2" });
    expect(done).toEqual(["ended", "deployed --refresh"]);
  });

  it("fails when it cannot be caused, ended or put right, with each reason", async () => {
    expect(await outcomeOf({ cause: () => Promise.reject(new Error("no root")) })).toMatchObject({
      failure: "no root",
    });
    const outcome = await outcomeOf(
      { end: () => Promise.reject(new Error("still stopped")) },
      fleetThat(() => Promise.reject(new Error("ends with 1"))),
    );
    expect(outcome).toMatchObject({ found: true, putRight: false, failure: "still stopped\nends with 1" });
  });

  it("does not begin once it was asked to stop", async () => {
    const stop = new AbortController();
    const rows = ["one", "two"].map((fault) => ({ fault, look: async () => fault }));
    const outcomes = await runFaultRows(fleetThat(), rows, () => stop.abort(), stop.signal);
    expect(outcomes.map(({ done }) => done)).toEqual(["one"]);
  });
});

describe("what a command has to have said", () => {
  const answer = { code: 2, said: "Deployed to server-80.\n  - server-82 (10.0.0.82): away\n" };

  it("is the line that says it, with the exit code", () => {
    expect(expectSaid(answer, 2, /server-82 \(.*\): away/)).toBe("server-82 (10.0.0.82): away (exit code 2)");
  });

  it("by another exit code, or not at all, is a failure that shows all of it", () => {
    expect(() => expectSaid(answer, 0, /away/)).toThrow(/^exit code 2, not 0:\nDeployed/);
    expect(() => expectSaid(answer, 2, /hangs/)).toThrow(/it does not say \/hangs\/:\nDeployed/);
  });
});
