import { describe, expect, it } from "vitest";
import { ServiceError } from "../shared/service-error";
import { type AlertState, webhookAlert, webhookBody } from "../testing/alerts";
import { FakeAppwrite, type FakeOptions } from "../testing/fake-appwrite";
import { FakePhones, keyHeaders, type Run, runFunction, twilioVariables, variables } from "../testing/run-function";
import { type Outcome, processDelivery } from "./process-delivery";

const fingerprint = "a1b2c3d4e5f60718";
const minute = 60_000;
const noon = Date.parse("2026-11-24T12:00:00Z");
const twilioIsDown = new ServiceError("Twilio", 503, "", "busy");

interface Body {
  error?: string;
  receiver?: string;
  created: number;
  updated: number;
  told: number;
  outcomes: Outcome[];
}

/** Appwrite, telephones, and a clock that stands still unless it is told otherwise. */
class Scene {
  time = noon;
  slept = 0;
  readonly appwrite: FakeAppwrite;
  readonly phones: FakePhones;

  constructor(options: FakeOptions & { phone?: (to: string, count: number) => Error | undefined } = {}) {
    this.appwrite = new FakeAppwrite({ now: () => this.time, ...options });
    this.phones = new FakePhones(undefined, options.phone);
  }

  deliver(alerts: unknown[], run: Partial<Run> = {}) {
    return runFunction<Body>(processDelivery, {
      calls: this.appwrite.calls(),
      phones: this.phones,
      body: JSON.stringify(webhookBody(alerts)),
      clock: {
        now: () => this.time,
        random: () => 0.5,
        sleep: async (milliseconds) => {
          this.slept += milliseconds;
          this.time += milliseconds;
        },
      },
      ...run,
    });
  }

  /** Delivers one alert at so many minutes past noon. */
  at(minutes: number, state: AlertState = {}) {
    this.time = noon + minutes * minute;
    return this.deliver([webhookAlert({ startsAt: new Date(noon).toISOString(), ...state })]);
  }

  get titles(): string[] {
    return this.appwrite.pushes.map(({ title }) => title);
  }
}

const ended = (minutes: number) => ({ endsAt: new Date(noon + minutes * minute).toISOString() });

