import { describe, expect, it } from "vitest";
import { compareStates } from "../shared/judge";
import { type AlertState, webhookAlert, webhookBody } from "../testing/alerts";
import { FakeAppwrite } from "../testing/fake-appwrite";
import { everyOrder, Interleaving, seeded } from "../testing/interleaving";
import { FakePhones, runFunction, twilioVariables, variables } from "../testing/run-function";
import { processDelivery } from "./process-delivery";

const noon = Date.parse("2026-11-24T12:00:00Z");
const minute = 60_000;
const fingerprint = "a1b2c3d4e5f60718";
const at = (minutes: number) => new Date(noon + minutes * minute).toISOString();
const firing = (start: number): AlertState => ({ startsAt: at(start) });
const over = (start: number, end: number): AlertState => ({ startsAt: at(start), endsAt: at(end) });
const stateOf = ({ startsAt = "", endsAt }: AlertState) => ({
  status: endsAt ? ("resolved" as const) : ("firing" as const),
  startsAt,
  endsAt: endsAt ?? null,
});

interface Scene {
  /** Delivered before, one after the other, long enough ago. */
  before?: AlertState[];
  /** Delivered at the same time, each to an execution of its own. */
  together: AlertState[];
  /** An emergency also goes to a telephone, which makes for many more orders. @default critical */
  severity?: string;
  /** Whether Appwrite finds rows and writes them at two steps. @default false */
  splitsUpdates?: boolean;
}

const oneTelephone = { ...variables, ...twilioVariables, ONCALL_PHONE_NUMBERS: "+15550000001" };

async function play(scene: Scene, choose: (count: number) => number) {
  const { before = [], together, splitsUpdates = false, severity = "critical" } = scene;
  const bodyOf = (state: AlertState) => webhookBody([webhookAlert({ ...state, labels: { severity } })]);
  // Were updates one step, no delay between any two calls could do harm.
  const order = new Interleaving(noon + 60 * minute, !splitsUpdates);
  const { clock } = order;
  const appwrite = new FakeAppwrite({ now: clock.now, splitsUpdates });
  const earlier = { ...clock, now: () => noon + 30 * minute, sleep: async () => {} };
  for (const state of before) {
    const calls = appwrite.calls();
    await runFunction(processDelivery, { calls, body: bodyOf(state), clock: earlier, phones: new FakePhones() });
  }
  appwrite.pushes.length = 0;
  const phones = new FakePhones(order.step);
  const results = await order.run(
    together.map((state) => () => {
      const run = { calls: appwrite.calls(order.step), variables: oneTelephone, clock, phones };
      return runFunction(processDelivery, { ...run, body: bodyOf(state) });
    }),
    choose,
  );
  return { appwrite, results, texts: phones.received, choices: order.choices };
}

function newestOf(states: AlertState[]) {
  return states.map(stateOf).reduce((a, b) => (compareStates(a, b) >= 0 ? a : b));
}

/** The row's state, written as it was delivered. */
function stored(appwrite: FakeAppwrite) {
  const { status, startsAt, endsAt } = appwrite.row(fingerprint) ?? {};
  return { status, startsAt: startsAt?.replace("+00:00", "Z"), endsAt: endsAt?.replace("+00:00", "Z") ?? null };
}

describe("two deliveries at once, in every order of their steps", () => {
  const scenes: [string, Scene][] = [
    ["the first, twice", { together: [firing(0), firing(0)] }],
    ["the first, twice, by telephone too", { together: [firing(0), firing(0)], severity: "emergency" }],
    ["a firing and its end", { together: [firing(0), over(0, 5)] }],
    ["its end and the next firing", { before: [firing(0)], together: [over(0, 5), firing(6)] }],
    ["its end, twice", { before: [firing(0)], together: [over(0, 5), over(0, 5)] }],
    ["a reminder, twice", { before: [firing(0)], together: [firing(0), firing(0)] }],
    ["a reminder and the end", { before: [firing(0)], together: [firing(0), over(0, 5)] }],
    ["a late firing and the next one", { before: [over(0, 5)], together: [firing(2), firing(6)] }],
  ];

  for (const splitsUpdates of [false, true]) {
    it.each(scenes)(`%s (${splitsUpdates ? "as Appwrite updates" : "were updates one step"})`, async (_, scene) => {
      const { together, before = [] } = scene;
      const newest = newestOf([...before, ...together]);
      const isSameTwice = JSON.stringify(together[0]) === JSON.stringify(together[1]);
      const orders = await everyOrder(async (choose) => {
        const { appwrite, results, texts, choices } = await play({ ...scene, splitsUpdates }, choose);
        expect(results.map(({ status }) => status)).toEqual([200, 200]);
        expect(appwrite.rows.size).toBe(1);
        expect(stored(appwrite)).toEqual(newest);
        expect(appwrite.pushes.some(({ data }) => data.status === newest.status)).toBe(true);
        if (isSameTwice) expect(appwrite.pushes).toHaveLength(1);
        if (scene.severity) expect(texts).toHaveLength(1);
        return choices;
      });
      expect(orders).toBeGreaterThan(10);
    });
  }
});

