import { describe, expect, it } from "vitest";
import { keyHeaders, twilioVariables, variables } from "../testing/run-function";
import { readSettings, SettingsError, secretsOf } from "./settings";

describe("settings", () => {
  it("are the function's variables", () => {
    expect(
      readSettings({ ...variables, ...twilioVariables, HEARTBEAT_URL: "https://example.org/ping" }, keyHeaders),
    ).toEqual({
      endpoint: "https://appwrite.example.org/v1",
      project: "project",
      key: "standard_secret-of-the-function",
      database: "monitoring",
      table: "alerts",
      sms: {
        accountSid: twilioVariables.TWILIO_ACCOUNT_SID,
        authToken: twilioVariables.TWILIO_AUTH_TOKEN,
        from: "+15550000000",
        to: ["+15550000001", "+15550000002"],
        baseUrl: "https://api.twilio.com",
      },
      smsMissing: [],
      heartbeatUrl: "https://example.org/ping",
      retryMilliseconds: 8000,
    });
  });

  it("Appwrite's own stand in for what is not set", () => {
    const own = {
      APPWRITE_FUNCTION_API_ENDPOINT: "http://appwrite/v1/",
      APPWRITE_FUNCTION_PROJECT_ID: "other",
      DATABASE_ID: "d",
      ALERTS_COLLECTION_ID: "t",
      APPWRITE_FUNCTION_API_KEY: " ",
    };
    expect(readSettings(own, keyHeaders)).toMatchObject({
      endpoint: "http://appwrite/v1",
      project: "other",
      key: "dynamic_key",
    });
  });

  it("that are missing are named", () => {
    expect(() => readSettings({}, {})).toThrow(SettingsError);
    expect(() => readSettings({ ...variables, DATABASE_ID: "", APPWRITE_ENDPOINT: undefined }, {})).toThrow(
      "the function's variables lack APPWRITE_ENDPOINT, DATABASE_ID:",
    );
    expect(() => readSettings({ ...variables, RETRY_SECONDS: "long" }, {})).toThrow("RETRY_SECONDS is no number");
    expect(readSettings({ ...variables, RETRY_SECONDS: "40" }, {}).retryMilliseconds).toBe(40_000);
  });

  it("SMS is off when any of its variables is missing", () => {
    expect(readSettings({ ...variables, ...twilioVariables, ONCALL_PHONE_NUMBERS: " , " }, {})).toMatchObject({
      sms: undefined,
      smsMissing: ["ONCALL_PHONE_NUMBERS"],
    });
    expect(readSettings(variables, {}).smsMissing).toEqual(Object.keys(twilioVariables));
  });

  it("numbers may be written as people write them, and twice", () => {
    const numbers = "+1 (555) 000-0001,+15550000001,,+8801700000000";
    const { sms } = readSettings({ ...variables, ...twilioVariables, ONCALL_PHONE_NUMBERS: numbers }, {});
    expect(sms?.to).toEqual(["+15550000001", "+8801700000000"]);
  });

  it("know which of them are secrets", () => {
    const settings = readSettings({ ...variables, ...twilioVariables, HEARTBEAT_URL: "https://example.org/uuid" }, {});
    const secrets = secretsOf(settings);
    for (const secret of [
      variables.APPWRITE_FUNCTION_API_KEY,
      twilioVariables.TWILIO_AUTH_TOKEN,
      twilioVariables.TWILIO_ACCOUNT_SID,
      "+15550000000",
      "+15550000002",
      "https://example.org/uuid",
    ]) {
      expect(secrets).toContain(secret);
    }
  });
});