describe("from the fault to its end", () => {
  it("one row, and everybody told once of each", async () => {
    const scene = new Scene();
    const first = await scene.at(1);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ receiver: "critical-team", created: 1, updated: 0, told: 1 });
    expect(scene.appwrite.row(fingerprint)).toMatchObject({ $id: fingerprint, status: "firing", endsAt: null });
    expect(scene.titles).toEqual(["EMERGENCY: ServerDown on server-82"]);
    expect(scene.phones.received.map(({ to }) => to)).toEqual(["+15550000001", "+15550000002"]);

    const last = await scene.at(3, ended(2));
    expect(last.body).toMatchObject({ created: 0, updated: 1, told: 1 });
    expect(scene.appwrite.rows.size).toBe(1);
    expect(scene.appwrite.row(fingerprint)).toMatchObject({
      status: "resolved",
      endsAt: "2026-11-24T12:02:00.000+00:00",
      createdAt: "2026-11-24T12:01:00.000+00:00",
      updatedAt: "2026-11-24T12:03:00.000+00:00",
    });
    expect(scene.titles).toEqual(["EMERGENCY: ServerDown on server-82", "Resolved: ServerDown on server-82"]);
    expect(scene.phones.received).toHaveLength(2);
  });

  it("the same again within five minutes tells nobody, later it is a reminder that says since when", async () => {
    const scene = new Scene();
    for (const minutes of [1, 1.1, 3, 5.9]) await scene.at(minutes);
    expect(scene.appwrite.pushes).toHaveLength(1);
    expect(scene.phones.received).toHaveLength(2);
    await scene.at(6);
    expect(scene.titles.slice(1)).toEqual(["Still EMERGENCY: ServerDown on server-82"]);
    expect(scene.appwrite.pushes[1]?.body).toContain("Firing since 2026-11-24 12:00 UTC, for 6 min.");
    expect(scene.phones.received).toHaveLength(4);
    await scene.at(10.9);
    expect(scene.appwrite.pushes).toHaveLength(2);
    await scene.at(11);
    expect(scene.appwrite.pushes).toHaveLength(3);
  });

  it("a warning is told once, and never reminded of", async () => {
    const scene = new Scene();
    const labels = { severity: "warning" };
    for (const minutes of [1, 30, 60]) {
      await scene.at(minutes, { labels, annotations: { summary: `since ${minutes}` } });
    }
    expect(scene.titles).toEqual(["Warning: ServerDown on server-82"]);
    expect(scene.appwrite.pushesTo("critical-alerts")).toEqual([]);
    expect(scene.appwrite.row(fingerprint)?.summary).toBe("since 60");
    expect(scene.phones.received).toEqual([]);
  });

  it("what fires anew is told anew, in the same row", async () => {
    const scene = new Scene();
    await scene.at(1);
    await scene.at(3, ended(2));
    await scene.at(4, { startsAt: "2026-11-24T12:03:30Z" });
    expect(scene.appwrite.rows.size).toBe(1);
    expect(scene.appwrite.row(fingerprint)).toMatchObject({
      status: "firing",
      startsAt: "2026-11-24T12:03:30.000+00:00",
      endsAt: null,
      createdAt: "2026-11-24T12:01:00.000+00:00",
    });
    expect(scene.titles).toHaveLength(3);
    expect(scene.phones.received).toHaveLength(4);
  });

  it("so is what Alertmanager had ended by itself and fires with its old start", async () => {
    const scene = new Scene();
    await scene.at(1);
    await scene.at(3, ended(2));
    await scene.at(4);
    expect(scene.appwrite.row(fingerprint)?.status).toBe("resolved");
    await scene.at(9);
    expect(scene.appwrite.row(fingerprint)).toMatchObject({ status: "firing", endsAt: null });
    expect(scene.titles).toHaveLength(3);
    await scene.at(11, ended(10));
    expect(scene.appwrite.row(fingerprint)?.status).toBe("resolved");
    expect(scene.titles).toHaveLength(4);
  });

  it("an alert's end of which the beginning never came is stored and told", async () => {
    const scene = new Scene();
    const { body } = await scene.at(3, ended(2));
    expect(body.outcomes[0]).toMatchObject({ result: "created", verdict: "news", told: { push: "sent" } });
    expect(scene.titles).toEqual(["Resolved: ServerDown on server-82"]);
  });

  it("a late delivery changes nothing", async () => {
    const scene = new Scene();
    await scene.at(3, ended(2));
    const { body } = await scene.at(4);
    expect(body.outcomes[0]).toMatchObject({ result: "unchanged", verdict: "late" });
    expect(scene.appwrite.row(fingerprint)?.status).toBe("resolved");
    expect(scene.titles).toHaveLength(1);
  });
});

describe("the heartbeat", () => {
  const labels = { alertname: "Watchdog", severity: "info", category: "monitoring" };

  it("is stored, each time, and tells nobody", async () => {
    const scene = new Scene();
    for (const minutes of [0, 2, 7]) {
      const { body } = await scene.at(minutes, { labels });
      expect(body.outcomes[0]).toMatchObject({ verdict: "heartbeat" });
      expect(scene.appwrite.row(fingerprint)?.updatedAt).toBe(
        new Date(noon + minutes * minute).toISOString().replace("Z", "+00:00"),
      );
    }
    expect(scene.slept).toBe(0);
    await scene.at(9, { labels, ...ended(8) });
    expect(scene.appwrite.row(fingerprint)).toMatchObject({
      status: "resolved",
      updatedAt: "2026-11-24T12:07:00.000+00:00",
    });
    await scene.at(10, { labels });
    expect(scene.appwrite.row(fingerprint)).toMatchObject({
      status: "firing",
      endsAt: null,
      updatedAt: "2026-11-24T12:10:00.000+00:00",
    });
    expect(scene.appwrite.pushes).toEqual([]);
  });
});

