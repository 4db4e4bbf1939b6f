import { expect, it } from "vitest";
import type { DriftReport, DriftRow } from "../../ops/drift/row";
import { judge, leftOf } from "./drift-judgement";
import type { InjectedDrift } from "./drift-row";

const row: InjectedDrift = {
  drift: "container paused",
  server: "server-82",
  inject: async () => {},
  says: [{ type: "container", resource: "cadvisor", what: /^is paused$/, differences: { state: /^paused$/ } }],
};
const other: InjectedDrift = {
  drift: "file edited",
  server: "server-84",
  inject: async () => {},
  says: [{ type: "file", resource: "/srv/monitoring/loki/loki.yml", what: /^was edited$/ }],
};
const said: DriftRow = {
  ...{ server: "server-82", type: "container", resource: "cadvisor", what: "is paused", repaired: true },
  differences: [{ setting: "state", declared: "running", found: "paused" }],
};
const otherSaid: DriftRow = {
  ...{ server: "server-84", type: "file", resource: "/srv/monitoring/loki/loki.yml", what: "was edited" },
  ...{ repaired: true, differences: [] },
};
const reportOf = (...drifted: DriftRow[]): DriftReport => ({ stack: "prod", drifted, undeployed: [], unreachable: [] });
const failure = (code: number, report: DriftReport, of = row) => judge([of], code, report).get(of);

it("a change passes only when it is said, on its server, and nothing else is", () => {
  expect(failure(1, reportOf(said))).toBeUndefined();
  expect(failure(0, reportOf())).toMatch(/^exit code 0, not 1/);
  expect(failure(1, reportOf({ ...said, server: "server-80" }))).toMatch(/^not said: container cadvisor/);
  expect(failure(1, reportOf({ ...said, repaired: false }))).toMatch(/^not said/);
  expect(failure(1, reportOf({ ...said, differences: [] }))).toMatch(/^not said/);
  expect(failure(1, reportOf(said, { ...said, resource: "loki" }))).toMatch(/^noise/);
  expect(failure(1, { ...reportOf(said), undeployed: [said] })).toMatch(/^noise/);
});

it("what could not be looked at is expected or it is not", () => {
  const away = { server: "server-81", why: "server-81 (10.0.0.81): no answer" };
  expect(failure(1, { ...reportOf(said), unreachable: [away] })).toMatch(/^noise of server-81/);
  const expected = { ...row, unreachable: /no answer/ };
  expect(failure(1, { ...reportOf(said), unreachable: [away] }, expected)).toBeUndefined();
  expect(failure(1, reportOf(said), expected)).toMatch(/could not be looked at/);
});

it("of changes at once each fails for itself, and what is said of no change fails those of its server", () => {
  const both = [row, other];
  expect(judge(both, 1, reportOf(said, otherSaid)).size).toBe(0);
  expect([...judge(both, 1, reportOf(said)).keys()]).toEqual([other]);
  expect([...judge(both, 1, reportOf(said, otherSaid, { ...said, resource: "loki" })).keys()]).toEqual([row]);
  expect([...judge(both, 1, reportOf(said, otherSaid, { ...said, server: "server-80" })).keys()]).toEqual(both);
});

it("what a deployment leaves is left of the rows of its server", () => {
  expect(leftOf([row, other], reportOf()).size).toBe(0);
  expect([...leftOf([row, other], reportOf(otherSaid)).keys()]).toEqual([other]);
  const away = { server: "server-82", why: "no answer" };
  expect([...leftOf([row, other], { ...reportOf(), unreachable: [away] }).keys()]).toEqual([row]);
});
