import { describe, expect, it } from "vitest";
import { webhookAlert } from "../testing/alerts";
import { FakeAppwrite, type FakeOptions } from "../testing/fake-appwrite";
import { FakePhones, twilioVariables, variables } from "../testing/run-function";
import { alertRow } from "./alert-row";
import { announcementOf } from "./announcement";
import { Channels } from "./channels";
import { FunctionLog } from "./function-log";
import { Retries } from "./retries";
import { ServiceError } from "./service-error";
import { readSettings } from "./settings";

const now = Date.parse("2026-11-24T12:05:00Z");
const emergency = announcementOf(alertRow(webhookAlert(), {}, now), { is: "news", slot: "" });

/** @param seconds for which is tried again */
function channelsOf(options: FakeOptions = {}, seconds = 8, phones = new FakePhones()) {
  const appwrite = new FakeAppwrite(options);
  let time = now;
  const sleep = async (milliseconds: number) => {
    time += milliseconds;
  };
  const clock = { now: () => time, sleep, random: () => 0.5 };
  const channels = new Channels({
    calls: appwrite.calls(),
    texts: phones.texts,
    settings: readSettings({ ...variables, ...twilioVariables }, {}),
    retries: new Retries(clock, now + seconds * 1000),
    clock,
    log: new FunctionLog({ log: () => {}, error: () => {} }),
  });
  return { appwrite, channels, phones, slept: () => time - now };
}

describe("a push", () => {
  it("that exists is not sent again, and not waited for", async () => {
    const { appwrite, channels, phones, slept } = channelsOf({}, 0);
    expect(await channels.wasTold(emergency)).toBe(false);
    expect(await channels.tell(emergency)).toEqual({ push: "sent", sms: { sent: 2, failed: 0 }, failures: [] });
    expect(await channels.wasTold(emergency)).toBe(true);
    expect((await channels.tell(emergency)).push).toBe("already sent");
    expect(appwrite.pushes).toHaveLength(1);
    expect(phones.received).toHaveLength(2);
    expect(slept()).toBe(0);
  });

  it.each(["lost answer", "lost call"] as const)("of a %s is there once", async (mishap) => {
    const { appwrite, channels } = channelsOf({
      mishap: (name, count) => (name === "createPush" && count === 1 ? mishap : undefined),
    });
    expect((await channels.tell(emergency)).failures).toEqual([]);
    expect(appwrite.pushes).toHaveLength(1);
  });

  it("that newer servers call a conflict is one as well", async () => {
    const { channels } = channelsOf({
      mishap: (name) => (name === "createPush" ? { code: 409, type: "message_already_exists" } : undefined),
    });
    expect((await channels.tell(emergency)).failures).toEqual(["push: Appwrite: 409 message_already_exists: "]);
  });

  it("that Appwrite refuses is refused once", async () => {
    const { appwrite, channels } = channelsOf({
      mishap: (name) => (name === "createPush" ? { code: 400, type: "message_missing_target" } : undefined),
    });
    expect((await channels.tell(emergency)).push).toBe("failed");
    expect(appwrite.counts).toEqual({ createPush: 1 });
  });
});

describe("a text message", () => {
  it("is not sent again where its answer was lost", async () => {
    let isLost = true;
    const phones = new FakePhones();
    const { send } = phones.texts;
    phones.texts.send = async (to, text) => {
      await send(to, text);
      if (isLost) {
        isLost = false;
        throw new ServiceError("Twilio", 0, "", "terminated");
      }
    };
    const { channels } = channelsOf({}, 8, phones);
    expect((await channels.tell(emergency)).sms).toEqual({ sent: 2, failed: 0 });
    expect(phones.received.map(({ to }) => to).sort()).toEqual(["+15550000001", "+15550000002"]);
  });

  it("is sent when it cannot be seen whether it was", async () => {
    const phones = new FakePhones();
    phones.texts.wasSent = async () => {
      throw new ServiceError("Twilio", 404, "", "not found");
    };
    const { channels } = channelsOf({}, 8, phones);
    expect((await channels.tell(emergency)).sms).toEqual({ sent: 2, failed: 0 });
  });

  it("that Twilio refuses is not sent again and again", async () => {
    let count = 0;
    const refusal = () => {
      count++;
      return new ServiceError("Twilio", 400, "", "not a number");
    };
    const { channels, slept } = channelsOf({}, 8, new FakePhones(undefined, refusal));
    expect(await channels.tell(emergency)).toMatchObject({
      push: "sent",
      sms: { sent: 0, failed: 2 },
      failures: ["SMS: Twilio: 400: not a number", "SMS: Twilio: 400: not a number"],
    });
    expect(count).toBe(2);
    expect(slept()).toBe(0);
  });
});
