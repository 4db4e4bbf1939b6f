import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare, findingsOf } from "./findings";
import type { ServicePart } from "./service-part";

const now = Math.floor(Date.now() / 1000);
const silence = (secondsFromNow: number) => ({ endsAt: new Date((now + secondsFromNow) * 1000).toISOString() });
/** Path → what is answered. */
let answers: Record<string, unknown>;
let asked: string[];
const outputs = { urls: {}, passwords: { prometheus: "p", alertmanager: "a", grafana: "g" } };
const server = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://service");
  asked.push(`${searchParams.get("query") ?? ""} at ${searchParams.get("time")}`);
  response.end(JSON.stringify(answers[`${pathname}${searchParams.get("type") ?? ""}`]));
});
const part = (service: ServicePart["service"], retention?: string) =>
  ({
    service,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...(retention ? { retention } : {}),
  }) as ServicePart;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  server.close();
});

describe("what is compared after a restore", () => {
  it("is asked at the same time as when it was saved; less is wrong, more is not", async () => {
    asked = [];
    const result = (value: string) => ({ data: { result: [{ value: [now, value] }] } });
    answers = { "/api/v1/query": result("100") };
    const saved = await findingsOf(part("prometheus", "7d"), outputs, now - 1000);
    expect(saved.map(({ what, count }) => `${what}: ${count}`)).toEqual([
      "series: 100",
      "samples of up within the hour before: 100",
    ]);
    answers = { "/api/v1/query": result("99") };
    const less = await compare(part("prometheus", "7d"), saved, outputs);
    expect(less.map(({ saved, found, isGood }) => [saved, found, isGood])).toEqual([
      [100, 99, false],
      [100, 99, false],
    ]);
    expect(new Set(asked.map((one) => one.split(" at ")[1]))).toEqual(new Set([`${now - 1015}`]));
    answers = { "/api/v1/query": result("101") };
    expect((await compare(part("prometheus"), saved, outputs)).every(({ isGood }) => isGood)).toBe(true);
  });

  it("may be gone once it has been kept for as long as it should be", async () => {
    answers = { "/loki/api/v1/query": { data: { result: [{ value: [now, "5"] }] } } };
    const old = await findingsOf(part("loki", "7d"), outputs, now - 7 * 86_400);
    const young = await findingsOf(part("loki", "7d"), outputs, now - 6 * 86_400);
    answers = { "/loki/api/v1/query": { data: { result: [] } } };
    expect((await compare(part("loki", "7d"), old, outputs))[0]).toMatchObject({ found: 0, isGood: true });
    expect((await compare(part("loki", "7d"), young, outputs))[0]).toMatchObject({ found: 0, isGood: false });
  });

  it("are silences that had not ended, also those that have ended since", async () => {
    answers = { "/api/v2/silences": [silence(-500), silence(-50), silence(3600)] };
    const saved = await findingsOf(part("alertmanager"), outputs, now - 100);
    expect(saved).toMatchObject([{ what: "silences", count: 2, until: now - 50 + 120 * 3600 }]);
    answers = { "/api/v2/silences": [silence(3600)] };
    expect((await compare(part("alertmanager"), saved, outputs))[0]).toMatchObject({ found: 1, isGood: false });
  });

  it("are Grafana's dashboards and folders", async () => {
    answers = { "/api/searchdash-db": [{}, {}], "/api/searchdash-folder": [{}] };
    expect(await findingsOf(part("grafana"), outputs, now)).toMatchObject([
      { what: "dashboards", count: 2 },
      { what: "folders", count: 1 },
    ]);
  });
});
