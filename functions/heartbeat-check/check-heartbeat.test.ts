import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { processDelivery } from "../alert-processor/process-delivery";
import { webhookAlert, webhookBody } from "../testing/alerts";
import { FakeAppwrite, type FakeOptions } from "../testing/fake-appwrite";
import { everyOrder, Interleaving } from "../testing/interleaving";
import { FakePhones, keyHeaders, runFunction, twilioVariables, variables } from "../testing/run-function";
import { checkHeartbeat } from "./check-heartbeat";

const noon = Date.parse("2026-11-24T12:00:00Z");
const minute = 60_000;
const isoAt = (minutes: number) => new Date(noon + minutes * minute).toISOString();

interface Body {
  heartbeat: string;
  alert: string;
  problems: string[];
}

class Scene {
  private time = noon;
  readonly appwrite: FakeAppwrite;
  readonly phones = new FakePhones();
  private readonly clock = {
    now: () => this.time,
    random: () => 0.5,
    sleep: async (milliseconds: number) => {
      this.time += milliseconds;
    },
  };

  constructor(options: FakeOptions = {}) {
    this.appwrite = new FakeAppwrite({ now: () => this.time, ...options });
  }

  /** The heartbeat arrives, or its end does. */
  async beat(minutes: number, state: { endsAt?: string } = {}, labels: Record<string, string> = {}) {
    this.time = noon + minutes * minute;
    const alert = webhookAlert({
      fingerprint: labels.server ?? "0123456789abcdef",
      startsAt: isoAt(-60),
      labels: { alertname: "Watchdog", severity: "info", category: "monitoring", ...labels },
      ...state,
    });
    await runFunction(processDelivery, { calls: this.appwrite.calls(), clock: this.clock, body: webhookBody([alert]) });
  }

  check(minutes: number, url?: string) {
    this.time = noon + minutes * minute;
    return runFunction<Body>(checkHeartbeat, {
      triggers: ["schedule", "http"],
      headers: { "x-appwrite-trigger": "schedule" },
      variables: { ...variables, ...twilioVariables, HEARTBEAT_URL: url },
      calls: this.appwrite.calls(),
      phones: this.phones,
      clock: this.clock,
    });
  }

  get row() {
    return this.appwrite.row("heartbeat-missing");
  }

  get titles(): string[] {
    return this.appwrite.pushes.map(({ title }) => title);
  }
}

