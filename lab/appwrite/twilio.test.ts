import { RequestClient, Twilio } from "twilio";
import { expect, it, onTestFinished } from "vitest";
import { TwilioStandIn } from "./twilio";

const account = { accountSid: `AC${"0".repeat(32)}`, authToken: "a token" };

/** Twilio's own client, which is told to go to the stand-in. */
class Redirected extends RequestClient {
  constructor(private readonly url: string) {
    super();
  }
  override request<T>(options: Parameters<RequestClient["request"]>[0]) {
    return super.request<T>({ ...options, uri: options.uri.replace("https://api.twilio.com", this.url) } as never);
  }
}

async function start() {
  const twilio = await TwilioStandIn.start(account);
  onTestFinished(() => twilio.stop());
  const client = (authToken = account.authToken) =>
    new Twilio(account.accountSid, authToken, { httpClient: new Redirected(twilio.url) });
  return { twilio, client };
}

const sms = { to: "+15551234567", from: "+15557654321", body: "ServerDown: server-82" };

it("takes an SMS from Twilio's own client, and keeps it", async () => {
  const { twilio, client } = await start();
  const { sid, status } = await client().messages.create(sms);
  expect(status).toBe("queued");
  expect(twilio.messages).toMatchObject([{ ...sms, sid }]);
});

it.each([
  ["another number", { ...sms, to: "0123" }, 400, 21211],
  ["no text", { ...sms, body: "" }, 400, 21602],
  ["more than 1,600 characters", { ...sms, body: "x".repeat(1601) }, 400, 21617],
  ["another sender", { ...sms, from: "us" }, 400, 21212],
])("refuses %s, with Twilio's own code", async (_, given, status, code) => {
  const { twilio, client } = await start();
  await expect(client().messages.create(given)).rejects.toMatchObject({ status, code });
  expect(twilio.messages).toEqual([]);
});

it("refuses another token", async () => {
  const { client } = await start();
  await expect(client("another").messages.create(sms)).rejects.toMatchObject({ status: 401, code: 20003 });
});

it("is busy, or away, when it is told to be", async () => {
  const { twilio, client } = await start();
  twilio.failNext();
  await expect(client().messages.create(sms)).rejects.toMatchObject({ status: 429, code: 20429 });
  twilio.away = true;
  await expect(client().messages.create(sms)).rejects.toThrow();
  twilio.away = false;
  await client().messages.create(sms);
  expect(twilio.messages).toHaveLength(1);
});
