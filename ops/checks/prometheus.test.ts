import { afterEach, expect, it } from "vitest";
import { targetsOf } from "../../stacks/targets";
import { checkTargets, freshness } from "./prometheus";
import type { Sample } from "./query";
import { AnsweringServer, answerTo, closedPort, stackOf, twoServers } from "./testing";

const targets = targetsOf(twoServers());
const labelsOf = ({ job, server }: (typeof targets)[number]) => ({ job, server: server.name });
const ages = (seconds: number): Sample[] => targets.map((target) => ({ labels: labelsOf(target), value: seconds }));
let server: AnsweringServer;
afterEach(() => server?.stop());

async function found(down: string[], seen: Sample[]) {
  server = await AnsweringServer.start((path) => {
    if (!path.startsWith("/api/v1/targets")) return answerTo(path, { "timestamp(up)": seen });
    const activeTargets = targets.map((target) => {
      const isDown = down.includes(target.job);
      return { labels: labelsOf(target), health: isDown ? "down" : "up", lastError: isDown ? "refused" : "" };
    });
    return { body: { data: { activeTargets } } };
  });
  const [finding] = await checkTargets(stackOf(twoServers({ prometheus: server.port })), () => {});
  return finding;
}

it("is good when all are up and were asked lately", async () => {
  expect(await found([], ages(14))).toMatchObject({
    server: "server-1",
    what: "prometheus: targets",
    state: "good",
    says: `all ${targets.length} are up, none asked longer than 14 s ago`,
  });
});

it("names what is down, with Prometheus' own error", async () => {
  const finding = await found(["loki"], ages(5));
  expect(finding?.state).toBe("wrong");
  expect(finding?.says).toBe(
    `1 of ${targets.length} are not up: loki on server-2 (refused). See there: docker ps, docker logs.`,
  );
});

it("names what is up and is not asked any more", async () => {
  const stuck = ages(5).map((age) => (age.labels.job === "loki" ? { ...age, value: 300 } : age));
  expect(await found([], stuck)).toMatchObject({
    state: "wrong",
    says: "not asked any more: loki on server-2 (300 s ago). See docker logs prometheus.",
  });
});

it("says that Prometheus does not answer", async () => {
  const [finding] = await checkTargets(stackOf(twoServers({ prometheus: await closedPort() })), () => {});
  expect(finding).toMatchObject({ state: "unknown", says: expect.stringContaining("ECONNREFUSED") });
});

it("three scrapes may fail to be made; no sample at all is too old", () => {
  expect(freshness(targets, ages(60))).toEqual({ stale: [], oldest: 60 });
  expect(freshness(targets, ages(61)).stale).toHaveLength(targets.length);
  expect(freshness(targets, []).stale[0]).toMatch(/ \(no sample\)$/);
});