describe("the heartbeat", () => {
  it("that arrives is no alarm", async () => {
    const scene = new Scene();
    for (let minutes = 0; minutes <= 60; minutes += 5) {
      await scene.beat(minutes);
      const { status, body } = await scene.check(minutes + 1);
      expect(status).toBe(200);
      expect(body).toMatchObject({ alert: "resolved", problems: [] });
    }
    expect(scene.row).toMatchObject({
      status: "resolved",
      severity: "emergency",
      updatedAt: "2026-11-24T13:01:00.000+00:00",
    });
    expect(scene.appwrite.pushes).toEqual([]);
  });

  it("that stays away for more than 15 minutes is an emergency, once, until it is back", async () => {
    const scene = new Scene();
    await scene.beat(0);
    for (const minutes of [1, 6, 11, 15]) expect((await scene.check(minutes)).body.alert).toBe("resolved");
    expect(scene.appwrite.pushes).toEqual([]);

    const raised = await scene.check(16);
    expect(raised.body).toMatchObject({ heartbeat: "missing since 2026-11-24 12:00 UTC", alert: "firing" });
    expect(scene.row).toMatchObject({
      $id: "heartbeat-missing",
      alertname: "HeartbeatMissing",
      instance: "server-82",
      severity: "emergency",
      category: "monitoring",
      status: "firing",
      startsAt: "2026-11-24T12:16:00.000+00:00",
      endsAt: null,
      summary: "No heartbeat of the monitoring for 16 min: other alerts may not arrive either",
      runbook: "https://docs.example.org/runbooks/ServerDown",
    });
    expect(scene.titles).toEqual(["EMERGENCY: HeartbeatMissing on server-82"]);
    expect(scene.appwrite.pushes[0]?.topics).toEqual(["critical-alerts", "monitoring-alerts"]);
    expect(scene.phones.received.map(({ to }) => to)).toEqual(["+15550000001", "+15550000002"]);
    expect(scene.phones.received[0]?.text).toContain(
      "EMERGENCY HeartbeatMissing on server-82 since 2026-11-24 12:16 UTC",
    );

    for (const minutes of [21, 26, 86]) await scene.check(minutes);
    expect(scene.titles).toHaveLength(1);
    expect(scene.phones.received).toHaveLength(2);

    await scene.beat(90);
    expect((await scene.check(91)).body.alert).toBe("resolved");
    expect(scene.row).toMatchObject({ status: "resolved", endsAt: "2026-11-24T13:31:00.000+00:00" });
    expect(scene.titles[1]).toBe("Resolved: HeartbeatMissing on server-82");
    expect(scene.appwrite.pushes[1]?.body).toContain("The heartbeat of the monitoring arrives");
    expect(scene.phones.received).toHaveLength(2);

    await scene.check(96);
    expect(scene.titles).toHaveLength(2);
    for (const minutes of [101, 106, 111]) await scene.check(minutes);
    expect(scene.titles).toHaveLength(3);
    expect(scene.appwrite.rows.size).toBe(2);
  });

  it("that never came is waited for from the first run", async () => {
    const scene = new Scene();
    for (const minutes of [0, 5, 10, 15]) {
      expect((await scene.check(minutes)).body).toMatchObject({ heartbeat: "waited for since 2026-11-24 12:00 UTC" });
    }
    expect(scene.appwrite.pushes).toEqual([]);
    await scene.check(20);
    expect(scene.titles).toEqual(["EMERGENCY: HeartbeatMissing on appwrite"]);
    expect(scene.row?.description).toContain("No heartbeat has arrived since 2026-11-24 12:00 UTC.");
  });

  it("that is old already at the first run is missing at once", async () => {
    const scene = new Scene();
    await scene.beat(0);
    await scene.check(16);
    expect(scene.titles).toEqual(["EMERGENCY: HeartbeatMissing on server-82"]);
  });

  it("has until the next run when Appwrite itself was away", async () => {
    const scene = new Scene();
    await scene.beat(0);
    await scene.check(1);
    expect((await scene.check(60)).body).toMatchObject({
      heartbeat: "missing since 2026-11-24 12:00 UTC",
      alert: "resolved",
    });
    await scene.beat(61);
    expect((await scene.check(65)).body.alert).toBe("resolved");
    expect(scene.appwrite.pushes).toEqual([]);
    await scene.check(120);
    await scene.check(125);
    expect(scene.titles).toHaveLength(1);
  });

  it("counts by its last arrival, not by its end, which Alertmanager sends when Prometheus is down", async () => {
    const scene = new Scene();
    await scene.beat(0);
    await scene.check(1);
    await scene.beat(6, { endsAt: isoAt(5) });
    await scene.check(11);
    await scene.check(16);
    expect(scene.row?.status).toBe("firing");
  });

  it("an end of which no beginning was seen is no heartbeat for longer than it lasted", async () => {
    const scene = new Scene();
    await scene.beat(6, { endsAt: isoAt(0) });
    expect((await scene.check(14)).body.alert).toBe("resolved");
    expect((await scene.check(16)).body.alert).toBe("firing");
  });

  it("of another name that the stack had before does not hide the present one, nor raise an alarm", async () => {
    const scene = new Scene();
    await scene.beat(0, {}, { server: "old" });
    for (const minutes of [1, 6, 11, 16, 21, 26]) {
      await scene.beat(minutes, {}, { server: "new" });
      expect((await scene.check(minutes)).body.alert).toBe("resolved");
    }
    for (const minutes of [31, 36, 42]) await scene.check(minutes);
    expect(scene.row?.status).toBe("firing");
  });
});