describe("who may call", () => {
  it("a user may not, and nothing is stored", async () => {
    const scene = new Scene();
    const { status, body } = await scene.deliver([webhookAlert()], {
      headers: { ...keyHeaders, "x-appwrite-user-id": "somebody" },
    });
    expect(status).toBe(403);
    expect(body.error).toBe("refused: not to be run by a user: by API key only");
    expect(scene.appwrite.counts).toEqual({});
  });
});

describe("bad input", () => {
  it("that is no delivery gets a 4xx, and is logged", async () => {
    const scene = new Scene();
    const { status, body, errors } = await scene.deliver([], { body: "{not json" });
    expect(status).toBe(400);
    expect(body.error).toContain("the body is not JSON");
    expect(errors.join()).toContain("{not json");
  });

  it("10,000 alerts get a 413, and each is named in the log", async () => {
    const scene = new Scene();
    const alerts = Array.from({ length: 10_000 }, (_, index) => webhookAlert({ fingerprint: `fp-${index}` }));
    const { status, body, errors } = await scene.deliver(alerts);
    expect(status).toBe(413);
    expect(body.error).toContain("10000 alerts");
    expect(errors.map((line) => line.replace(/^\(\d+\/\d+\) /, "")).join("")).toContain("server-82 fp-9999 firing");
    expect(scene.appwrite.counts).toEqual({});
  });

  it("one bad alert keeps nothing from the others, and is logged whole", async () => {
    const scene = new Scene();
    const bad = { ...webhookAlert({ fingerprint: "bad" }), labels: { alertname: "NoSeverity", instance: "server-80" } };
    const { status, body, errors } = await scene.deliver([bad, webhookAlert(), 7]);
    expect(status).toBe(207);
    expect(body.outcomes.map(({ result }) => result)).toEqual(["rejected", "created", "rejected"]);
    expect(body.outcomes[0]).toEqual({
      alertname: "NoSeverity",
      instance: "server-80",
      fingerprint: "bad",
      status: "firing",
      result: "rejected",
      problems: ['the label "severity" is missing (one of info, warning, critical, emergency)'],
    });
    expect(errors[0]).toContain(JSON.stringify(bad));
    expect(scene.appwrite.row(fingerprint)).toBeDefined();
  });

  it("only bad alerts are a 400 that says what is wrong", async () => {
    const { status, body } = await new Scene().deliver([{ ...webhookAlert(), labels: {} }]);
    expect(status).toBe(400);
    expect(body.error).toBe('the label "alertname" is missing');
  });

  it("no alerts are no problem", async () => {
    expect((await new Scene().deliver([])).status).toBe(200);
  });

  it("hostile texts are stored as they are, created or updated, and are instructions to nobody", async () => {
    const scene = new Scene();
    const hostile = [
      "'; DROP TABLE alerts; --",
      "<img src=x onerror=alert(1)>",
      '{"a":{"b":1}}',
      "{{ printf `%s` }} $(reboot) %s",
      "\u0000\u0007\r\n\t\u202e",
      "😀".repeat(400),
    ];
    for (const [index, text] of hostile.entries()) {
      for (const startsAt of ["2026-11-24T11:00:00Z", "2026-11-24T11:30:00Z"]) {
        const state = {
          fingerprint: `fp-${index}`,
          startsAt,
          annotations: { summary: text, description: text, impact: text },
        };
        expect((await scene.deliver([webhookAlert(state)])).status).toBe(200);
        expect(scene.appwrite.row(`fp-${index}`)).toMatchObject({ summary: text, description: text, impact: text });
      }
    }
    const operator = '{"method":"stringConcat","attribute":"summary","values":["x"]}';
    for (const startsAt of ["2026-11-24T11:00:00Z", "2026-11-24T11:30:00Z"]) {
      const { status } = await scene.deliver([webhookAlert({ startsAt, annotations: { summary: operator } })]);
      expect(status).toBe(200);
      expect(scene.appwrite.row(fingerprint)?.summary).toBe(`\u200b${operator}`);
    }
  });

  it("a fingerprint is never an id that reaches another row", async () => {
    const scene = new Scene();
    for (const strange of ["../../users", "unique()", "a b", "x".repeat(300), "\ud800", "%2e%2e"]) {
      expect((await scene.deliver([webhookAlert({ fingerprint: strange })])).status).toBe(200);
    }
    expect(scene.appwrite.rows.size).toBe(6);
    for (const id of scene.appwrite.rows.keys()) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("what fails is tried again", () => {
  it.each(["lost call", { code: 503, type: "" }, { code: 500, type: "general_unknown" }] as const)(
    "until it works: every call's first two attempts are a %j",
    async (mishap) => {
      const scene = new Scene({ mishap: (_, count) => (count <= 2 ? mishap : undefined) });
      const { status, errors } = await scene.at(1);
      expect({ status, errors }).toEqual({ status: 200, errors: [] });
      expect(scene.appwrite.rows.size).toBe(1);
      expect(scene.appwrite.pushes).toHaveLength(1);
      expect(scene.phones.received).toHaveLength(2);
    },
  );

  it("a lost answer makes no second row or message, and people are told", async () => {
    for (const name of ["listRows", "createRow", "updateRows", "createPush"]) {
      const scene = new Scene({ mishap: (call, count) => (call === name && count === 1 ? "lost answer" : undefined) });
      expect((await scene.at(1)).status).toBe(200);
      expect((await scene.at(3, ended(2))).status).toBe(200);
      expect(scene.appwrite.rows.size).toBe(1);
      expect(scene.titles).toEqual(["EMERGENCY: ServerDown on server-82", "Resolved: ServerDown on server-82"]);
      expect(scene.phones.received).toHaveLength(2);
    }
  });

  it("not for ever: below the default timeout it is logged whole, and people hear of it all the same", async () => {
    const scene = new Scene({ mishap: (name) => (/Row/.test(name) ? { code: 503, type: "" } : undefined) });
    const { status, body, errors } = await scene.at(1);
    expect(status).toBe(502);
    expect(scene.slept).toBeGreaterThan(5_000);
    expect(scene.slept).toBeLessThan(10_000);
    expect(body.outcomes[0]).toMatchObject({ result: "failed", told: { push: "sent", sms: { sent: 2, failed: 0 } } });
    expect(body.outcomes[0]?.problems?.[0]).toContain("not stored: Appwrite: 503");
    expect(errors.join()).toContain(JSON.stringify(webhookAlert({ startsAt: new Date(noon).toISOString() })));
    // Again, still without a table: nobody is told twice.
    await scene.at(2);
    expect(scene.appwrite.pushes).toHaveLength(1);
    expect(scene.phones.received).toHaveLength(2);
  });

  it("not what cannot work", async () => {
    const scene = new Scene({
      mishap: (name) =>
        name === "createRow"
          ? { code: 401, type: "general_unauthorized_scope", message: "missing scope rows.write" }
          : undefined,
    });
    const { status, body } = await scene.at(1);
    expect(status).toBe(502);
    expect(scene.slept).toBe(0);
    expect(scene.appwrite.counts.createRow).toBe(1);
    expect(body.outcomes[0]?.problems?.[0]).toBe(
      "not stored: Appwrite: 401 general_unauthorized_scope: missing scope rows.write",
    );
  });

  it("a link that Appwrite does not like is left out", async () => {
    const scene = new Scene({
      mishap: (name, _, call) =>
        /Row/.test(name) && (call as { data?: { runbook?: string | null } }).data?.runbook
          ? { code: 400, type: "row_invalid_structure" }
          : undefined,
    });
    expect((await scene.at(1)).status).toBe(200);
    expect((await scene.at(3, ended(2))).status).toBe(200);
    expect(scene.appwrite.row(fingerprint)).toMatchObject({
      status: "resolved",
      runbook: null,
      summary: "server-82 does not answer",
    });
  });

  it("one row that cannot be stored keeps nothing from the others", async () => {
    const scene = new Scene({
      mishap: (name, _, call) =>
        name === "createRow" && (call as { rowId: string }).rowId === "fp-1"
          ? { code: 400, type: "general_unknown" }
          : undefined,
    });
    const alerts = [0, 1, 2].map((index) => webhookAlert({ fingerprint: `fp-${index}` }));
    const { status, body } = await scene.deliver(alerts);
    expect(status).toBe(207);
    expect(body.outcomes.map(({ result }) => result)).toEqual(["created", "failed", "created"]);
    expect(scene.appwrite.pushes).toHaveLength(3);
  });
});

describe("one channel that fails keeps nothing from the others", () => {
  it("push: SMS is sent, the row stands, the answer says so", async () => {
    const scene = new Scene({
      mishap: (name) => (name === "createPush" ? { code: 500, type: "general_unknown" } : undefined),
    });
    const { status, body, errors } = await scene.at(1);
    expect(status).toBe(207);
    expect(body.outcomes[0]).toMatchObject({
      result: "created",
      told: { push: "failed", sms: { sent: 2, failed: 0 } },
    });
    expect(scene.phones.received).toHaveLength(2);
    expect(errors.join()).toContain("not everybody was told: push: Appwrite: 500 general_unknown");
  });

  it("SMS: the push is sent; one number that fails keeps nothing from the other", async () => {
    const scene = new Scene({
      phone: (to) => (to === "+15550000001" ? new Error("The number +15550000001 is none") : undefined),
    });
    const { status, body, errors } = await scene.at(1);
    expect(status).toBe(207);
    expect(body.outcomes[0]?.told).toEqual({ push: "sent", sms: { sent: 1, failed: 1 } });
    expect(scene.phones.received.map(({ to }) => to)).toEqual(["+15550000002"]);
    expect(errors.join()).toContain("SMS: The number [hidden] is none");
    expect(JSON.stringify({ body, errors })).not.toContain("+1555");
  });

  it("SMS is tried again", async () => {
    const scene = new Scene({ phone: (_, count) => (count <= 2 ? twilioIsDown : undefined) });
    expect((await scene.at(1)).status).toBe(200);
    expect(scene.phones.received).toHaveLength(2);
  });

  it("who was cut short before telling people is made up for by the next delivery", async () => {
    let isCut = true;
    const scene = new Scene({ mishap: (name) => (isCut && name === "createPush" ? "lost call" : undefined) });
    const labels = { severity: "warning" };
    await scene.at(1, { labels });
    isCut = false;
    await scene.at(1.5, { labels });
    expect(scene.titles).toEqual([]);
    await scene.at(3, { labels });
    expect(scene.titles).toEqual(["Warning: ServerDown on server-82"]);
    await scene.at(4, { labels });
    expect(scene.titles).toHaveLength(1);
  });

  it("without Twilio SMS is off, which is said once", async () => {
    const scene = new Scene();
    const alerts = [0, 1, 2].map((index) => webhookAlert({ fingerprint: `fp-${index}` }));
    const { status, body, logs } = await scene.deliver(alerts, { variables });
    expect(status).toBe(200);
    expect(body.outcomes[0]?.told).toEqual({ push: "sent", sms: "off" });
    expect(logs.filter((line) => /SMS/.test(line))).toEqual([
      "SMS is off: the function has no TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER, ONCALL_PHONE_NUMBERS.",
    ]);
  });
});

it("nothing secret is in logs, errors or the answer, whatever Appwrite and Twilio say", async () => {
  const secrets = [
    variables.APPWRITE_FUNCTION_API_KEY,
    ...Object.values(twilioVariables).flatMap((one) => one.split(", ")),
  ];
  const scene = new Scene({
    mishap: () => ({ code: 400, type: "x", message: secrets.join(" ") }),
    phone: () => new Error(secrets.join(" ")),
  });
  const { body, logs, errors } = await scene.deliver([webhookAlert()]);
  expect(errors.length).toBeGreaterThan(0);
  for (const secret of secrets) expect(JSON.stringify({ body, logs, errors })).not.toContain(secret);
});

it("without its settings it says which are missing", async () => {
  const { status, body } = await new Scene().deliver([webhookAlert()], { variables: {}, headers: keyHeaders });
  expect(status).toBe(500);
  expect(body.error).toBe(
    "the function's variables lack APPWRITE_ENDPOINT, APPWRITE_PROJECT_ID, DATABASE_ID, ALERTS_COLLECTION_ID: set them on the function in Appwrite.",
  );
});

describe("a thousand alerts at once", () => {
  const alerts = Array.from({ length: 1_000 }, (_, index) =>
    webhookAlert({
      fingerprint: index.toString(16).padStart(16, "0"),
      labels: { instance: `server-${index}`, severity: index % 100 === 99 ? "emergency" : "warning" },
    }),
  );

  it("are a thousand rows and messages, at most 12 calls at a time, emergencies first", async () => {
    let atOnce = 0;
    let most = 0;
    const step = async () => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 2));
      atOnce--;
    };
    const appwrite = new FakeAppwrite({ step });
    const began = performance.now();
    const { status, body } = await runFunction<Body>(processDelivery, {
      calls: appwrite.calls(),
      body: webhookBody(alerts),
    });
    const seconds = (performance.now() - began) / 1000;
    expect(status).toBe(200);
    expect(body.created).toBe(1_000);
    expect(appwrite.rows.size).toBe(1_000);
    expect(appwrite.pushes).toHaveLength(1_000);
    expect(most).toBe(12);
    // A list of 100 at a time, and two calls an alert.
    expect(appwrite.counts).toEqual({ listRows: 10, createRow: 1_000, createPush: 1_000 });
    expect(appwrite.pushes.slice(0, 10).every(({ data }) => data.severity === "emergency")).toBe(true);
    expect(seconds).toBeLessThan(20);
  });

  it("that are known already are read only", async () => {
    const scene = new Scene();
    await scene.deliver(alerts);
    const { counts } = scene.appwrite;
    const before = { ...counts };
    scene.time += 30_000;
    await scene.deliver(alerts);
    expect(counts).toEqual({ ...before, listRows: (before.listRows ?? 0) + 10 });
  });

  it("that Appwrite takes no more of before the timeout are logged", async () => {
    const scene = new Scene();
    const calls = scene.appwrite.calls();
    const createRow: typeof calls.createRow = (row) => {
      scene.time += 100;
      return calls.createRow(row);
    };
    const { status, body, errors } = await scene.deliver(alerts, { calls: { ...calls, createRow } });
    expect(status).toBe(207);
    expect(scene.time - noon).toBeLessThan(47_000);
    const left = body.outcomes.filter(({ result }) => result === "failed");
    expect(left.length).toBeGreaterThan(500);
    expect(errors).toHaveLength(left.length);
    expect(scene.appwrite.rows.size + left.length).toBe(1_000);
  });
});

it("the same alert several times in one delivery is one row, in its newest state", async () => {
  const scene = new Scene();
  const { body } = await scene.deliver([webhookAlert(), webhookAlert({ ...ended(2) }), webhookAlert()]);
  expect(scene.appwrite.rows.size).toBe(1);
  expect(scene.appwrite.row(fingerprint)?.status).toBe("resolved");
  expect(scene.titles).toEqual(["EMERGENCY: ServerDown on server-82", "Resolved: ServerDown on server-82"]);
  expect(body.outcomes.map(({ result }) => result)).toEqual(["created", "updated", "unchanged"]);
});

it("of two Alertmanagers that know different starts the later one counts", async () => {
  const scene = new Scene();
  await scene.at(1);
  await scene.at(2, { startsAt: "2026-11-24T11:30:00Z" });
  expect(scene.titles).toHaveLength(1);
  await scene.at(7, { startsAt: "2026-11-24T11:30:00Z" });
  expect(scene.appwrite.row(fingerprint)?.startsAt).toBe("2026-11-24T12:00:00.000+00:00");
  expect(scene.appwrite.pushes[1]?.body).toContain("Firing since 2026-11-24 12:00 UTC, for 7 min.");
});

it("a row that somebody made under another id is found by its fingerprint", async () => {
  const scene = new Scene();
  await scene.at(1);
  const row = scene.appwrite.row(fingerprint);
  if (!row) throw new Error("no row");
  scene.appwrite.rows.clear();
  scene.appwrite.rows.set("made-by-hand", { ...row, $id: "made-by-hand" });
  await scene.at(3, ended(2));
  expect(scene.appwrite.rows.size).toBe(1);
  expect(scene.appwrite.rows.get("made-by-hand")?.status).toBe("resolved");
});
