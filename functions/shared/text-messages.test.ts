import { afterEach, beforeEach, expect, it } from "vitest";
import { twilioVariables } from "../testing/run-function";
import { TwilioServer } from "../testing/twilio-server";
import { type TextMessages, twilioMessages } from "./text-messages";

const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = twilioVariables;
let twilio: TwilioServer;
let messages: TextMessages;

beforeEach(async () => {
  twilio = await TwilioServer.start();
  messages = twilioMessages({ accountSid, authToken, from: "+15550000000", to: [], baseUrl: twilio.baseUrl });
});

afterEach(() => twilio.stop());

it("sends as Twilio takes it", async () => {
  await messages.send("+15550000001", "EMERGENCY ü & + [12345678]");
  expect(twilio.requests).toEqual([
    {
      method: "POST",
      path: `/2010-04-01/Accounts/${accountSid}/Messages.json`,
      query: {},
      authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
      form: { To: "+15550000001", From: "+15550000000", Body: "EMERGENCY ü & + [12345678]" },
    },
  ]);
});

it("finds what was sent to that number, by its reference", async () => {
  await messages.send("+15550000001", "EMERGENCY [12345678]");
  expect(await messages.wasSent("+15550000001", "[12345678]")).toBe(true);
  expect(await messages.wasSent("+15550000001", "[87654321]")).toBe(false);
  expect(await messages.wasSent("+15550000002", "[12345678]")).toBe(false);
  expect(twilio.requests[1]?.query).toEqual({ To: "+15550000001", PageSize: "100" });
});

it("what Twilio refuses is an error with its reason, to be repeated or not", async () => {
  const message = "The 'To' number is not a valid phone number.";
  twilio.refusal = { status: 400, body: JSON.stringify({ code: 21211, message, status: 400 }) };
  await expect(messages.send("1", "x")).rejects.toMatchObject({
    status: 400,
    isTemporary: false,
    message: `Twilio: 400: ${message}`,
  });
  twilio.refusal = { status: 503, body: "<html>" };
  await expect(messages.send("1", "x")).rejects.toMatchObject({ status: 503, isTemporary: true });
  twilio.refusal = { status: 429, body: JSON.stringify({ code: 20429, message: "Too Many Requests", status: 429 }) };
  await expect(messages.wasSent("1", "x")).rejects.toMatchObject({ status: 429, isTemporary: true });
});

it("no answer is an error as well", async () => {
  const nobody = twilioMessages({
    accountSid: "AC1",
    authToken: "t",
    from: "1",
    to: [],
    baseUrl: "http://127.0.0.1:9",
  });
  await expect(nobody.send("1", "x")).rejects.toMatchObject({ status: 0, isTemporary: true });
});