describe("what fails", () => {
  it("Appwrite: tried again, then a 502", async () => {
    const flaky = new Scene({ mishap: (_, count) => (count <= 2 ? "lost call" : undefined) });
    expect((await flaky.check(0)).status).toBe(200);
    const dead = new Scene({ mishap: () => "lost call" });
    const { status, errors } = await dead.check(0);
    expect(status).toBe(502);
    expect(errors.join()).toContain("the heartbeat could not be checked: Appwrite: no answer: fetch failed");
  });

  it("telling people: the next run makes up for it", async () => {
    let isBroken = true;
    const scene = new Scene({ mishap: (name) => (isBroken && name === "createPush" ? "lost call" : undefined) });
    await scene.check(0);
    await scene.check(5);
    await scene.check(10);
    expect((await scene.check(16)).status).toBe(207);
    expect(scene.phones.received).toHaveLength(2);
    isBroken = false;
    expect((await scene.check(21)).status).toBe(200);
    expect(scene.titles).toEqual(["EMERGENCY: HeartbeatMissing on appwrite"]);
    expect(scene.phones.received).toHaveLength(2);
    await scene.check(26);
    expect(scene.titles).toHaveLength(1);
  });
});

it("two checks at once raise one alarm, in every order of their steps", async () => {
  await everyOrder(async (choose) => {
    const order = new Interleaving(noon + 20 * minute);
    const appwrite = new FakeAppwrite({ now: order.clock.now });
    const phones = new FakePhones(order.step);
    const once = { ...variables, ...twilioVariables, ONCALL_PHONE_NUMBERS: "+15550000001" };
    const first = { clock: { ...order.clock, now: () => noon + 19 * minute }, calls: appwrite.calls() };
    await runFunction(checkHeartbeat, first);
    const marker = appwrite.row("heartbeat-missing");
    if (marker) marker.createdAt = isoAt(0);
    const run = () =>
      runFunction(checkHeartbeat, { variables: once, calls: appwrite.calls(order.step), phones, clock: order.clock });
    const results = await order.run([run, run], choose);
    expect(results.map(({ status }) => status)).toEqual([200, 200]);
    expect(appwrite.rows.size).toBe(1);
    expect(appwrite.row("heartbeat-missing")?.status).toBe("firing");
    expect(appwrite.pushes).toHaveLength(1);
    expect(phones.received).toHaveLength(1);
    return order.choices;
  });
});

describe("the outside URL", () => {
  async function withServer(statuses: number[], play: (url: string, calls: string[]) => Promise<void>) {
    const calls: string[] = [];
    const server = http.createServer((request, response) => {
      calls.push(`${request.method} ${request.url}`);
      response.writeHead(statuses[calls.length - 1] ?? 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await play(`http://127.0.0.1:${port}/ping/secret-uuid`, calls);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it("hears of every heartbeat, and of none that is missing", async () => {
    await withServer([], async (url, calls) => {
      const scene = new Scene();
      await scene.check(0, url);
      expect(calls).toEqual([]);
      await scene.beat(0);
      for (const minutes of [1, 6, 11]) await scene.check(minutes, url);
      expect(calls).toEqual(Array(3).fill("GET /ping/secret-uuid"));
      await scene.check(16, url);
      expect(calls).toHaveLength(3);
    });
  });

  it("is tried again, and its failure is said without the URL", async () => {
    await withServer([503, 503, 200, 404], async (url, calls) => {
      const scene = new Scene();
      await scene.beat(0);
      expect((await scene.check(1, url)).status).toBe(200);
      expect(calls).toHaveLength(3);
      const { status, body, errors } = await scene.check(2, url);
      expect(status).toBe(207);
      expect(body.problems).toEqual(["the outside heartbeat URL: 404: Not Found"]);
      expect(JSON.stringify(errors)).not.toContain("secret-uuid");
    });
    const scene = new Scene();
    await scene.beat(0);
    const bad = await scene.check(1, "not a URL with a secret");
    expect(bad.status).toBe(207);
    expect(JSON.stringify(bad)).not.toContain("with a secret");
  });
});

it("a user may not run it, an API key may", async () => {
  const calls = new FakeAppwrite().calls();
  const triggers = ["schedule", "http"] as const;
  const user = { ...keyHeaders, "x-appwrite-user-id": "somebody" };
  expect((await runFunction(checkHeartbeat, { triggers: [...triggers], calls, headers: user })).status).toBe(403);
  expect((await runFunction(checkHeartbeat, { triggers: [...triggers], calls })).status).toBe(200);
});