describe("any number of deliveries in any order", () => {
  const history: AlertState[] = [firing(0), over(0, 5), firing(6), over(6, 8), firing(9), over(9, 12), firing(13)];

  it.each([1, 2, 3, 4])("the newest state stays (%i at once)", async (atOnce) => {
    const random = seeded(atOnce);
    for (let attempt = 0; attempt < 60; attempt++) {
      const states = history.slice(0, 2 + Math.floor(random() * 6));
      // Each at least once, some twice or more, in any order.
      const deliveries = [...states, ...states.filter(() => random() < 0.5)]
        .map((state) => ({ state, rank: random() }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ state }) => state);
      const order = new Interleaving(noon + 60 * minute);
      const appwrite = new FakeAppwrite({ now: order.clock.now, splitsUpdates: true });
      const queue = deliveries.values();
      const worker = async () => {
        for (const state of queue) {
          const { status } = await runFunction(processDelivery, {
            calls: appwrite.calls(order.step),
            body: webhookBody([webhookAlert(state)]),
            clock: order.clock,
            phones: new FakePhones(order.step),
          });
          expect(status).toBe(200);
        }
      };
      await order.run(
        Array.from({ length: atOnce }, () => worker),
        (count) => Math.floor(random() * count),
      );
      expect(appwrite.rows.size).toBe(1);
      expect(stored(appwrite)).toEqual(newestOf(states));
      // Nobody hears the same twice.
      expect(new Set(appwrite.pushes.map(({ messageId }) => messageId)).size).toBe(appwrite.pushes.length);
      expect(appwrite.pushes.some(({ data }) => data.status === newestOf(states).status)).toBe(true);
    }
  });

  it("many alerts in many deliveries at once, with calls and answers that get lost", async () => {
    const random = seeded(7);
    for (let attempt = 0; attempt < 20; attempt++) {
      const order = new Interleaving(noon + 60 * minute);
      const appwrite = new FakeAppwrite({
        now: order.clock.now,
        splitsUpdates: true,
        mishap: () => (random() < 0.1 ? (random() < 0.5 ? "lost call" : "lost answer") : undefined),
      });
      const phones = new FakePhones(order.step);
      const delivery = (count: number) => async () => {
        const alerts = Array.from({ length: count }, () => {
          const state = history[Math.floor(random() * 2)] ?? {};
          return webhookAlert({
            ...state,
            fingerprint: `fp-${Math.floor(random() * 6)}`,
            labels: { severity: "critical" },
          });
        });
        const { status } = await runFunction(processDelivery, {
          calls: appwrite.calls(order.step),
          body: webhookBody(alerts),
          clock: order.clock,
          phones,
        });
        expect(status).toBe(200);
        return alerts;
      };
      const sent = await order.run([delivery(8), delivery(8), delivery(8)], (count) => Math.floor(random() * count));
      const all = sent.flat();
      for (const key of new Set(all.map((alert) => alert.fingerprint))) {
        const newest = newestOf(
          all
            .filter((alert) => alert.fingerprint === key)
            .map(({ startsAt, endsAt }) => (endsAt.startsWith("0001") ? { startsAt } : { startsAt, endsAt })),
        );
        expect(appwrite.row(key)?.status).toBe(newest.status);
        expect([...appwrite.rows.values()].filter((row) => row.fingerprint === key)).toHaveLength(1);
        expect(appwrite.pushes.some(({ tag, data }) => tag === key && data.status === newest.status)).toBe(true);
      }
    }
  });
});
